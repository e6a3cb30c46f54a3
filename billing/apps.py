"""Billing: registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """Billing."""

    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        """Payments keep their proof, payments on their way their slips, fapiao their files."""
        from billing.models import Fapiao, PartnerPayment, RemittanceClaim
        from partners import attachments
        from partners.permissions import Permission

        attachments.register(
            PartnerPayment,
            to_read=lambda _payment: Permission.SEE_PARTNER_BILL,
            to_change=Permission.RECORD_MONEY,
            audit_name="partner_payment",
        )
        attachments.register(
            RemittanceClaim,
            to_read=lambda _claim: Permission.SEE_RECEIVABLES,
            to_change=Permission.RECORD_MONEY,
            audit_name="claim",
        )
        attachments.register(
            Fapiao,
            to_read=lambda _fapiao: Permission.SEE_RECEIVABLES,
            to_change=Permission.RECORD_MONEY,
            audit_name="fapiao",
        )
