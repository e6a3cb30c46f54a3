"""The register in Django admin: words may be corrected, the status moves only in the portal."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from partners import clock
from partners.activity import READERS_NEED
from partners.platform_admin import Audited, ReadOnlyAdmin
from service_requests import rules
from service_requests.models import Note, ServiceRequest, Topic


class NextCheck(admin.SimpleListFilter):
    """Requests to look after. Platform admins see all partners, so today is the date in UTC."""

    title = _("next check")
    parameter_name = "check"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("due", _("Today or missed")), ("overdue", _("Missed"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ServiceRequest]
    ) -> QuerySet[ServiceRequest]:
        today = clock.now().date()
        if self.value() == "due":
            return queryset.filter(pk__in=ServiceRequest.objects.checks_due(today))
        if self.value() == "overdue":
            return queryset.filter(pk__in=ServiceRequest.objects.checks_overdue(today))
        return queryset


class NoteInline(admin.TabularInline[Note, ServiceRequest]):
    """What was said; never changed."""

    model = Note
    extra = 0
    can_delete = False
    fields = readonly_fields = ("at", "side", "text", "by")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(ServiceRequest)
class ServiceRequestAdmin(Audited):
    """All partners' requests to 21Vianet."""

    audit_name = "service_request"
    list_display = (
        "id",
        "partner",
        "customer",
        "kind",
        "topic",
        "severity",
        "status",
        "reference",
        "next_check_on",
    )
    list_filter = (NextCheck, "status", "kind", "topic", "severity", "partner")
    search_fields = ("id", "reference", "title", "customer__company", "customer__tenant_id")
    list_select_related = ("partner", "customer")
    readonly_fields = (
        "partner",
        "customer",
        "subscription",
        "kind",
        "topic",
        "status",
        "created_by",
        "created_at",
        "filed_by",
        "filed_at",
        "told_how",
        "told_at",
        "told_by",
        "nobody_to_tell",
    )
    inlines = (NoteInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Requests are drafted in the portal, from a customer or a subscription."""
        return False

    def marks(self, obj: Any) -> dict[str, object]:
        return {READERS_NEED: rules.permission_to_read(Topic(obj.topic))}


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin[Note]):
    """Everything said about requests."""

    list_display = ("at", "request", "side", "by")
    list_filter = ("side", "partner")
    search_fields = ("text", "request__reference")
    list_select_related = ("request", "by")
