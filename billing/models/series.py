"""Numbers without gaps: what comes next in each of a partner's series."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class InvoiceSeries(models.Model):
    """One run of numbers. Its row is locked last, and only when a number is really used."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    prefix = models.CharField(_("prefix"), max_length=20)
    next_number = models.PositiveIntegerField(_("next number"), default=1)

    class Meta:
        verbose_name = _("invoice series")
        verbose_name_plural = _("invoice series")
        ordering = ["prefix"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "prefix"], name="one_series_per_prefix"),
            models.CheckConstraint(
                condition=models.Q(next_number__gte=1), name="series_starts_at_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.next_number}"
