"""Addresses of fapiao; `billing.urls` puts them below /billing/."""

from django.urls import path

from billing.fapiao.views import actions, pages

urlpatterns = [
    path("invoices/<int:pk>/fapiao/", actions.issue_one, name="invoice_fapiao"),
    path("invoices/<int:pk>/fapiao/request/", actions.request_one, name="invoice_fapiao_request"),
    path("fapiao/", pages.index, name="fapiao_list"),
    path("fapiao/issue/", actions.issue_many, name="fapiao_issue"),
    path("fapiao/<int:pk>/", pages.fapiao, name="fapiao"),
    path("fapiao/<int:pk>/deliver/", actions.deliver, name="fapiao_deliver"),
    path("fapiao/<int:pk>/red-letter/", actions.red_letter, name="fapiao_red_letter"),
    path("fapiao/<int:pk>/correct/", actions.correct, name="fapiao_correct"),
]
