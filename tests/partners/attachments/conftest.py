"""Files are kept in a folder of the test's own."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from service_requests.models import ServiceRequest
from tests.factories.service_requests import ServiceRequestFactory


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    """Where the bytes are kept."""
    settings.MEDIA_ROOT = tmp_path
    settings.CLAMAV_ADDRESS = ""
    return tmp_path


@pytest.fixture
def subject(db: None) -> ServiceRequest:
    """A record that keeps files."""
    return ServiceRequestFactory.create()
