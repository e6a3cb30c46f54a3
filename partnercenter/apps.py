"""Partner portal: registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnercenterConfig(AppConfig):
    """Partner portal."""

    name = "partnercenter"
    verbose_name = _("Partner portal")
