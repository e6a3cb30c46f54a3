"""Service requests: registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceRequestsConfig(AppConfig):
    """Service requests."""

    name = "service_requests"
    verbose_name = _("Service requests")

    def ready(self) -> None:
        """Requests keep files, and speak on the page of a bill of 21Vianet.

        Who may read the words may have the files.
        """
        from billing.models import PartnerInvoice
        from partners import attachments, panels
        from partners.permissions import Permission
        from service_requests.access import permission_to_read
        from service_requests.models import ServiceRequest
        from service_requests.panels import bill_panel

        attachments.register(
            ServiceRequest,
            to_read=permission_to_read,
            to_change=Permission.DRAFT_CUSTOMER_REQUESTS,
            audit_name="service_request",
        )
        panels.offer(PartnerInvoice, bill_panel)
