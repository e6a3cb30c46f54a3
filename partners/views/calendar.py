"""The partner's working days: a year to read, and what a person may change in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners import calendar, calendar_edits, clock, statutory
from partners.access import can, partner_ids_where
from partners.calendar import Calendar
from partners.calendar_edits import AlreadySo, CalendarHasChanged
from partners.formatting import moment_in
from partners.forms import CalendarDayForm, SeenReasonForm
from partners.http import PortalRequest, ensure, list_view, posted, record_view
from partners.models import CalendarDay, ConfirmedYear, Partner
from partners.permissions import Permission
from partners.views.settings import tabs

READ = Permission.SEE_CUSTOMERS
CHANGE = Permission.MANAGE_POLICY
FIRST_YEAR, LAST_YEAR = 2001, 2099


@dataclass(frozen=True)
class Row:
    """One day that differs from the plain week."""

    day: date
    name: str
    is_working: bool
    is_own: bool
    remove_url: str


@require_http_methods(["GET", "POST"])
@list_view(READ)
def index(request: PortalRequest) -> HttpResponse:
    """A year of the calendar, and entering a day."""
    partner, year = request.partner, _year(request)
    if request.method == "GET":
        initial = {"partner": partner.pk, "seen": calendar_edits.digest(partner, year)}
        return _page(request, year, CalendarDayForm(year=year, initial=initial))
    ensure(request.user, CHANGE, partner)
    form = CalendarDayForm(request.POST, year=year)
    if not form.is_valid():
        return _page(request, year, form, status=422)
    if form.cleaned_data["partner"] != partner.pk:
        return _conflict(request)
    words = form.cleaned_data
    return _done(
        request,
        year,
        lambda: calendar_edits.set_day(
            partner,
            words["day"],
            is_working=words["is_working"] == "yes",
            name=words["name"],
            seen=words["seen"],
            by=request.user,
            reason=words["reason"],
        ),
        _("The day is entered."),
    )


@require_http_methods(["GET", "POST"])
@record_view(CHANGE)
def remove(request: PortalRequest, pk: int) -> HttpResponse:
    """Take an entry of the partner away."""
    mine = CalendarDay.objects.filter(partner__in=partner_ids_where(request.user, CHANGE))
    row = get_object_or_404(mine.select_related("partner__settings"), pk=pk)
    form = _reason_form(request, row.partner, row.date.year)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data

        def act() -> None:
            reason = words["reason"]
            calendar_edits.remove_day(row, seen=words["seen"], by=request.user, reason=reason)

        return _done(request, row.date.year, act, _("The entry is removed."))
    special = statutory.days(row.date.year).get(row.date)
    dialog = {
        "title": _("Remove the entry"),
        "verb": _("Remove"),
        "facts": [
            {"label": _("Day"), "value": date_format(row.date, "DATE_FORMAT"), "note": row.name},
            {"label": _("Afterwards"), "value": special.label if special else _("As in any week")},
        ],
    }
    return _dialog(request, form, row.date.year, dialog)


@require_http_methods(["GET", "POST"])
@list_view(CHANGE)
def confirm(request: PortalRequest) -> HttpResponse:
    """A person says that the year of the address is complete."""
    partner, year = request.partner, _year(request)
    form = _reason_form(request, partner, year)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data
        if words["partner"] != partner.pk:
            return _conflict(request)

        def act() -> None:
            reason = words["reason"]
            calendar_edits.confirm_year(
                partner, year, seen=words["seen"], by=request.user, reason=reason
            )

        return _done(request, year, act, _("The year is confirmed."))
    dialog = {
        "title": _("Confirm the calendar of %(year)s") % {"year": year},
        "verb": _("Confirm"),
        "facts": [{"label": _("Partner"), "value": partner.name}],
        "effects": [
            _("Working days of this year are counted by this calendar from now on."),
            _("Compare it first with the notice of the State Council, days worked included."),
        ],
    }
    return _dialog(request, form, year, dialog)


@require_http_methods(["GET", "POST"])
@record_view(CHANGE)
def reopen(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a person's confirmation of a year back."""
    mine = ConfirmedYear.objects.filter(partner__in=partner_ids_where(request.user, CHANGE))
    row = get_object_or_404(mine.select_related("partner__settings"), pk=pk)
    form = _reason_form(request, row.partner, row.year)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data

        def act() -> None:
            reason = words["reason"]
            calendar_edits.reopen_year(row, seen=words["seen"], by=request.user, reason=reason)

        return _done(request, row.year, act, _("The confirmation is taken back."))
    dialog = {
        "title": _("Take the confirmation of %(year)s back") % {"year": row.year},
        "verb": _("Take it back"),
        "facts": [{"label": _("Partner"), "value": row.partner.name}],
        "effects": [_("Dates in this year are counted from Monday to Friday until then.")],
    }
    return _dialog(request, form, row.year, dialog)


