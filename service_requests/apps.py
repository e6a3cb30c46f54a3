"""Service requests: registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceRequestsConfig(AppConfig):
    """Service requests."""

    name = "service_requests"
    verbose_name = _("Service requests")
