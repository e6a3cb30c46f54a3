"""Addresses of the register of requests with 21Vianet."""

from django.urls import path

from service_requests.views import moves, record, register

app_name = "service_requests"
urlpatterns = [
    path("", register.index, name="list"),
    path("new/", register.new, name="new"),
    path("<int:pk>/", record.detail, name="detail"),
    path("<int:pk>/edit/", record.edit, name="edit"),
    path("<int:pk>/notes/", record.add_note, name="note"),
    path("<int:pk>/follow-up/", record.follow_up, name="follow_up"),
    path("<int:pk>/file/", moves.file, name="file"),
    path("<int:pk>/resolve/", moves.resolve, name="resolve"),
    path("<int:pk>/close/", moves.close, name="close"),
    path("<int:pk>/reopen/", moves.reopen, name="reopen"),
]
