"""The demo stands in for 21Vianet here: the month's invoice and its reconciliation file."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from billing.files import samples
from partnercenter.demo.history import sample_customers
from partners import clock
from partners.http import PortalRequest, list_view
from partners.models import Partner
from partners.permissions import Permission


@dataclass(frozen=True)
class _Bill:
    """What stands on the invoice, and the bytes of its file."""

    number: str
    issued_on: date
    total: Decimal
    content: bytes


@require_GET
@list_view(Permission.SEE_PARTNER_BILL)
def demo_bill(request: PortalRequest) -> HttpResponse:
    """What to type on the upload page, with the file to download."""
    _ensure_demo()
    bill = _bill(request.partner)
    facts = [
        {"label": _("21Vianet's invoice number"), "value": bill.number, "copy_id": "bill-number"},
        {"label": _("Invoice date"), "value": bill.issued_on.isoformat(), "copy_id": "bill-date"},
        {"label": _("Currency"), "value": request.partner.currency},
        {"label": _("Total after tax"), "value": str(bill.total), "copy_id": "bill-total"},
    ]
    context = {"facts": facts, "file_url": reverse("demo_bill_file")}
    return render(request, "partnercenter/demo_bill.html", context)


@require_GET
@list_view(Permission.SEE_PARTNER_BILL)
def demo_bill_file(request: PortalRequest) -> HttpResponse:
    """The licence-based file itself."""
    _ensure_demo()
    bill = _bill(request.partner)
    name = f"licence-{bill.issued_on:%Y%m}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bill.content, content_type="text/csv; charset=utf-8", headers=headers)


def _ensure_demo() -> None:
    if not settings.DEMO:
        raise Http404


def _bill(partner: Partner) -> _Bill:
    """This month's charges for every customer with a subscription."""
    today = clock.business_date(partner)
    first = today.replace(day=1)
    listed = [each for each in sample_customers(partner) if each.subscriptions]
    return _Bill(
        number=f"D{today:%y%m%d}{partner.mpn_id[-4:]}",
        issued_on=today,
        total=samples.total_after_tax(listed, first=first, last=today),
        content=samples.licence_file(listed, first=first, last=today, mpn_id=partner.mpn_id),
    )
