"""Pages of a list by keyset: no OFFSET, no unbounded count, links that keep the filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

PAGE_SIZE = 50
EXACT_TO = 1000
_SALT = "partners.lists"


@dataclass(frozen=True)
class ListPage[M: models.Model]:
    """The rows of one page, with what `components/pager.html` shows."""

    rows: list[M]
    count_text: str
    first_url: str
    previous_url: str
    next_url: str


def list_page[M: models.Model](
    request: HttpRequest, queryset: models.QuerySet[M], order: Sequence[str], size: int = PAGE_SIZE
) -> ListPage[M]:
    """The page that the address names, in the given order.

    `order` are field or annotation names, `-` for descending, never null, the last one unique. The
    address carries `after=` or `before=` with the signed values of a row; anything else is the
    first page.
    """
    position, backwards = _position(request, order)
    directed = _reversed(order) if backwards else tuple(order)
    found = queryset.order_by(*directed)
    if position is not None:
        found = found.filter(_beyond(directed, position))
    rows = list(found[: size + 1])
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_before = has_more if backwards else position is not None
    has_after = position is not None if backwards else has_more
    return ListPage(
        rows=rows,
        count_text=count_text(queryset),
        first_url=_url(request) if has_before else "",
        previous_url=_url(request, before=_cursor(rows[0], order)) if has_before and rows else "",
        next_url=_url(request, after=_cursor(rows[-1], order)) if has_after and rows else "",
    )


def count_text(queryset: models.QuerySet[Any]) -> str:
    """How many rows there are: exact to a thousand, then “more than”."""
    found = queryset.order_by()[: EXACT_TO + 1].count()
    if found > EXACT_TO:
        return _("more than %(count)s") % {"count": number_format(EXACT_TO, force_grouping=True)}
    text = ngettext("%(count)s entry", "%(count)s entries", found)
    return text % {"count": number_format(found, force_grouping=True)}


def _position(request: HttpRequest, order: Sequence[str]) -> tuple[list[Any] | None, bool]:
    backwards = "before" in request.GET
    token = request.GET.get("before" if backwards else "after", "")
    try:
        values = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None, False
    return (values["at"], backwards) if values["order"] == list(order) else (None, False)


def _cursor(row: models.Model, order: Sequence[str]) -> str:
    values = [_plain(attrgetter(name.lstrip("-").replace("__", "."))(row)) for name in order]
    return signing.dumps({"order": list(order), "at": values}, salt=_SALT, compress=True)


def _plain(value: object) -> Any:
    """As JSON carries it; dates and amounts become text that their fields read back exactly."""
    if isinstance(value, date):  # the encoder would cut a time to milliseconds
        return value.isoformat()
    return value if isinstance(value, str | int) else DjangoJSONEncoder().default(value)


def _reversed(order: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)


def _beyond(order: Sequence[str], position: Sequence[Any]) -> models.Q:
    """Rows after the position; the first condition lets an index find the place."""
    beyond, equal = models.Q(), models.Q()
    for name, value in zip(order, position, strict=True):
        field, further = (name[1:], "lt") if name.startswith("-") else (name, "gt")
        beyond |= equal & models.Q(**{f"{field}__{further}": value})
        equal &= models.Q(**{field: value})
    first, value = order[0], position[0]
    field, reach = (first[1:], "lte") if first.startswith("-") else (first, "gte")
    return models.Q(**{f"{field}__{reach}": value}) & beyond


def _url(request: HttpRequest, **cursor: str) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update(cursor)
    return f"{request.path}?{query.urlencode()}" if query else request.path
