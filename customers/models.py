"""Customers, whom to write to, and what credit they were given."""

from collections.abc import Iterable
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers import locks, names
from partners.access import ScopedQuerySet
from partners.models import Partner, TermsFrom, TermsKind
from partners.models.audit import append_only


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    """Customers, and the one lock of the system."""

    def lock(self, ids: Iterable[int]) -> list["Customer"]:
        """Lock customers for the rest of the transaction, in key order; return them.

        The first statement of every service that writes money, holds, cases or status changes.
        NO KEY UPDATE, since a plain FOR UPDATE blocks every insert that refers to the customer.
        Raises TransactionManagementError outside a transaction.
        """
        locked = list(
            self.model._base_manager.select_for_update(no_key=True, of=("self",))
            .filter(pk__in=set(ids))
            .order_by("pk")
        )
        locks.remember(customer.pk for customer in locked)
        return locked

    def matching(self, text: str) -> Self:
        """Customers whose company, short name, pinyin, initials or domain contains the text."""
        return self.filter(search_text__contains=names.folded(text))


class Customer(models.Model):
    """A company that buys from the partner. Its tenant is what Partner Center knows it by."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="customers")
    tenant_id = models.CharField(_("tenant ID"), max_length=64)
    company = models.CharField(_("company"), max_length=250)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    domain = models.CharField(_("domain"), max_length=250, blank=True)
    tax_number = models.CharField(_("unified social credit code"), max_length=20, blank=True)
    address = models.CharField(_("registered address"), max_length=300, blank=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="zh-hans",
        choices=[("zh-hans", "简体中文"), ("en", "English"), ("it", "Italiano")],
    )
    pinyin_key = models.CharField(editable=False, max_length=500, default="")
    search_text = models.TextField(editable=False, default="")
    facts_version = models.PositiveBigIntegerField(
        default=0,
        editable=False,
        help_text="Raised by every write that can change what is owed or agreed.",
    )
    judged_version = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="The facts that the collections policy has judged."
    )
    seen_at = models.DateTimeField(_("seen at 21Vianet"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)

    objects: ClassVar[CustomerQuerySet] = CustomerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["pinyin_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "tenant_id"], name="one_customer_per_tenant"
            ),
            models.CheckConstraint(
                condition=models.Q(judged_version__lte=models.F("facts_version")),
                name="judged_facts_exist",
            ),
        ]
        indexes = [
            models.Index("partner", "pinyin_key", "id", name="customers_by_name"),
            models.Index("tenant_id", name="customers_by_tenant"),
            models.Index(
                "id",
                name="customers_to_judge",
                condition=models.Q(facts_version__gt=models.F("judged_version")),
            ),
            GinIndex(fields=["search_text"], name="customers_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.company

    @property
    def is_judged(self) -> bool:
        """Whether the collections policy has seen the newest facts."""
        return self.facts_version == self.judged_version


class ContactRole(models.TextChoices):
    """Why we would write to this person."""

    BILLING = "billing", _("Billing")
    TECHNICAL = "technical", _("Technical")
    MANAGEMENT = "management", _("Management")


class Contact(models.Model):
    """A person at the customer. One should be reachable outside the customer's own tenant."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=20, choices=ContactRole)
    email = models.EmailField(_("e-mail address"), blank=True)
    mobile = models.CharField(_("mobile number"), max_length=40, blank=True)
    wechat = models.CharField(_("WeChat ID"), max_length=60, blank=True)

    objects: ClassVar[ScopedQuerySet["Contact"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["role", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=ContactRole.values), name="contact_role_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(email="", mobile="", wechat=""), name="contact_reachable"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CreditDecision(models.Model):
    """What credit a customer was given, by whom and why. The newest decision counts."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="credit_decisions")
    terms_days = models.PositiveSmallIntegerField(_("payment terms (days)"))
    terms_kind = models.CharField(
        _("payment terms are counted"), max_length=12, choices=TermsKind, default=TermsKind.NET
    )
    terms_from = models.CharField(
        _("payment terms count from"), max_length=10, choices=TermsFrom, default=TermsFrom.ISSUE
    )
    limit = models.DecimalField(
        _("credit limit"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3)
    prepayment = models.BooleanField(_("prepayment required"), default=False)
    reason = models.TextField(_("reason"))
    review_on = models.DateField(_("review on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"))

    objects: ClassVar[ScopedQuerySet["CreditDecision"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("credit decision")
        verbose_name_plural = _("credit decisions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(terms_kind__in=TermsKind.values),
                name="credit_terms_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(terms_from__in=TermsFrom.values),
                name="credit_terms_from_known",
            ),
        ]
        triggers = append_only("credit_decision")

    def __str__(self) -> str:
        return f"{self.customer} · {self.terms_days}"
