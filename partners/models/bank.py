"""Where customers pay to."""

from typing import ClassVar, Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class BankAccountQuerySet(models.QuerySet["PartnerBankAccount"]):
    """Bank accounts by whether customers pay to them."""

    def in_use(self, partner: Partner, currency: str) -> Self:
        """Those printed on papers in this currency."""
        return self.filter(partner=partner, currency=currency, is_used=True)


class PartnerBankAccount(models.Model):
    """An account of the partner, as papers to customers name it. Never deleted."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="bank_accounts")
    holder = models.CharField(_("account holder"), max_length=200)
    bank = models.CharField(_("bank and branch"), max_length=200)
    number = models.CharField(
        _("account number"),
        max_length=40,
        validators=[RegexValidator(r"\A[0-9A-Za-z -]+\Z", _("Only digits, letters and spaces."))],
    )
    cnaps = models.CharField(
        _("CNAPS code"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"\A[0-9]{12}\Z", _("A CNAPS code has 12 digits."))],
    )
    swift = models.CharField(
        _("SWIFT code"),
        max_length=11,
        blank=True,
        validators=[
            RegexValidator(
                r"\A[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?\Z", _("A SWIFT code has 8 or 11 characters.")
            )
        ],
    )
    currency = models.CharField(
        _("currency"), max_length=3, default="CNY", validators=[RegexValidator(r"\A[A-Z]{3}\Z")]
    )
    is_used = models.BooleanField(_("printed on papers to customers"), default=True)

    objects: ClassVar[BankAccountQuerySet] = BankAccountQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "number", "currency"], name="one_bank_account_per_number"
            ),
        ]

    def __str__(self) -> str:
        return self.number
