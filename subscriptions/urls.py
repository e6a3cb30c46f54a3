"""Addresses of subscriptions; the page of one is the shell's, since it shows several rooms."""

from django.urls import path

from subscriptions import views

app_name = "subscriptions"
urlpatterns = [
    path("", views.index, name="list"),
    path("read/", views.read_now, name="read"),
    path("<int:pk>/status/", views.status, name="status"),
    path("<int:pk>/reapply/", views.reapply, name="reapply"),
    path("holds/<int:pk>/release/", views.release, name="release"),
]
