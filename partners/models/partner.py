"""The reseller and the settings it may change."""

from datetime import time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError) as error:
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name}) from error


class TermsKind(models.TextChoices):
    """How payment terms are counted, in calendar days."""

    NET = "net", _("net: days from that day")
    END_OF_MONTH = "end_of_month", _("end of that day's month, plus days")


class TermsFrom(models.TextChoices):
    """The day from which payment terms count."""

    ISSUE = "issue", _("the invoice date")
    FAPIAO = "fapiao", _("the delivery of the fapiao")


class Partner(models.Model):
    """A reseller of Microsoft cloud services, as Partner Center knows it."""

    mpn_id = models.CharField(
        _("MPN ID"), max_length=20, unique=True, validators=[RegexValidator(r"^\d+$")]
    )
    name = models.CharField(_("name"), max_length=200)
    tenant_id = models.CharField(_("tenant ID"), max_length=64, blank=True)
    billing_day = models.PositiveSmallIntegerField(
        _("billing day"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("Day of the month on which 21Vianet bills, set when the agreement was signed."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Asia/Shanghai", validators=[validate_time_zone]
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this partner's dates are dates."""
        return ZoneInfo(self.time_zone)


class PaymentOrder(models.TextChoices):
    """What a payment settles first where the payer names nothing."""

    SERVICES_FIRST = "services_first", _("services, then late charges")
    LATE_CHARGES_FIRST = "charges_first", _("late charges, then services (Civil Code, art. 561)")


class PartnerSettings(models.Model):
    """What a partner decides for itself. Days are calendar days unless the name says working."""

    partner = models.OneToOneField(Partner, models.CASCADE, related_name="settings")
    legal_name = models.CharField(
        _("registered name, as papers to customers show it"), max_length=200, blank=True
    )
    tax_number = models.CharField(_("unified social credit code"), max_length=20, blank=True)
    address = models.CharField(_("registered address"), max_length=300, blank=True)
    phone = models.CharField(_("phone number"), max_length=40, blank=True)
    payment_terms_days = models.PositiveSmallIntegerField(_("payment terms (days)"), default=30)
    payment_terms_kind = models.CharField(
        _("payment terms are counted"), max_length=12, choices=TermsKind, default=TermsKind.NET
    )
    payment_terms_from = models.CharField(
        _("payment terms count from"), max_length=10, choices=TermsFrom, default=TermsFrom.ISSUE
    )
    due_dates_roll = models.BooleanField(
        _("a due date on a day off moves to the next working day"), default=False
    )
    upstream_terms_days = models.PositiveSmallIntegerField(
        _("21Vianet's payment terms (days)"), default=30
    )
    finance_charge_percent = models.DecimalField(
        _("finance charge 21Vianet may take for each month late (per cent of the invoice amount)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal("1.50"),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    finance_charge_legal_maximum = models.DecimalField(
        _("legal maximum of that charge (% a month), where known"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("21Vianet may take its rate or the legal maximum, whichever is less."),
    )
    data_deletion_days = models.PositiveSmallIntegerField(
        _("days from suspension until data is deleted"), default=60
    )
    minimum_overdue_amount = models.DecimalField(
        _("overdue amounts up to this are tolerated"), max_digits=18, decimal_places=2, default=0
    )
    sweep_at = models.TimeField(_("daily sweep at (partner's time zone)"), default=time(10, 30))
    sales_see_receivables = models.BooleanField(
        _("sales agents see what their customers owe"), default=False
    )
    suspensions_stopped = models.BooleanField(
        _("kill switch: send no suspension for non-payment"), default=False
    )
    billed_while_suspended = models.CharField(
        _("does 21Vianet bill suspended subscriptions?"),
        max_length=10,
        choices=[("unknown", _("not known")), ("yes", _("yes")), ("no", _("no"))],
        default="unknown",
    )
    claim_working_hours = models.PositiveSmallIntegerField(
        _("working hours for which a payment said to be on its way stops suspensions"),
        default=16,
        validators=[MinValueValidator(1), MaxValueValidator(80)],
        help_text=_("Eight working hours are a working day, from 9:00 to 17:00."),
    )
    small_difference = models.DecimalField(
        _("differences up to this are offered to be written off"),
        max_digits=6,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
    )
    late_charge_rate = models.DecimalField(
        _("interest for late payment (% a year)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(36)],
        help_text=_("As agreed with customers. Leave it empty if you charge none."),
    )
    payment_order = models.CharField(
        _("a payment that names nothing settles first"),
        max_length=15,
        choices=PaymentOrder,
        default=PaymentOrder.SERVICES_FIRST,
    )

    class Meta:
        verbose_name = _("partner settings")
        verbose_name_plural = _("partner settings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(payment_terms_kind__in=TermsKind.values),
                name="partner_terms_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(payment_terms_from__in=TermsFrom.values),
                name="partner_terms_from_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.partner)
