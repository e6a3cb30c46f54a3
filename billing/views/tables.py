"""The file of a list: CSV of any length, or a workbook while it is short enough to wait for."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from partners.exports import table_response
from partners.http import PortalRequest

FORMATS = ("csv", "xlsx")
LONGEST_WORKBOOK = 50_000
"""Rows of a workbook that are written while the browser waits: some seconds."""


def file_of(
    request: PortalRequest,
    found: QuerySet[Any],
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> HttpResponseBase:
    """What the list shows as a file in the format that the address asks for."""
    suffix = request.GET["format"]
    if suffix == "xlsx" and found.order_by()[: LONGEST_WORKBOOK + 1].count() > LONGEST_WORKBOOK:
        text = _("A workbook holds at most %(count)s rows. Filter the list, or export CSV.")
        messages.error(request, text % {"count": f"{LONGEST_WORKBOOK:,}"})
        query = request.GET.copy()
        del query["format"]
        return redirect(f"{request.path}?{query.urlencode()}")
    name = request.resolver_match.url_name if request.resolver_match else ""
    return table_response(f"{name}.{suffix}", title, header, rows)
