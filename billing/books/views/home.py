"""Billing's Home: one screen for whoever keeps the ledger."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import freshness, labels, receivables
from billing.books import overview
from billing.books.forms import OVERDUE
from billing.books.overview import Amounts
from billing.files import presenting
from billing.imports.presenting import label
from billing.receivables import AgeingRow
from partners import clock
from partners.access import can
from partners.http import PortalRequest, list_view
from partners.models import Partner
from partners.permissions import Permission


@require_GET
@list_view(Permission.SEE_RECEIVABLES)
def home(request: PortalRequest) -> HttpResponse:
    """What waits, what is owed, what is to be paid; blocks not for this person are left out."""
    partner, today = request.partner, clock.business_date(request.partner)
    context = {
        "today": today,
        "may_record": can(request.user, Permission.RECORD_MONEY, partner),
        **_waiting(partner),
        **_owed(partner, today),
        **(_bill(partner) if can(request.user, Permission.SEE_PARTNER_BILL, partner) else {}),
    }
    return render(request, "billing/home.html", context)


def _waiting(partner: Partner) -> dict[str, Any]:
    dispute_count, disputes = overview.disputes(partner)
    claim_count, claims = overview.claims(partner)
    fapiao_count, fapiao = overview.fapiao_to_issue(partner)
    recorded_up_to = freshness.receipts_recorded_up_to(partner)
    today = clock.business_date(partner)
    return {
        "drafts": _in_words(overview.drafts(partner)),
        "claim_count": claim_count,
        "claims": claims,
        "fapiao_count": fapiao_count,
        "fapiao": fapiao,
        "unidentified": _in_words(overview.unidentified(partner)),
        "senders": overview.likely_senders(partner),
        "dispute_count": dispute_count,
        "disputes": disputes,
        "statements": [(table, label(table)) for table in overview.last_statements(partner)],
        "recorded_up_to": recorded_up_to,
        "freshness_warning": labels.freshness_warning(recorded_up_to, today),
    }


def _owed(partner: Partner, today: Any) -> dict[str, Any]:
    rows = receivables.ageing(partner, today)
    return {
        "buckets": list(labels.buckets().values()),
        "ageing": [_ageing_line(row) for row in rows],
        "at_risk": [
            {
                "customers": row.customers,
                "owed": labels.amount(row.owed, row.currency),
                "overdue": labels.amount(row.overdue, row.currency),
                "url": _url("billing:ageing", currency=row.currency),
            }
            for row in overview.at_risk(partner, today)
        ],
    }


def _ageing_line(row: AgeingRow) -> dict[str, Any]:
    def cell(bucket: str, amount: Any) -> dict[str, str]:
        url = _url("billing:ageing_invoices", currency=row.currency, bucket=bucket)
        return {"amount": labels.amount(amount, row.currency), "url": url}

    return {
        "name": row.currency,
        "url": _url("billing:ageing", currency=row.currency),
        "cells": [
            *(cell(bucket, amount) for bucket, amount in row.amounts.items()),
            cell(OVERDUE, row.overdue),
            cell("", row.total),
        ],
    }


def _bill(partner: Partner) -> dict[str, Any]:
    files = overview.last_imports(partner)
    return {
        "sees_bill": True,
        "bills": overview.next_bills(partner),
        "files": [(file, presenting.file_label(file)) for file in files],
    }


def _in_words(amounts: Amounts) -> dict[str, Any]:
    return {
        "count": amounts.count,
        "sums": [labels.amount(amount, currency) for currency, amount in amounts.sums.items()],
    }


def _url(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode(query)}"
