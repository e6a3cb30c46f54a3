"""Service requests: registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceRequestsConfig(AppConfig):
    """Service requests."""

    name = "service_requests"
    verbose_name = _("Service requests")

    def ready(self) -> None:
        """Requests keep files: who may read the words may have the files."""
        from partners import attachments
        from partners.permissions import Permission
        from service_requests.access import permission_to_read
        from service_requests.models import ServiceRequest

        attachments.register(
            ServiceRequest,
            to_read=permission_to_read,
            to_change=Permission.DRAFT_CUSTOMER_REQUESTS,
            audit_name="service_request",
        )
