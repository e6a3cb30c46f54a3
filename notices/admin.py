"""Letters for platform admins: to be read and searched, never edited."""

from django.contrib import admin

from notices.models import Notice
from partners.platform_admin import ReadOnlyAdmin


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    """What was written, and whether it arrived."""

    list_display = ("id", "kind", "customer", "address", "status", "attempts", "sent_at")
    list_filter = ("status", "kind", "channel", "partner")
    search_fields = ("address", "recipient", "subject", "customer__company", "about_id")
    list_select_related = ("customer",)

    def view_on_site(self, obj: Notice) -> str:
        from notices.panels import url_of

        return url_of(obj)
