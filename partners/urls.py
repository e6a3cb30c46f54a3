"""Addresses of the partner's own pages."""

from django.urls import path

from partners.views import (
    activity,
    attachments,
    bank_accounts,
    calendar,
    own,
    people,
    settings,
)

app_name = "partners"
urlpatterns = [
    path("profile/", own.profile, name="profile"),
    path("profile/language/", own.choose_language, name="language"),
    path("profile/partner/", own.switch, name="switch"),
    path("clock/", own.move_clock, name="clock"),
    path("settings/", settings.settings, name="settings"),
    path("settings/permissions/", settings.permissions, name="permissions"),
    path("settings/calendar/", calendar.index, name="calendar"),
    path("settings/calendar/confirm/", calendar.confirm, name="calendar_confirm"),
    path("settings/calendar/confirmed/<int:pk>/", calendar.reopen, name="calendar_reopen"),
    path("settings/calendar/days/<int:pk>/remove/", calendar.remove, name="calendar_remove"),
    path("settings/bank-accounts/", bank_accounts.index, name="bank_accounts"),
    path("settings/bank-accounts/add/", bank_accounts.add, name="bank_account_add"),
    path("settings/bank-accounts/<int:pk>/", bank_accounts.edit, name="bank_account"),
    path("settings/people/", people.index, name="people"),
    path("settings/people/invite/", people.invite, name="invite"),
    path("settings/people/<int:pk>/", people.roles, name="roles"),
    path("settings/people/<int:pk>/link/", people.send_link, name="send_link"),
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("attachments/<int:pk>/withdraw/", attachments.withdraw, name="withdraw_attachment"),
    path("attachments/to/<str:kind>/<int:subject>/", attachments.attach, name="attach"),
    path("activity/", activity.index, name="activity"),
]
