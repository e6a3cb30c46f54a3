"""Addresses of papers for customers; `billing.urls` puts them below /billing/."""

from django.urls import path

from billing.paper import views

urlpatterns = [
    path("invoices/<int:pk>/print/", views.invoice, name="invoice_print"),
    path("credit-notes/<int:pk>/print/", views.credit_note, name="credit_note_print"),
]
