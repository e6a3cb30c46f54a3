"""Who pays for whom, as people have said it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.receipt import Receipt
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner


class PayerAlias(models.Model):
    """A payer whose money a person assigned to a customer; one payer may pay for several."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="payer_aliases")
    payer = models.CharField(_("payer"), max_length=250, blank=True)
    payer_key = models.CharField(
        max_length=250,
        blank=True,
        help_text="The payer's name without case, width, spaces and punctuation.",
    )
    payer_account = models.CharField(_("payer's account"), max_length=60, blank=True)
    learned_from = models.ForeignKey(Receipt, models.PROTECT, related_name="+")
    learned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    learned_at = models.DateTimeField(_("learned at"))

    objects: ClassVar[ScopedQuerySet["PayerAlias"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("known payer")
        verbose_name_plural = _("known payers")
        ordering = ["payer", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "payer_key", "payer_account", "customer"],
                name="one_alias_per_payer_and_customer",
            ),
            models.CheckConstraint(
                condition=~Q(payer_key="") | ~Q(payer_account=""), name="alias_names_a_payer"
            ),
        ]
        indexes = [
            models.Index(
                "partner",
                "payer_account",
                name="aliases_by_account",
                condition=~Q(payer_account=""),
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.payer, self.payer_account) if part)
