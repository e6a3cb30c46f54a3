"""Letters for platform admins: to be read and searched, never edited."""

from django.contrib import admin
from django.http import HttpRequest

from notices.models import Notice


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin[Notice]):
    """What was written, and whether it arrived."""

    list_display = ("id", "kind", "customer", "address", "status", "attempts", "sent_at")
    list_filter = ("status", "kind", "channel", "partner")
    search_fields = ("address", "recipient", "subject", "customer__company", "about_id")
    list_select_related = ("customer",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False

    def view_on_site(self, obj: Notice) -> str:
        from notices.panels import url_of

        return url_of(obj)