def _page(
    request: PortalRequest, year: int, form: CalendarDayForm, status: int = 200
) -> HttpResponse:
    partner, mine = request.partner, calendar.of(request.partner)
    may_change = can(request.user, CHANGE, partner)
    confirmed = ConfirmedYear.objects.filter(partner=partner, year=year)
    row = confirmed.select_related("confirmed_by").first()
    context = {
        "year": year,
        "years": _years(partner, year),
        "rows": _rows(mine, partner, year, may_change=may_change),
        "is_confirmed": mine.is_confirmed(year),
        "confirmation": row,
        "confirmed_at": moment_in(row.confirmed_at, partner) if row else "",
        "form": form if may_change else None,
        "tabs": tabs(request),
    }
    return render(request, "partners/calendar.html", context, status=status)


def _rows(mine: Calendar, partner: Partner, year: int, *, may_change: bool) -> list[Row]:
    keys = dict(
        CalendarDay.objects.filter(partner=partner, date__year=year).values_list("date", "pk")
    )
    days = sorted({*statutory.days(year), *keys})
    return [
        Row(
            day=day,
            name=special.label,
            is_working=special.is_working,
            is_own=day in keys,
            remove_url=reverse("partners:calendar_remove", args=[keys[day]])
            if may_change and day in keys
            else "",
        )
        for day in days
        if (special := mine.special(day))
    ]


def _years(partner: Partner, chosen: int) -> list[dict[str, object]]:
    """The year before, this one and the next, and the one that is shown."""
    this = clock.business_date(partner).year
    return [
        {"url": _url(year), "label": str(year), "is_current": year == chosen}
        for year in sorted({this - 1, this, this + 1, chosen})
    ]


def _year(request: PortalRequest) -> int:
    text = request.GET.get("year", "")
    if text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    return clock.business_date(request.partner).year


def _reason_form(request: PortalRequest, partner: Partner, year: int) -> SeenReasonForm:
    initial = {"partner": partner.pk, "seen": calendar_edits.digest(partner, year)}
    return SeenReasonForm(posted(request), initial=initial)


def _done(request: PortalRequest, year: int, act: Callable[[], None], done: str) -> HttpResponse:
    try:
        act()
    except CalendarHasChanged:
        return _conflict(request)
    except AlreadySo:
        messages.info(request, _("The calendar says this already. Nothing was changed."))
    else:
        messages.success(request, done)
    return redirect(_url(year))


def _dialog(
    request: PortalRequest, form: SeenReasonForm, year: int, dialog: Mapping[str, object]
) -> HttpResponse:
    context = {"form": form, "cancel_url": _url(year), "is_safe": True, **dialog}
    status = 422 if form.is_bound else 200
    return render(request, "partners/confirm.html", context, status=status)


def _conflict(request: PortalRequest) -> HttpResponse:
    message = _("The calendar, or the partner you work for, has changed meanwhile.")
    return render(request, "409.html", {"message": message}, status=409)


def _url(year: int) -> str:
    return f"{reverse('partners:calendar')}?year={year}"
