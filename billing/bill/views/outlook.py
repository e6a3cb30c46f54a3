"""Our bill against what customers owe: what is missing by the due date, and day by day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.bill import consequences, outlook
from partners import clock
from partners.http import PortalRequest, ensure, list_view
from partners.permissions import Permission


@require_GET
@list_view(Permission.SEE_PARTNER_BILL)
def bill_outlook(request: PortalRequest) -> HttpResponse:
    """What the next due date needs, which open invoices would bring it, and a time line."""
    ensure(request.user, Permission.SEE_RECEIVABLES, request.partner)
    today = clock.business_date(request.partner)
    needed = outlook.needed(request.partner, today)
    context = {
        "today": today,
        "currencies": [
            (each, _fillings(each), outlook.days(request.partner, each.currency, today))
            for each in needed
        ],
        "cannot": consequences.cannot(),
        "can_still": consequences.can_still(),
    }
    return render(request, "billing/bill_outlook.html", context)


def _fillings(needed: outlook.Needed) -> list[tuple[object, object]]:
    return [(filling, needed.invoices[filling.invoice_id]) for filling in needed.gap.fillings]
