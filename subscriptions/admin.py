"""Subscriptions, holds and status changes for platform admins: to be read, never edited."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models import Connection, User
from partners.nudges import nudge
from partners.platform_admin import ReadOnly, ReadOnlyAdmin
from subscriptions.models import (
    SEEN_SUSPENDED,
    Hold,
    StatusChange,
    Subscription,
)
from subscriptions.reading import ask_for_reading

type Choices = Sequence[tuple[str, Any]]


class StateFilter(admin.SimpleListFilter):
    """Suspended, running towards deletion, or disagreed on."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [
            (SEEN_SUSPENDED, _("Suspended")),
            ("moving", _("Being changed")),
            ("person", _("Needs a person")),
            ("differing", _("21Vianet disagrees")),
            ("deletion", _("Deletion clock running")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = Subscription.objects.in_state(self.value() or "")
        return queryset.filter(pk__in=found.values("pk")) if self.value() else queryset


class HoldInline(ReadOnly, admin.TabularInline[Hold, Subscription]):
    """Why it is suspended."""

    model = Hold
    fk_name = "subscription"
    fields = ("reason", "note", "placed_by", "placed_at", "lifted_by", "lifted_at")


class StatusChangeInline(ReadOnly, admin.TabularInline[StatusChange, Subscription]):
    """What 21Vianet was asked for."""

    model = StatusChange
    fields = ("target", "status", "attempts", "last_error", "created_by", "created_at")


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin[Subscription]):
    """What 21Vianet shows, and what we want it to show."""

    list_display = (
        "__str__",
        "customer",
        "quantity",
        "seen_status",
        "desired_status",
        "data_deletion_on",
        "partner",
    )
    list_filter = (StateFilter, "partner", "seen_status", "deletion_clock")
    search_fields = ("pc_id", "friendly_name", "offer_name", "customer__search_text")
    list_select_related = ("customer", "partner")
    inlines = (HoldInline, StatusChangeInline)
    actions = ("read_from_partner_center",)

    def view_on_site(self, obj: Subscription) -> str:
        return reverse("subscription", args=[obj.pk])

    @admin.action(description=_("Read their partners from Partner Center"), permissions=["view"])
    def read_from_partner_center(
        self, request: HttpRequest, queryset: QuerySet[Subscription]
    ) -> None:
        assert isinstance(request.user, User)  # noqa: S101  (admin is for people who signed in)
        partners = queryset.order_by().values("partner")
        for link in Connection.objects.filter(partner__in=partners).select_related("partner"):
            job = ask_for_reading(link.partner, by=request.user)
            messages.info(request, f"{link.partner}: {reverse('job', args=[job.pk])}")
        nudge("subscriptions.tasks.drain_readings")


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin[Hold]):
    """Reasons to suspend: placed and lifted by services only."""

    list_display = ("subscription", "reason", "source_kind", "placed_by", "placed_at", "lifted_at")
    list_filter = ("reason", ("lifted_at", admin.EmptyFieldListFilter), "partner")
    search_fields = ("note", "subscription__pc_id", "subscription__customer__search_text")
    list_select_related = ("subscription", "placed_by")

    def view_on_site(self, obj: Hold) -> str:
        return reverse("subscription", args=[obj.subscription_id])


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin[StatusChange]):
    """Intents to change 21Vianet, and how far they have come."""

    list_display = ("subscription", "target", "status", "attempts", "next_attempt_at", "last_error")
    list_filter = ("status", "target", "partner")
    search_fields = ("subscription__pc_id", "correlation_id", "request_id", "last_error")
    list_select_related = ("subscription",)

    def view_on_site(self, obj: StatusChange) -> str:
        return reverse("subscription", args=[obj.subscription_id])
