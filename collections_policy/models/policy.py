"""What happens when a customer does not pay, and when: written down before it is needed.

Source of the advice: Partner Center docs, "Non-payment, fraud, or misuse": "establish a clear
collections policy … that details your collections process and when access will be impacted".
"""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.access import ScopedQuerySet
from partners.models import Partner

MINIMUM_GAP_DAYS = 3


class Action(models.TextChoices):
    """What a step does. No step suspends: the last one proposes it to a person."""

    REMIND = "remind", _("Remind")
    WARN = "warn", _("Warn of suspension")
    PROPOSE_SUSPENSION = "propose_suspension", _("Propose suspension")


class CollectionsPolicy(models.Model):
    """One partner's policy. Its published versions never change."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="collections_policies")
    name = models.CharField(_("name"), max_length=100)
    is_default = models.BooleanField(_("applies to every customer"), default=True)

    objects: ClassVar[ScopedQuerySet["CollectionsPolicy"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("collections policy")
        verbose_name_plural = _("collections policies")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner"],
                condition=models.Q(is_default=True),
                name="one_default_policy",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyVersionQuerySet(ScopedQuerySet["PolicyVersion"]):
    """Versions by whether they count."""

    def in_force(self, partner: Partner) -> "PolicyVersion | None":
        """The newest published version of the partner's default policy, with its steps."""
        return (
            self.filter(partner=partner, policy__is_default=True, published_at__isnull=False)
            .prefetch_related("steps")
            .order_by("-number")
            .first()
        )

    def with_steps(self) -> Self:
        return self.prefetch_related("steps")


class PolicyVersion(models.Model):
    """The policy as it was published. A case keeps the version it was opened under."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    policy = models.ForeignKey(CollectionsPolicy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    minimum_gap_days = models.PositiveSmallIntegerField(
        _("days between two letters, at least"), default=MINIMUM_GAP_DAYS
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects: ClassVar[PolicyVersionQuerySet] = PolicyVersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["policy", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="one_version_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} · {self.number}"


class PolicyStep(models.Model):
    """One step: so many calendar days after the due date, this is done."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("order"))
    days_after_due = models.PositiveSmallIntegerField(_("days after the due date"))
    action = models.CharField(_("what is done"), max_length=20, choices=Action)

    class Meta:
        verbose_name = _("policy step")
        verbose_name_plural = _("policy steps")
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="one_step_per_position"),
            models.CheckConstraint(
                condition=models.Q(action__in=Action.values), name="step_action_known"
            ),
            models.CheckConstraint(
                condition=models.Q(days_after_due__gte=1), name="step_after_the_due_date"
            ),
        ]

    def __str__(self) -> str:
        return f"+{self.days_after_due} · {self.get_action_display()}"
