"""What is done to one import: its columns, the import, discarding, confirming what it brought."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from billing import freshness, labels
from billing.forms import FreshnessForm
from billing.imports import columns as known
from billing.imports import lifecycle, opening, presenting, services
from billing.imports.forms import ColumnsForm, ConfirmForm
from billing.imports.views.imports import DRAIN, table_of
from billing.models import Invoice, TableImport
from billing.tables.problems import FileRefused
from billing.views import dialogs
from billing.views.dialogs import Refusals
from partners.forms import ReasonForm
from partners.http import PortalRequest, posted, record_view
from partners.nudges import nudge
from partners.permissions import Permission


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def columns(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Say what the columns hold; `?header=` moves to another row with column names."""
    found = table_of(request, pk, Permission.RECORD_MONEY)
    if not found.may_be_mapped:
        messages.warning(request, presenting.already(found))
        return redirect("billing:import", pk)
    try:
        rows = services.beginning(found)
    except FileRefused as refused:
        messages.error(request, refused.problem.sentence)
        return redirect("billing:import", pk)
    asked = request.POST.get("header_row") or request.GET.get("header") or str(found.header_row)
    at = min(max(int(asked) if asked.isdecimal() else 1, 1), max(len(rows), 1))
    form = _columns_form(request, found, rows, at)
    if form.is_bound and form.is_valid():
        return _choose(request, found, form, at)
    context = {"form": form, "table": found, "at": at, "rows": _shown(rows)}
    return render(
        request, "billing/import_columns.html", context, status=422 if form.is_bound else 200
    )


def _columns_form(
    request: PortalRequest, found: TableImport, rows: Sequence[list[str]], at: int
) -> ColumnsForm:
    header = services.without_tail(rows[at - 1]) if rows else []
    is_same = header == found.columns
    mapping = found.mapping if is_same else known.suggested(header, known.FIELDS[found.kind])
    initial: dict[str, Any] = {f"column_{name}": str(where) for name, where in mapping.items()}
    initial |= {
        "header_row": at,
        "bank_account": found.bank_account,
        "currency": found.currency,
        "remember_as": found.layout.name if found.layout else "",
    }
    return ColumnsForm(found, header, posted(request), initial=initial)


def _choose(
    request: PortalRequest, found: TableImport, form: ColumnsForm, at: int
) -> HttpResponseBase:
    typed = form.cleaned_data
    try:
        services.choose_columns(
            found,
            header_row=at,
            header=form.header,
            mapping=form.mapping,
            bank_account=typed.get("bank_account", ""),
            currency=typed["currency"],
            remember_as=typed.get("remember_as", ""),
            by=request.user,
        )
    except lifecycle.AlreadyMoved as moved:
        messages.warning(request, presenting.already(moved.file))
    nudge(DRAIN)
    return redirect("billing:import", found.pk)


def _shown(rows: Sequence[list[str]]) -> list[tuple[int, str]]:
    """The first rows, to choose the one with the column names."""
    return [
        (number, " · ".join(filter(None, row))[:120])
        for number, row in enumerate(rows, start=1)
        if any(row)
    ]


