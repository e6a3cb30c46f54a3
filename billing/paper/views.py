"""Papers for customers as pages of their own, to be printed; in the customer's language."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_GET

from billing import labels, terms
from billing.models import CreditNote, Invoice, InvoiceStatus
from billing.paper import documents, statements
from billing.paper.forms import LANGUAGES, StatementForm
from customers.models import Customer
from partners import clock
from partners.http import PortalRequest, record_view
from partners.permissions import Permission

SEE = Permission.SEE_RECEIVABLES


@require_GET
@record_view(SEE)
def invoice(request: PortalRequest, pk: int) -> HttpResponse:
    """An issued invoice on A4."""
    mine = Invoice.objects.for_user(request.user, SEE).filter(status=InvoiceStatus.ISSUED)
    found = get_object_or_404(mine.select_related("customer__partner__settings"), pk=pk)
    paper = documents.of_invoice(found)
    context = {"invoice": found, "paper": paper, "back": ("billing:invoice", found.pk)}
    with translation.override(_language(request, found.customer)):
        context["due_terms"] = terms.words(found.terms)
        return _page(request, "billing/paper/invoice.html", context)


@require_GET
@record_view(SEE)
def credit_note(request: PortalRequest, pk: int) -> HttpResponse:
    """An issued credit note on A4."""
    mine = CreditNote.objects.for_user(request.user, SEE).issued()
    related = mine.select_related("customer__partner__settings", "invoice")
    found = get_object_or_404(related, pk=pk)
    context = {"note": found, "paper": documents.of_credit_note(found)}
    with translation.override(_language(request, found.customer)):
        return _page(request, "billing/paper/credit_note.html", context)


@require_GET
@record_view(SEE)
def statement(request: PortalRequest, pk: int) -> HttpResponse:
    """A customer's account in one currency on A4."""
    mine = Customer.objects.for_user(request.user, SEE)
    customer = get_object_or_404(mine.select_related("partner__settings"), pk=pk)
    currencies = statements.currencies(customer)
    form = StatementForm(currencies, request.GET)
    today = clock.business_date(customer.partner)
    context: dict[str, Any] = {"customer": customer, "form": form}
    with translation.override(_language(request, customer)):
        if form.is_valid():
            first, last = form.days(today)
            currency = form.cleaned_data["currency"] or currencies[0]
            paper = statements.of(customer, currency, first=first, last=last, today=today)
            names = labels.buckets()
            ageing = [(names[bucket], amount) for bucket, amount in paper.ageing.items()]
            context |= {"paper": paper, "ageing": ageing}
        return _page(request, "billing/paper/statement.html", context)


def _language(request: PortalRequest, customer: Customer) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else customer.language


def _page(request: PortalRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page in the language that is active now, with links to the others."""
    query = request.GET.copy()
    links = []
    for code, name in LANGUAGES.items():
        query["language"] = code
        links.append({"url": f"?{query.urlencode()}", "code": code, "name": name})
    context = {**context, "languages": links}
    status = 200 if "paper" in context else 422
    response = render(request, template, context, status=status)
    response.headers["Content-Language"] = translation.get_language() or ""
    return response
