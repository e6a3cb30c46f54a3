"""How far a partner's bank statements have been recorded."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class ReceiptsFreshness(models.Model):
    """All money received up to and including this date (of the partner's zone) is recorded."""

    partner = models.OneToOneField(Partner, models.CASCADE, related_name="+")
    recorded_up_to = models.DateField(_("receipts recorded up to"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed at"))

    class Meta:
        verbose_name = _("freshness of receipts")
        verbose_name_plural = _("freshness of receipts")

    def __str__(self) -> str:
        return f"{self.partner} · {self.recorded_up_to}"
