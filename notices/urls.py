"""Addresses of letters: each below the customer it was written to."""

from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("customers/<int:customer_id>/notices/<int:pk>/", views.notice, name="notice"),
    path(
        "customers/<int:customer_id>/notices/<int:pk>/delivered/",
        views.delivered,
        name="delivered",
    ),
    path("customers/<int:customer_id>/notices/<int:pk>/again/", views.send_again, name="again"),
]
