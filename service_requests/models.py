"""The register of requests to 21Vianet, who offers no interface to them: people file by hand."""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models import PartnerInvoice
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner
from partners.models.audit import append_only
from subscriptions.models import Subscription

NEVER = date(9999, 12, 31)


class Kind(models.TextChoices):
    """The two doors of Partner Center, "Report problems": they lead to different forms."""

    CUSTOMER = "customer_request", _("Customer request")
    PARTNER_CENTER = "partner_center_request", _("Partner Center request")


class Topic(models.TextChoices):
    """What the request is about; each has its own letter."""

    FRAUD_CONCERN = "fraud_concern", _("Fraud concern")
    BILLING_DISPUTE = "billing_dispute", _("Billing dispute")
    WRONG_BILL = "wrong_bill", _("Wrong bill from 21Vianet")
    WRONGLY_SUSPENDED = "wrongly_suspended", _("Wrongly suspended")
    DATA_DELETION = "data_deletion", _("Data about to be deleted")
    TECHNICAL = "technical", _("Technical problem")


class Severity(models.TextChoices):
    """How badly the customer is hit, in Partner Center's words."""

    CRITICAL = "critical", _("Critical")
    MODERATE = "moderate", _("Moderate")
    MINIMAL = "minimal", _("Minimal")


class Status(models.TextChoices):
    """How far a request has come. 21Vianet sends no news: people record it."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_PROGRESS = "in_progress", _("In progress")
    ATTENTION_NEEDED = "attention_needed", _("Attention needed")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


WITH_VIANET = (Status.SUBMITTED, Status.IN_PROGRESS, Status.ATTENTION_NEEDED)
UNFINISHED = (Status.DRAFT, *WITH_VIANET, Status.RESOLVED)


class ToldBy(models.TextChoices):
    """How the customer was told."""

    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    SMS = "sms", _("Text message")
    IN_PERSON = "in_person", _("In person")


class ServiceRequestQuerySet(ScopedQuerySet["ServiceRequest"]):
    """Requests by what is to be done about them."""

    def for_list(self) -> Self:
        """With what a row shows, in one query."""
        return self.select_related("customer", "subscription", "partner__settings")

    def unfinished(self) -> Self:
        """Everything that somebody still has to do something about."""
        return self.filter(status__in=UNFINISHED)

    def drafts(self) -> Self:
        """Written, and not filed at 21Vianet."""
        return self.filter(status=Status.DRAFT)

    def to_be_told(self) -> Self:
        """Resolved, and nobody has recorded yet how the customer was told."""
        return self.filter(status=Status.RESOLVED)

    def checks_due(self, today: date) -> Self:
        """Filed requests whose next check is today or was missed."""
        return self.filter(status__in=WITH_VIANET, next_check_on__lte=today)

    def checks_overdue(self, today: date) -> Self:
        """Filed requests whose next check was missed."""
        return self.filter(status__in=WITH_VIANET, next_check_on__lt=today)

    def with_check_order(self) -> Self:
        """Annotate `check_order`: the next check, and for those without one the end of time."""
        return self.annotate(check_order=Coalesce("next_check_on", models.Value(NEVER)))


class ServiceRequest(models.Model):
    """One request to 21Vianet, from the first draft until the customer has been told."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="service_requests")
    key = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Made with the empty form, so that sending it twice makes one request.",
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_requests",
        verbose_name=_("customer"),
    )
    subscription = models.ForeignKey(
        Subscription,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_requests",
        verbose_name=_("subscription"),
    )
    partner_invoice = models.ForeignKey(
        PartnerInvoice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_requests",
        verbose_name=_("21Vianet's invoice"),
    )
    topic = models.CharField(_("topic"), max_length=30, choices=Topic)
    severity = models.CharField(
        _("severity"), max_length=10, choices=Severity, default=Severity.MODERATE
    )
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text in English"), blank=True)
    text_zh = models.TextField(_("text in Chinese"), blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.DRAFT, editable=False
    )
    reference = models.CharField(
        _("21Vianet's reference"),
        max_length=100,
        blank=True,
        help_text=_("The number 21Vianet gave the request, typed by hand."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("drafted at"), editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    filed_at = models.DateTimeField(_("filed at"), null=True, editable=False)
    next_check_on = models.DateField(_("next check on"), null=True, blank=True)
    told_how = models.CharField(
        _("customer told by"), max_length=10, choices=ToldBy, blank=True, editable=False
    )
    told_at = models.DateTimeField(_("customer told at"), null=True, editable=False)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    nobody_to_tell = models.TextField(_("why there was nobody to tell"), blank=True, editable=False)

    objects: ClassVar[ServiceRequestQuerySet] = ServiceRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("service request")
        verbose_name_plural = _("service requests")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values)
                & Q(topic__in=Topic.values)
                & Q(severity__in=Severity.values)
                & Q(status__in=Status.values)
                & Q(told_how__in=["", *ToldBy.values]),
                name="request_words_known",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False)
                | Q(kind=Kind.PARTNER_CENTER, subscription__isnull=True),
                name="request_names_its_customer",
            ),
            models.CheckConstraint(
                condition=Q(partner_invoice=None) | Q(topic=Topic.WRONG_BILL),
                name="request_about_a_wrong_bill",
            ),
            models.CheckConstraint(
                condition=~Q(text="", text_zh=""), name="request_says_something"
            ),
            models.CheckConstraint(
                condition=Q(filed_at=None, filed_by=None, status__in=[Status.DRAFT, Status.CLOSED])
                | (Q(filed_at__isnull=False, filed_by__isnull=False) & ~Q(status=Status.DRAFT)),
                name="request_filed_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=WITH_VIANET) | Q(next_check_on__isnull=False),
                name="filed_request_has_next_check",
            ),
            models.CheckConstraint(
                condition=Q(told_how="", told_at=None, told_by=None)
                | (
                    ~Q(told_how="")
                    & Q(told_at__isnull=False, told_by__isnull=False, nobody_to_tell="")
                ),
                name="customer_told_how_when_by",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.CLOSED) | ~Q(told_how="", nobody_to_tell=""),
                name="closed_request_closes_the_loop",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-id"], name="requests_of_partner"),
            models.Index(
                "partner",
                "next_check_on",
                name="requests_to_check",
                condition=Q(status__in=WITH_VIANET),
            ),
            models.Index(
                "customer", name="requests_unfinished", condition=Q(status__in=UNFINISHED)
            ),
            models.Index("reference", name="requests_by_reference", condition=~Q(reference="")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_topic_display()}"

    def get_absolute_url(self) -> str:
        return reverse("service_requests:detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.status == Status.DRAFT

    @property
    def is_with_vianet(self) -> bool:
        """Filed, and the answer is outstanding."""
        return self.status in WITH_VIANET

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED


class Side(models.TextChoices):
    """Who said it."""

    OURS = "ours", _("We")
    VIANET = "21vianet", _("21Vianet")
    CUSTOMER = "customer", _("Customer")


class Note(models.Model):
    """What was said about a request, and by which side. Never changed, as at 21Vianet."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="notes")
    side = models.CharField(_("who said it"), max_length=10, choices=Side)
    text = models.TextField(_("what was said"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))

    objects: ClassVar[ScopedQuerySet["Note"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="note_side_known"),
        ]
        triggers = append_only("request_note")

    def __str__(self) -> str:
        return f"{self.get_side_display()} · {self.request}"
