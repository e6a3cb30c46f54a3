"""What a partner can and can't do while 21Vianet has suspended its account for late payment.

Source: Partner Center operated by 21Vianet, "Billing": a delinquent partner may be suspended.
"""

from django.utils.translation import gettext as _


def cannot() -> list[str]:
    """What does not work until the outstanding bills are paid."""
    return [
        _("create a customer"),
        _("create an order"),
        _("request a reseller relationship"),
        _("increase or decrease the seats of a subscription"),
        _("order add-ons"),
        _("convert a subscription"),
        _("transition a subscription"),
    ]


def can_still() -> list[str]:
    """What goes on working."""
    return [
        _("manage existing customers, their subscriptions and resources"),
        _("suspend and unblock subscriptions of customers (not said word for word)"),
        _("pay: everything works again when the outstanding bills are paid"),
    ]
