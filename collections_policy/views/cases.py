"""Overdue customers, their cases, and the two decisions a person takes about a proposal."""

from collections.abc import Iterator
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from billing.models import Invoice
from collections_policy import letters, outlook, pauses, readiness, schedule, services
from collections_policy.forms import CaseFilter, NotUntilForm, SuspendCaseForm
from collections_policy.gate import Readiness
from collections_policy.models import Case, Pause
from collections_policy.models.case import CaseQuerySet
from notices.models import Notice
from partners import clock
from partners.access import can
from partners.exports import csv_response
from partners.formatting import money
from partners.http import PortalRequest, ensure, list_view, posted, record_view
from partners.lists import list_page
from partners.nudges import nudge
from partners.panels import timeline
from partners.permissions import Permission
from subscriptions.labels import status_label
from subscriptions.models import SEEN_DELETED, Hold, HoldSource, Subscription
from subscriptions.models.subscription import SubscriptionQuerySet
from subscriptions.services import SubscriptionDeleted

SHOWN = 200
"""The oldest invoices and the newest pauses of a case; the invoice list has them all."""


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.WORK_CASES)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's overdue customers, filtered by the address."""
    on = clock.business_date(request.partner)
    form = CaseFilter(request.GET)
    found = form.found(request.partner, on)
    if request.GET.get("format") == "csv":
        return _export(found.order_by(*form.order_by()), request)
    page = list_page(request, found.for_list(), form.order_by())
    template = "collections_policy/index.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    context = {
        "form": form,
        "page": page,
        "outlooks": outlook.of_cases(page.rows, on),
        "chips": _chips(request),
        "last_sweep": schedule.last_sweep(request.partner),
        "next_sweep": schedule.next_sweep(request.partner),
        "may_suspend": _may_suspend(request),
    }
    return render(request, template, context)


@require_GET
@record_view(Permission.WORK_CASES)
def case(request: PortalRequest, pk: int) -> HttpResponse:
    """One case: what is owed, what was done, what comes next, and who decided what."""
    found = _visible(request, pk)
    on = clock.business_date(found.partner)
    rows = list(found.steps.all())
    step_ids = [str(row.pk) for row in rows]
    [view] = outlook.of_cases([found], on)
    overdue = (
        Invoice.objects.overdue(on)
        .of_services()
        .filter(customer=found.customer_id, currency=found.currency)
    )
    context = {
        "case": found,
        "outlook": view,
        "readiness": _readiness(found),
        "ladder": outlook.ladder(found),
        "invoices": overdue.oldest_first()[:SHOWN],
        "notices": Notice.objects.filter(about_kind=letters.ABOUT, about_id__in=step_ids),
        "pauses": Pause.objects.filter(customer=found.customer_id).select_related("placed_by")[
            :SHOWN
        ],
        "subscriptions": [(each, status_label(each)) for each in _subscriptions(found).for_list()],
        "timeline": timeline(found.partner, found.customer_id, found, *rows, user=request.user),
        "may_suspend": _may_suspend(request, found),
    }
    return render(request, "collections_policy/case.html", context)


@require_http_methods(["GET", "POST"])
@record_view(Permission.WORK_CASES)
def suspend(request: PortalRequest, pk: int) -> HttpResponse:
    """Approve a suspension: choose the subscriptions, say why, see what it does."""
    found = _visible(request, pk)
    ensure(request.user, Permission.SUSPEND, found.partner)
    ensure(request.user, Permission.APPROVE_NON_PAYMENT, found.partner)
    choices = _suspendable(found)
    form = SuspendCaseForm(posted(request), choices=choices, initial={"subscriptions": choices})
    if form.is_bound and form.is_valid() and _is_suspended(request, found, form):
        return redirect("collections_policy:case", found.pk)
    context = _suspend_context(found, form, list(choices))
    status = 422 if form.is_bound else 200
    return render(request, "collections_policy/suspend.html", context, status=status)


@require_http_methods(["GET", "POST"])
@record_view(Permission.WORK_CASES)
def not_until(request: PortalRequest, pk: int) -> HttpResponse:
    """Say before which date nothing is sent to or proposed for the customer."""
    found = _visible(request, pk)
    ensure(request.user, Permission.WORK_CASES, found.partner)
    today = clock.business_date(found.partner)
    default = pauses.default_end(found.partner, today)
    form = NotUntilForm(posted(request), today=today, initial={"until": default})
    if form.is_bound and form.is_valid():
        services.not_until(
            found,
            form.cleaned_data["until"],
            by=request.user,
            reason=form.cleaned_data["reason"],
        )
        until = date_format(form.cleaned_data["until"], "DATE_FORMAT")
        messages.success(request, _("Paused: chasing resumes on %(date)s.") % {"date": until})
        return redirect("collections_policy:case", found.pk)
    context = {
        "case": found,
        "form": form,
        "facts": [{"label": _("Customer"), "value": found.customer.company}],
        "effects": [
            _("No reminder or warning is sent, and no suspension is proposed, before the date."),
            _("Invoices stay due. What is suspended stays suspended."),
            _("On the date the policy goes on with the step it left."),
        ],
        "warnings": list(filter(None, [pauses.doubt(found.partner, today)])),
        "cancel_url": reverse("collections_policy:case", args=[found.pk]),
    }
    status = 422 if form.is_bound else 200
    return render(request, "collections_policy/not_until.html", context, status=status)


