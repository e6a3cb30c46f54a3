"""A sweep: one walk over everything that is due at one partner on one business date."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner


class RunKind(models.TextChoices):
    """What started a sweep."""

    SCHEDULED = "scheduled", _("Daily")
    MANUAL = "manual", _("By hand")


class RunStatus(models.TextChoices):
    """How far a sweep has come."""

    WAITING = "waiting", _("Waiting to start")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    PARTIAL = "partial", _("Done, with errors")
    FAILED = "failed", _("Failed")


class SweepRunQuerySet(ScopedQuerySet["SweepRun"]):
    """Sweeps by how far they are."""

    def unfinished(self) -> Self:
        return self.filter(status__in=[RunStatus.WAITING, RunStatus.RUNNING])

    def finished(self) -> Self:
        return self.exclude(status__in=[RunStatus.WAITING, RunStatus.RUNNING])


class SweepRun(models.Model):
    """One sweep: progress, counts and the checkpoint from which another worker continues."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="sweeps")
    business_date = models.DateField(_("business date"))
    kind = models.CharField(_("started"), max_length=10, choices=RunKind)
    status = models.CharField(
        _("status"), max_length=10, choices=RunStatus, default=RunStatus.WAITING
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    receipts_recorded_up_to = models.DateField(_("receipts recorded up to"), null=True)
    checkpoint = models.BigIntegerField(
        default=0, editable=False, help_text="The last customer whose batch is committed."
    )
    attempts = models.PositiveSmallIntegerField(_("starts"), default=0, editable=False)
    leased_by = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    failure = models.CharField(_("what failed"), max_length=200, blank=True)

    customers_total = models.PositiveIntegerField(_("customers to look at"), null=True)
    customers_done = models.PositiveIntegerField(_("customers looked at"), default=0)
    invoices_flagged = models.PositiveIntegerField(_("invoices newly overdue"), default=0)
    cases_opened = models.PositiveIntegerField(_("cases opened"), default=0)
    cases_closed = models.PositiveIntegerField(_("cases closed"), default=0)
    reminders = models.PositiveIntegerField(_("reminders"), default=0)
    warnings = models.PositiveIntegerField(_("warnings"), default=0)
    proposals = models.PositiveIntegerField(_("suspensions proposed"), default=0)
    blocked = models.PositiveIntegerField(_("steps blocked"), default=0)
    errors_count = models.PositiveIntegerField(_("customers with errors"), default=0)

    objects: ClassVar[SweepRunQuerySet] = SweepRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "business_date"],
                condition=models.Q(kind="scheduled"),
                name="one_daily_sweep_per_date",
            ),
            models.UniqueConstraint(
                fields=["partner"],
                condition=models.Q(status="running"),
                name="one_running_sweep_per_partner",
            ),
            models.UniqueConstraint(
                fields=["partner"],
                condition=models.Q(status="waiting", kind="manual"),
                name="one_waiting_manual_sweep",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "running"], finished_at__isnull=True)
                | models.Q(status__in=["done", "partial", "failed"], finished_at__isnull=False),
                name="sweep_finished_at",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=RunKind.values), name="sweep_kind_known"
            ),
        ]
        indexes = [
            models.Index("partner", models.F("id").desc(), name="sweeps_of_partner"),
            models.Index(
                "id",
                name="sweeps_unfinished",
                condition=models.Q(status__in=["waiting", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} · {self.get_kind_display()}"

    @property
    def is_finished(self) -> bool:
        return self.status not in {RunStatus.WAITING, RunStatus.RUNNING}


class SweepError(models.Model):
    """One customer a sweep could not work: the others were done all the same."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    run = models.ForeignKey(SweepRun, models.CASCADE, related_name="errors")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    name = models.CharField(_("error"), max_length=100)
    text = models.TextField(_("what it said"), blank=True)
    at = models.DateTimeField(_("at"))

    objects: ClassVar[ScopedQuerySet["SweepError"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("sweep error")
        verbose_name_plural = _("sweep errors")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "customer"], name="one_error_per_run_and_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.name}"
