"""Addresses that change customers; list and page are the shell's, since they show several rooms."""

from django.urls import path

from customers import views

app_name = "customers"
urlpatterns = [
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/contacts/new/", views.add_contact, name="add_contact"),
    path("<int:pk>/credit/", views.decide_credit, name="decide_credit"),
    path("contacts/<int:pk>/", views.edit_contact, name="edit_contact"),
    path("contacts/<int:pk>/remove/", views.remove_contact, name="remove_contact"),
]