@require_POST
@record_view(Permission.RECORD_MONEY)
def confirm(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Ask for the import of a checked table."""
    found = table_of(request, pk, Permission.RECORD_MONEY)
    offered = found.findings.filter(code__in=presenting.doubtful_codes(), row__isnull=False)
    rows = [row for row in offered.values_list("row", flat=True) if row is not None]
    form = ConfirmForm(rows, request.POST)
    if not form.is_valid():
        messages.warning(request, _("The rows have changed since. Nothing was imported."))
        return redirect("billing:import", pk)
    try:
        services.confirm(
            found,
            accepted_rows=form.cleaned_data["rows"],
            accepts_all=form.cleaned_data["accepts_all"],
            by=request.user,
        )
    except lifecycle.AlreadyMoved as moved:
        messages.warning(request, presenting.already(moved.file))
    else:
        nudge(DRAIN)
    return redirect("billing:import", pk)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def discard(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Throw away a table that was not imported."""
    found = table_of(request, pk, Permission.RECORD_MONEY)
    form = ReasonForm(posted(request))

    def act() -> None:
        services.discard(found, by=request.user, reason=form.cleaned_data["reason"])

    dialog = {
        "title": _("Discard “%(name)s”?") % {"name": found.name},
        "facts": [{"label": _("Kind"), "value": found.get_kind_display()}],
        "effects": [
            _("The file and what the check found are thrown away. Nothing was imported."),
            _("The same file can be uploaded again."),
        ],
        "verb": _("Discard"),
        "blocked": not found.may_be_discarded,
        "cancel_url": reverse("billing:import", args=[pk]),
    }
    refusals: Refusals = {
        lifecycle.AlreadyMoved: lambda: _("It has changed since. Nothing was discarded.")
    }
    done = _("“%(name)s” was discarded.") % {"name": found.name}
    return dialogs.answer(request, form, act, dialog, done=done, refusals=refusals, then=None)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def balances(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Confirm all opening balances of an import."""
    found = table_of(request, pk, Permission.RECORD_MONEY)
    waiting = opening.of_import(found)
    count = waiting.unconfirmed().count()
    text = ngettext("Confirm %(n)s opening balance?", "Confirm %(n)s opening balances?", count) % {
        "n": presenting.number(count)
    }
    facts = [{"label": _("Import"), "value": found.name}]
    url = reverse("billing:import", args=[pk])
    return _confirm_balances(request, waiting, text, facts, url, is_blocked=not count)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def balance(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Confirm one opening balance."""
    mine = Invoice.objects.for_user(request.user, Permission.RECORD_MONEY)
    found = get_object_or_404(mine.select_related("customer", "partner"), pk=pk)
    text = _("Confirm the opening balance %(number)s?") % {"number": found}
    facts = [
        {"label": _("Customer"), "value": found.customer.company},
        {"label": _("Still open"), "value": labels.amount(found.open_amount, found.currency)},
    ]
    url = reverse("billing:invoice", args=[pk])
    waiting = Invoice.objects.filter(pk=pk)
    return _confirm_balances(
        request, waiting, text, facts, url, is_blocked=not found.is_unconfirmed
    )


def _confirm_balances(
    request: PortalRequest,
    waiting: Any,
    title: str,
    facts: list[dict[str, str]],
    url: str,
    *,
    is_blocked: bool,
) -> HttpResponse:
    form = ReasonForm(posted(request))

    def act() -> None:
        opening.confirm(waiting, by=request.user, reason=form.cleaned_data["reason"])

    dialog = {
        "title": title,
        "facts": facts,
        "effects": [
            _("From now on it is chased like any other invoice, from the next sweep on."),
            _("Credit that the customer has is used for it first."),
            _("This can't be taken back: what turns out wrong is credited or written off."),
        ],
        "verb": _("Confirm"),
        "blocked": is_blocked,
        "cancel_url": url,
    }
    done = _("The opening balance is confirmed.")
    return dialogs.answer(request, form, act, dialog, done=done, refusals={})


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def up_to(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Say that with this statement all receipts up to a day are recorded."""
    found = table_of(request, pk, Permission.RECORD_MONEY)
    if not (found.is_statement and found.is_imported):
        messages.warning(request, presenting.already(found))
        return redirect("billing:import", pk)
    last = found.summary.get("last_on")
    suggested = found.period_end or (date.fromisoformat(last) if last else None)
    form = FreshnessForm(posted(request), initial={"partner": found.partner_id, "up_to": suggested})

    def act() -> None:
        day = form.cleaned_data["up_to"]
        freshness.confirm(found.partner, day, by=request.user, reason=found.name)

    dialog = {
        "title": _("Are receipts recorded up to this day?"),
        "facts": [{"label": _("Our bank account"), "value": found.bank_account or "–"}],
        "effects": [
            _("Say it only when the statements of all our accounts up to this day are imported."),
            _("Nobody is suspended on older payment data."),
        ],
        "verb": _("Confirm"),
        "is_safe": True,
        "cancel_url": reverse("billing:import", args=[pk]),
    }
    refusals: Refusals = {
        freshness.NotThatFar: lambda: _("A day that is not over yet can't have been recorded.")
    }
    done = _("Thank you. The date is recorded.")
    return dialogs.answer(request, form, act, dialog, done=done, refusals=refusals, then=None)
