"""A partner whose files the tests import, and a place for their bytes."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from partners.models import Partner
from tests.billing.files import make
from tests.factories.partners import PartnerFactory


@pytest.fixture
def partner(db: None) -> Partner:
    """The partner of the sample files."""
    return PartnerFactory.create(mpn_id=make.MPN_ID)


@pytest.fixture(autouse=True)
def _media(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
