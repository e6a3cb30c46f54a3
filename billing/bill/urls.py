"""Addresses of our bill from 21Vianet; `billing.urls` puts them below /billing/."""

from django.urls import path

from billing.bill.views import statement

urlpatterns = [
    path("statement/", statement.statement, name="statement"),
    path("statement/<int:pk>/", statement.partner_invoice, name="partner_invoice"),
]
