"""Addresses of the books; `billing.urls` puts them below /billing/."""

from django.urls import path

from billing.books.views import ageing, home, journal

urlpatterns = [
    path("", home.home, name="home"),
    path("ageing/", ageing.index, name="ageing"),
    path("ageing/invoices/", ageing.invoices, name="ageing_invoices"),
    path("journal/", journal.index, name="journal"),
    path("journal/export/", journal.export, name="journal_export"),
    path("journal/files/<int:pk>/", journal.file, name="journal_file"),
]
