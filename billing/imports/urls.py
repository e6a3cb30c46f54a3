"""Addresses of imports; `billing.urls` puts them below /billing/."""

from django.urls import path

from billing.imports.views import actions, imports

urlpatterns = [
    path("imports/", imports.index, name="imports"),
    path("imports/bank-statement.csv", imports.statement_template, name="statement_template"),
    path("imports/opening-balances.csv", imports.balances_template, name="balances_template"),
    path("imports/<int:pk>/", imports.table, name="import"),
    path("imports/<int:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<int:pk>/findings.csv", imports.findings, name="import_findings"),
    path("imports/<int:pk>/original/", imports.original, name="import_original"),
    path("imports/<int:pk>/columns/", actions.columns, name="import_columns"),
    path("imports/<int:pk>/import/", actions.confirm, name="import_confirm"),
    path("imports/<int:pk>/discard/", actions.discard, name="import_discard"),
    path("imports/<int:pk>/balances/", actions.balances, name="import_balances"),
    path("imports/<int:pk>/up-to/", actions.up_to, name="import_up_to"),
    path("invoices/<int:pk>/confirm-balance/", actions.balance, name="invoice_confirm_balance"),
]
