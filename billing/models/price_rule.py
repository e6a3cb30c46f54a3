"""How 21Vianet's charges become the customer's."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner


class PriceKind(models.TextChoices):
    """What a rule does with a charge."""

    MARGIN_PERCENT = "margin_percent", _("Margin on cost (%)")
    UNIT_PRICE = "unit_price", _("Own price per unit")
    NOT_INVOICED = "not_invoiced", _("Billed elsewhere")


class PriceRule(models.Model):
    """For one customer or all, and one offer or all. The most specific rule wins.

    `value` is a percentage, or a price per unit in the partner's currency: before tax, or with it
    where `includes_vat`.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="price_rules")
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="price_rules",
        verbose_name=_("customer"),
    )
    offer_id = models.CharField(
        _("offer ID"),
        max_length=100,
        blank=True,
        help_text=_("As in the price list (DurableOfferID). Empty: every offer."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=PriceKind)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=6, default=Decimal(0))
    vat_rate = models.DecimalField(
        _("VAT %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal("6.00"),
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("99.99"))],
    )

    includes_vat = models.BooleanField(
        _("the price includes VAT"),
        default=False,
        help_text=_("Only for an own price: the customer pays exactly so much per unit."),
    )

    objects: ClassVar[ScopedQuerySet["PriceRule"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("price rule")
        verbose_name_plural = _("price rules")
        ordering = ["customer__pinyin_key", "offer_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "customer", "offer_id"],
                nulls_distinct=False,
                name="one_price_rule_per_customer_and_offer",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PriceKind.values), name="price_rule_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=PriceKind.MARGIN_PERCENT, value__gt=-100, value__lte=1000)
                | Q(kind=PriceKind.UNIT_PRICE, value__gte=0)
                | Q(kind=PriceKind.NOT_INVOICED, value=0),
                name="price_rule_value_sensible",
            ),
            models.CheckConstraint(
                condition=Q(vat_rate__gte=0, vat_rate__lt=100), name="price_rule_vat_rate"
            ),
            models.CheckConstraint(
                condition=Q(includes_vat=False) | Q(kind=PriceKind.UNIT_PRICE),
                name="only_own_prices_include_vat",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer or '*'} · {self.offer_id or '*'}"
