"""Collections for platform admins: policies, cases and sweeps to be read; sweeps to be started."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collections_policy import services
from collections_policy.models import (
    Case,
    CaseStep,
    CollectionsPolicy,
    Pause,
    PolicyStep,
    PolicyVersion,
    SweepError,
    SweepRun,
)
from partners.models import User
from partners.nudges import nudge
from partners.platform_admin import ReadOnly, ReadOnlyAdmin


class PolicyStepInline(ReadOnly, admin.TabularInline[PolicyStep, PolicyVersion]):
    """The steps of a version: a published one never changes."""

    model = PolicyStep
    fields = ("position", "days_after_due", "action")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin[PolicyVersion]):
    list_display = ("policy", "number", "partner", "minimum_gap_days", "published_at")
    list_filter = ("partner",)
    search_fields = ("policy__name", "partner__name")
    list_select_related = ("policy", "partner", "published_by")
    inlines = (PolicyStepInline,)


@admin.register(CollectionsPolicy)
class CollectionsPolicyAdmin(admin.ModelAdmin[CollectionsPolicy]):
    list_display = ("name", "partner", "is_default")
    list_filter = ("partner", "is_default")
    search_fields = ("name", "partner__name", "partner__mpn_id")
    readonly_fields = ("partner", "is_default")
    actions = ("run_sweep",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: CollectionsPolicy | None = None
    ) -> bool:
        return False

    @admin.action(description=_("Run the sweep of these partners now"))
    def run_sweep(self, request: HttpRequest, queryset: QuerySet[CollectionsPolicy]) -> None:
        """Ask for one sweep each; asked twice is asked once."""
        user = request.user if isinstance(request.user, User) else None
        for policy in queryset.select_related("partner__settings"):
            services.request_sweep(policy.partner, user)
        nudge("collections_policy.tasks.drain_runs")
        self.message_user(request, _("The sweeps are asked for."), messages.SUCCESS)


class CaseStepInline(ReadOnly, admin.TabularInline[CaseStep, Case]):
    model = CaseStep
    fields = ("step", "status", "acted_on", "decided_by", "blocked_by")


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin[Case]):
    """Cases move by sweeps, payments and people's decisions, never here."""

    list_display = ("customer", "currency", "episode", "status", "overdue_amount", "anchor_due_on")
    list_filter = ("status", "currency", "partner")
    search_fields = ("customer__company", "customer__domain", "customer__tenant_id")
    list_select_related = ("customer",)
    inlines = (CaseStepInline,)
    show_full_result_count = False

    def view_on_site(self, obj: Case) -> str:
        return reverse("collections_policy:case", args=[obj.pk])


@admin.register(Pause)
class PauseAdmin(ReadOnlyAdmin[Pause]):
    list_display = ("customer", "until", "placed_by", "placed_at")
    list_filter = ("partner",)
    search_fields = ("customer__company", "reason")
    list_select_related = ("customer", "placed_by")


class SweepErrorInline(ReadOnly, admin.TabularInline[SweepError, SweepRun]):
    model = SweepError
    fields = ("customer", "name", "text", "at")


@admin.register(SweepRun)
class SweepRunAdmin(ReadOnlyAdmin[SweepRun]):
    list_display = ("business_date", "partner", "kind", "status", "customers_done", "errors_count")
    list_filter = ("status", "kind", "partner")
    search_fields = ("partner__name", "partner__mpn_id")
    list_select_related = ("partner",)
    inlines = (SweepErrorInline,)

    def view_on_site(self, obj: SweepRun) -> str:
        return reverse("collections_policy:sweep", args=[obj.pk])
