"""A subscription: what 21Vianet shows, and what we want it to show."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner

SEEN_SUSPENDED = "suspended"
SEEN_ACTIVE = "active"
SEEN_DELETED = "deleted"


class DesiredStatus(models.TextChoices):
    """What the holds ask for. Derived in the transaction of a hold, never set by hand."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class DeletionClock(models.TextChoices):
    """How sure we are of the day on which 21Vianet may delete the data."""

    STOPPED = "stopped", _("Not running")
    KNOWN = "known", _("Known")
    AT_RISK = "at_risk", _("At risk: the start is not known")


class SubscriptionQuerySet(ScopedQuerySet["Subscription"]):
    """Subscriptions by what matters about them."""

    def for_list(self) -> Self:
        """With everything a row of a list shows, in a constant number of queries."""
        return self.select_related("customer", "partner").with_open_change()

    def with_open_change(self) -> Self:
        """Prefetch the open status change and holds as `open_changes` and `open_holds`."""
        from subscriptions.models.hold import Hold
        from subscriptions.models.status_change import StatusChange

        changes = StatusChange.objects.unfinished()
        holds = Hold.objects.are_open().select_related("placed_by")
        return self.prefetch_related(
            models.Prefetch("status_changes", changes, to_attr="open_changes")
        ).prefetch_related(models.Prefetch("holds", holds, to_attr="open_holds"))

    def seen_suspended(self) -> Self:
        """Suspended as Partner Center last showed them."""
        return self.filter(seen_status=SEEN_SUSPENDED)

    def disagreeing(self) -> Self:
        """Seen active where our holds ask for suspended, or the reverse."""
        seen = self.filter(seen_status__in=[SEEN_ACTIVE, SEEN_SUSPENDED])
        return seen.exclude(seen_status=models.F("desired_status"))

    def in_state(self, state: str) -> Self:
        """By where they stand, as the list's filter names it; anything else is all of them."""
        from subscriptions.models.status_change import ChangeStatus, StatusChange

        changes = StatusChange.objects.unfinished()
        waiting = models.Q(status=ChangeStatus.NEEDS_PERSON)
        match state:
            case "active" | "suspended":
                return self.filter(seen_status=state)
            case "moving":
                return self.filter(pk__in=changes.exclude(waiting).values("subscription"))
            case "person":
                return self.filter(pk__in=changes.filter(waiting).values("subscription"))
            case "differing":
                return self.disagreeing()
            case "deletion":
                return self.exclude(deletion_clock=DeletionClock.STOPPED)
        return self

    def matching(self, text: str, customers: models.QuerySet[Customer]) -> Self:
        """By name, offer, a whole Partner Center id, or one of these customers."""
        return self.filter(
            models.Q(friendly_name__icontains=text)
            | models.Q(offer_name__icontains=text)
            | models.Q(pc_id=text.lower())
            | models.Q(customer__in=customers)
        )


class Subscription(models.Model):
    """A customer's subscription. Observing writes what was seen; holds, what is desired."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="subscriptions")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="subscriptions")
    pc_id = models.CharField(
        _("subscription ID"), max_length=64, help_text=_("As Partner Center writes it.")
    )
    base = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="add_ons",
        verbose_name=_("base subscription"),
    )
    offer_id = models.CharField(_("offer ID"), max_length=100, blank=True)
    offer_name = models.CharField(_("offer"), max_length=250, blank=True)
    friendly_name = models.CharField(_("name"), max_length=250, blank=True)
    quantity = models.PositiveIntegerField(_("seats"), default=0)
    billing_cycle = models.CharField(_("billing cycle"), max_length=30, blank=True)
    commitment_end_on = models.DateField(_("term ends on"), null=True, blank=True)

    seen_status = models.CharField(_("status at 21Vianet"), max_length=40, blank=True)
    seen_at = models.DateTimeField(_("seen at"), null=True)
    seen_reasons = models.JSONField(_("reasons given by 21Vianet"), default=list)
    desired_status = models.CharField(
        _("desired status"), max_length=10, choices=DesiredStatus, default=DesiredStatus.ACTIVE
    )
    suspended_not_before = models.DateTimeField(_("suspended not before"), null=True)
    suspended_not_after = models.DateTimeField(_("suspended not after"), null=True)
    deletion_clock = models.CharField(
        _("deletion clock"), max_length=10, choices=DeletionClock, default=DeletionClock.STOPPED
    )
    data_deletion_on = models.DateField(_("data deleted not later than"), null=True)
    created_at = models.DateTimeField(_("created"))

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "pc_id"], name="one_subscription_per_id"),
            models.CheckConstraint(
                condition=models.Q(desired_status__in=DesiredStatus.values),
                name="desired_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    deletion_clock=DeletionClock.KNOWN, data_deletion_on__isnull=False
                )
                | models.Q(
                    deletion_clock__in=[DeletionClock.STOPPED, DeletionClock.AT_RISK],
                    data_deletion_on__isnull=True,
                ),
                name="deletion_date_known",
            ),
        ]
        indexes = [
            models.Index("partner", "id", name="subscriptions_of_partner"),
            models.Index("pc_id", name="subscriptions_by_pc_id"),
            models.Index(
                "partner",
                "data_deletion_on",
                name="subscriptions_deletion",
                condition=~models.Q(deletion_clock="stopped"),
            ),
            models.Index("partner", "seen_status", "id", name="subscriptions_by_status"),
        ]

    def __str__(self) -> str:
        return self.friendly_name or self.offer_name or self.pc_id

    @property
    def is_seen_suspended(self) -> bool:
        return self.seen_status == SEEN_SUSPENDED

    @property
    def is_disagreed(self) -> bool:
        """Whether 21Vianet shows the opposite of what our holds ask for."""
        is_known = self.seen_status in {SEEN_ACTIVE, SEEN_SUSPENDED}
        return is_known and self.seen_status != self.desired_status

    @property
    def is_seen_deleted(self) -> bool:
        return self.seen_status == SEEN_DELETED
