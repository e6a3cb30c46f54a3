"""A case: one customer's overdue debt in one currency, worked step by step until it is settled."""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from collections_policy.models.policy import PolicyStep, PolicyVersion
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner
from subscriptions.models import Hold, HoldSource


class CaseStatus(models.TextChoices):
    """Whether anything is still chased."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class CloseReason(models.TextChoices):
    """Why a case ended."""

    SETTLED = "settled", _("Settled")
    REPLACED = "replaced", _("What was chased is paid; newer debts have a case of their own")


class CaseQuerySet(ScopedQuerySet["Case"]):
    """Cases by what is to be done about them."""

    def are_open(self) -> Self:
        return self.filter(status=CaseStatus.OPEN)

    def due(self, business_date: date) -> Self:
        """Open cases the sweep has to look at on this date (partner's zone)."""
        return self.are_open().filter(next_due_on__lte=business_date)

    def proposed(self) -> Self:
        """Open cases in which a suspension is proposed and nobody has decided."""
        waiting = CaseStep.objects.filter(case=OuterRef("pk"), status=ActionStatus.PROPOSED)
        return self.are_open().filter(Exists(waiting))

    def overdue_for(self, days: int, business_date: date) -> Self:
        """Unpaid for at least so many calendar days."""
        return self.filter(anchor_due_on__lte=business_date - timedelta(days=days))

    def in_state(self, state: str, business_date: date) -> Self:
        """Open cases that are `proposed`, `paused` or `suspended`; all for anything else."""
        if state == "proposed":
            return self.proposed()
        if state == "paused":
            pauses = Pause.objects.holding_on(business_date)
            return self.filter(Exists(pauses.filter(customer=OuterRef("customer"))))
        if state == "suspended":
            holds = Hold.objects.are_open().filter(source_kind=HoldSource.CASE)
            own = Cast(OuterRef("pk"), models.CharField(max_length=64))
            return self.filter(Exists(holds.filter(source_id=own)))
        return self

    def for_list(self) -> Self:
        """With everything a row of the list shows, in a constant number of queries."""
        return self.select_related("customer", "partner").prefetch_related(
            "version__steps", "steps__step"
        )


class Case(models.Model):
    """Anchored on the oldest overdue undisputed invoice. At most one open per currency."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="cases")
    currency = models.CharField(_("currency"), max_length=3)
    episode = models.PositiveIntegerField(_("episode"))
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="cases")
    status = models.CharField(
        _("status"), max_length=10, choices=CaseStatus, default=CaseStatus.OPEN
    )
    opened_on = models.DateField(_("opened on"))
    anchor_due_on = models.DateField(
        _("unpaid since"), help_text=_("Due date of the oldest overdue invoice without a dispute.")
    )
    overdue_amount = models.DecimalField(
        _("overdue"),
        max_digits=18,
        decimal_places=2,
        help_text=_("As the sweep or the newest payment left it; the case page counts afresh."),
    )
    next_due_on = models.DateField(_("next look on"), null=True)
    closed_on = models.DateField(_("closed on"), null=True)
    close_reason = models.CharField(
        _("why it was closed"), max_length=10, choices=CloseReason, blank=True
    )

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "currency", "episode"], name="one_case_per_episode"
            ),
            models.UniqueConstraint(
                fields=["customer", "currency"],
                condition=models.Q(status="open"),
                name="one_open_case_per_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", closed_on__isnull=True, close_reason="")
                | models.Q(
                    status="closed",
                    closed_on__isnull=False,
                    next_due_on__isnull=True,
                    close_reason__in=CloseReason.values,
                ),
                name="case_closed_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                "partner",
                "next_due_on",
                "customer",
                name="cases_due",
                condition=models.Q(status="open", next_due_on__isnull=False),
            ),
            models.Index(
                "partner",
                models.F("overdue_amount").desc(),
                "id",
                name="cases_by_amount",
                condition=models.Q(status="open"),
            ),
            models.Index(
                "partner",
                "anchor_due_on",
                "id",
                name="cases_by_age",
                condition=models.Q(status="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.currency} · {self.episode}"

    @property
    def is_open(self) -> bool:
        return self.status == CaseStatus.OPEN

    def days_overdue(self, business_date: date) -> int:
        """Calendar days since the anchor's due date."""
        return (business_date - self.anchor_due_on).days


class ActionStatus(models.TextChoices):
    """How far a step of a case has come."""

    PLANNED = "planned", _("Planned")
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    DONE = "done", _("Done")
    BLOCKED = "blocked", _("Blocked")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")


class CaseStep(models.Model):
    """A policy step within one case: it happens at most once, whoever runs the sweep how often."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    step = models.ForeignKey(PolicyStep, models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=ActionStatus)
    acted_on = models.DateField(_("on"), help_text=_("Business date of the newest change."))
    blocked_by = models.JSONField(_("what blocks it"), default=list)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects: ClassVar[ScopedQuerySet["CaseStep"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        ordering = ["case", "step__position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "step"], name="one_row_per_case_and_step"),
            models.CheckConstraint(
                condition=models.Q(status__in=ActionStatus.values), name="case_step_status_known"
            ),
        ]
        indexes = [
            models.Index(
                "partner",
                "case",
                name="case_steps_proposed",
                condition=models.Q(status="proposed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} · {self.get_status_display()}"


class PauseQuerySet(ScopedQuerySet["Pause"]):
    """Pauses by whether they still hold."""

    def holding_on(self, business_date: date) -> Self:
        """Pauses that stop the policy on this date; on their own last day chasing resumes."""
        return self.filter(until__gt=business_date)


class Pause(models.Model):
    """Somebody decided: nothing is sent to or proposed for this customer before a date."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="pauses")
    until = models.DateField(_("not before"))
    reason = models.TextField(_("reason"))
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    placed_at = models.DateTimeField(_("decided at"))

    objects: ClassVar[PauseQuerySet] = PauseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("pause of chasing")
        verbose_name_plural = _("pauses of chasing")
        ordering = ["-id"]
        indexes = [models.Index("customer", "until", name="pauses_of_customer")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="pause_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.until}"