def _visible(request: PortalRequest, pk: int) -> Case:
    visible = Case.objects.for_user(request.user, Permission.WORK_CASES)
    return get_object_or_404(
        visible.for_list().select_related("customer__partner__settings", "partner__settings"),
        pk=pk,
    )


def _may_suspend(request: PortalRequest, found: Case | None = None) -> bool:
    partner = found.partner if found else request.partner
    needed = (Permission.SUSPEND, Permission.APPROVE_NON_PAYMENT)
    return all(can(request.user, permission, partner) for permission in needed)


def _readiness(found: Case) -> Readiness:
    checked = readiness.of_customer(found.customer)
    return checked.get(found.currency) or readiness.nothing_overdue(found.customer)


def _subscriptions(found: Case) -> SubscriptionQuerySet:
    """The customer's base subscriptions: add-ons are suspended with their base."""
    return Subscription.objects.filter(customer=found.customer_id, base=None)


def _suspendable(found: Case) -> SubscriptionQuerySet:
    """Not deleted, and not held by this case already."""
    held = Hold.objects.are_open().filter(source_kind=HoldSource.CASE, source_id=str(found.pk))
    return (
        _subscriptions(found)
        .exclude(seen_status=SEEN_DELETED)
        .exclude(pk__in=held.values("subscription"))
    )


def _is_suspended(request: PortalRequest, found: Case, form: SuspendCaseForm) -> bool:
    """Whether the suspension went through; a refusal becomes an error of the form."""
    chosen = form.cleaned_data["subscriptions"]
    try:
        holds = services.suspend_for_non_payment(
            chosen, by=request.user, note=form.cleaned_data["note"], case=found
        )
    except services.NotReady as refusal:
        missing = ", ".join(refusal.missing)
        form.add_error(None, _("Not ready: %(missing)s.") % {"missing": missing})
        return False
    except SubscriptionDeleted:
        form.add_error("subscriptions", _("21Vianet has deleted one of these. Choose the others."))
        return False
    nudge("subscriptions.tasks.drain_suspensions")
    text = ngettext(
        "21Vianet is being asked to suspend %(count)s subscription.",
        "21Vianet is being asked to suspend %(count)s subscriptions.",
        len(holds),
    )
    messages.success(request, text % {"count": len(holds)})
    return True


def _suspend_context(
    found: Case, form: SuspendCaseForm, choices: list[Subscription]
) -> dict[str, object]:
    ready = _readiness(found)
    warnings = []
    if not ready.is_ready:
        lacking = ", ".join(requirement.lacking for requirement in ready.missing)
        warnings.append(_("Not ready: %(missing)s.") % {"missing": lacking})
    if not choices:
        warnings.append(_("There is no subscription left that this case could suspend."))
    seats = sum(each.quantity for each in choices)
    return {
        "case": found,
        "form": form,
        "readiness": ready,
        "facts": [
            {"label": _("Customer"), "value": found.customer.company},
            {"label": _("Overdue"), "value": money(found.overdue_amount, found.currency)},
            {
                "label": _("Unpaid since"),
                "value": date_format(found.anchor_due_on, "DATE_FORMAT"),
            },
            {"label": _("Subscriptions"), "value": len(choices)},
            {"label": _("Seats"), "value": seats},
        ],
        "effects": list(_effects(found)),
        "warnings": warnings,
        "blocked": bool(warnings),
        "cancel_url": reverse("collections_policy:case", args=[found.pk]),
    }


def _effects(found: Case) -> Iterator[str]:
    """What a suspension does (Partner Center docs, "Suspend a subscription")."""
    days = found.partner.settings.data_deletion_days
    last_day = clock.business_date(found.partner) + timedelta(days=days)
    yield _("Users can no longer sign in to the services of these subscriptions.")
    yield _("Administrators of the customer can still sign in and reach the data.")
    yield _("Unless reactivated before, 21Vianet deletes the data %(days)s days on, %(date)s.") % {
        "days": days,
        "date": date_format(last_day, "DATE_FORMAT"),
    }
    yield _("Way back: it is lifted by itself as soon as the overdue amount is paid.")


def _chips(request: PortalRequest) -> list[dict[str, object]]:
    cases = Case.objects.of_partner(request.partner)
    here = request.GET.get("show", "")
    address = reverse("collections_policy:index")
    return [
        {
            "label": _("All overdue"),
            "url": address,
            "is_current": here == "",
            "count": None,
        },
        {
            "label": _("Suspension proposed"),
            "url": f"{address}?show=proposed",
            "is_current": here == "proposed",
            "count": cases.proposed().count(),
        },
        {
            "label": _("Paused"),
            "url": f"{address}?show=paused",
            "is_current": here == "paused",
            "count": None,
        },
        {
            "label": _("Suspended"),
            "url": f"{address}?show=suspended",
            "is_current": here == "suspended",
            "count": None,
        },
    ]


def _export(found: CaseQuerySet, request: PortalRequest) -> StreamingHttpResponse:
    on = clock.business_date(request.partner)
    header = [
        _("Customer"),
        _("Currency"),
        _("Overdue"),
        _("Unpaid since"),
        _("Days overdue"),
        _("Next look on"),
    ]
    rows = (
        (
            each.customer.company,
            each.currency,
            each.overdue_amount,
            each.anchor_due_on,
            each.days_overdue(on),
            each.next_due_on,
        )
        for each in found.select_related("customer").iterator(chunk_size=2000)
    )
    return csv_response("overdue.csv", header, rows)
