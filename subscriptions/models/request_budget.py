"""What may still be asked of Partner Center this minute, and whether it answers at all."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.access import ScopedQuerySet
from partners.models import Partner


class RequestBudget(models.Model):
    """One partner's share of requests, in PostgreSQL so that all workers spend from one purse.

    `ordinary` and `reserved` are what was left at `counted_at`; both fill up with time. `reserved`
    is for unblocks alone. `failures` counts exchanges without an answer, one after the other.
    """

    partner = models.OneToOneField(Partner, models.CASCADE, related_name="request_budget")
    ordinary = models.FloatField(default=0)
    reserved = models.FloatField(default=0)
    counted_at = models.DateTimeField()
    wait_until = models.DateTimeField(_("told to wait until"), null=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    probe_at = models.DateTimeField(_("next attempt after failures"), null=True)

    objects: ClassVar[ScopedQuerySet["RequestBudget"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("request budget")
        verbose_name_plural = _("request budgets")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ordinary__gte=0, reserved__gte=0), name="budget_not_overdrawn"
            ),
        ]

    def __str__(self) -> str:
        return str(self.partner)

    @property
    def is_broken(self) -> bool:
        """Whether Partner Center does not answer, so that only one request a minute probes it."""
        return self.probe_at is not None
