"""How the portal reaches Partner Center for one partner."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class Cloud(models.TextChoices):
    """The only places a partner may be connected to."""

    VIANET = "21vianet", _("Partner Center operated by 21Vianet")
    EMULATOR = "emulator", _("Emulator")


class Connection(models.Model):
    """One partner's credentials and the health of its connection. The secret is sealed."""

    partner = models.OneToOneField(Partner, models.CASCADE, related_name="connection")
    cloud = models.CharField(_("cloud"), max_length=20, choices=Cloud)
    tenant_id = models.CharField(_("tenant ID"), max_length=64)
    client_id = models.CharField(_("application ID"), max_length=64)
    sealed_secret = models.BinaryField(editable=False)
    writes_enabled = models.BooleanField(
        _("may change subscriptions"),
        default=False,
        help_text=_("Off: the portal reads, and every suspension or unblock waits."),
    )
    read_at = models.DateTimeField(_("last complete read"), null=True, blank=True)
    failed_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    failure = models.CharField(_("what failed"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self) -> str:
        return f"{self.partner} · {self.get_cloud_display()}"
