"""Partners and people: registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    """Partners and people."""

    name = "partners"
    verbose_name = _("Partners and people")
