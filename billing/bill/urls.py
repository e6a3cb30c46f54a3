"""Addresses of our bill from 21Vianet; `billing.urls` puts them below /billing/."""

from django.urls import path

from billing.bill.views import bill_actions, outlook, payments, statement

urlpatterns = [
    path("statement/", statement.statement, name="statement"),
    path("statement/new/", bill_actions.new, name="bill_new"),
    path("statement/outlook/", outlook.bill_outlook, name="bill_outlook"),
    path("statement/<int:pk>/", statement.partner_invoice, name="partner_invoice"),
    path("statement/<int:pk>/correct/", bill_actions.correct, name="bill_correct"),
    path("statement/<int:pk>/dispute/", bill_actions.dispute, name="bill_dispute"),
    path("statement/<int:pk>/settled/", bill_actions.end_dispute, name="bill_dispute_end"),
    path(
        "statement/<int:pk>/alarm/<int:working_days>/",
        bill_actions.acknowledge,
        name="bill_alarm",
    ),
    path("statement/payments/new/", payments.new, name="partner_payment_new"),
    path("statement/payments/<int:pk>/", payments.payment, name="partner_payment"),
    path(
        "statement/payments/<int:pk>/reverse/",
        payments.reverse_payment,
        name="partner_payment_reverse",
    ),
    path("statement/payments/<int:pk>/seen/", payments.seen, name="partner_payment_seen"),
    path(
        "statement/payments/<int:pk>/not-seen/", payments.not_seen, name="partner_payment_not_seen"
    ),
]
