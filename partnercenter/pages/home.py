"""Home: set-up until it is done, then what needs me, and whether everything runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from billing import panels as billing
from billing.bill import panels as our_bill
from billing.models import Invoice, Receipt, ReconciliationFile
from collections_policy import panels as collections
from collections_policy.models import Case, PolicyVersion
from customers.models import Contact, Customer
from partners import calendar, clock
from partners.access import can
from partners.http import PortalRequest
from partners.models import Connection, Membership, Partner, User
from partners.panels import Panel
from partners.permissions import Permission
from service_requests import panels as requests
from subscriptions.models import ChangeStatus, DeletionClock, StatusChange, Subscription, Target

SOON = timedelta(days=30)
UNBLOCK_SHOULD_TAKE = timedelta(minutes=2)


@dataclass(frozen=True)
class Todo:
    """Something that waits for a person."""

    text: str
    count: int
    url: str


@dataclass(frozen=True)
class Step:
    """One step of the set-up."""

    title: str
    text: str
    url: str
    action: str
    is_done: bool
    is_current: bool = False


@require_GET
@login_required
def home(request: PortalRequest) -> HttpResponse:
    """The partner's day at a glance; without any role, whom to ask."""
    partner = request.partner
    if partner is None or not can(request.user, Permission.SEE_CUSTOMERS, partner):
        return render(request, "partnercenter/no_role.html", {"admins": _admins(request.user)})
    steps = _steps(partner)
    context = {
        "now": clock.now(),
        "steps": [] if all(step.is_done for step in steps) else steps,
        "todos": [todo for todo in _todos(partner, request.user) if todo.count],
        "stats": _stats(partner),
        "deletions": _deletions(partner),
        "connection": Connection.objects.filter(partner=partner).first(),
        "panels": [panel for panel in _said(partner, request.user) if panel is not None],
    }
    return render(request, "partnercenter/home.html", context)


def _said(partner: Partner, user: User) -> Iterator[Panel | None]:
    for room in (our_bill, collections, billing, requests):
        yield room.home_panel(partner, user)


def _steps(partner: Partner) -> list[Step]:
    """The six steps of the first morning; the first open one is the current one."""
    done = [
        Connection.objects.filter(partner=partner, read_at__isnull=False).exists(),
        Membership.objects.filter(partner=partner).count() > 1,
        ReconciliationFile.objects.filter(partner=partner).exists(),
        Contact.objects.filter(partner=partner).exists(),
        Invoice.objects.filter(partner=partner).exists(),
        PolicyVersion.objects.filter(policy__partner=partner).exists(),
    ]
    words = _step_words()
    first_open = done.index(False) if False in done else None
    return [
        Step(title, text, url, action, is_done, is_current=position == first_open)
        for position, ((title, text, url, action), is_done) in enumerate(
            zip(words, done, strict=True)
        )
    ]


def _step_words() -> list[tuple[str, str, str, str]]:
    return [
        (
            _("Read from Partner Center"),
            _("Customers and subscriptions as 21Vianet shows them. It can wait."),
            reverse("subscriptions:list"),
            _("Read"),
        ),
        (
            _("People and roles"),
            _("Who may suspend, who sees money, who manages people."),
            reverse("partners:people"),
            _("Add people"),
        ),
        (
            _("First reconciliation file"),
            _("Draft invoices come from what 21Vianet charges you."),
            reverse("billing:reconciliation"),
            _("Upload"),
        ),
        (
            _("Contacts and terms"),
            _("Whom to write to, outside the customer's own tenant."),
            reverse("customers"),
            _("Add contacts"),
        ),
        (
            _("What customers owe already"),
            _("Issue the drafts, so that due dates begin to count."),
            reverse("billing:invoices"),
            _("Review drafts"),
        ),
        (
            _("Collections policy"),
            _("The recommended policy works as it is."),
            reverse("collections_policy:policy"),
            _("Look at it"),
        ),
    ]


def _todos(partner: Partner, user: User) -> Iterator[Todo]:
    """Counts with the list each comes from; only what this person may act on."""
    subscriptions = reverse("subscriptions:list")
    changes = StatusChange.objects.of_partner(partner).filter(status=ChangeStatus.NEEDS_PERSON)
    disagreeing = Subscription.objects.of_partner(partner).disagreeing()
    slow = clock.now() - UNBLOCK_SHOULD_TAKE
    unblocks = StatusChange.objects.of_partner(partner).unfinished().filter(target=Target.ACTIVE)
    if can(user, Permission.SUSPEND, partner):
        yield Todo(
            _("unblocks wait for 21Vianet longer than two minutes"),
            unblocks.filter(created_at__lt=slow).count(),
            f"{subscriptions}?status=moving",
        )
        yield Todo(_("changes need a person"), changes.count(), f"{subscriptions}?status=person")
        yield Todo(
            _("subscriptions on which 21Vianet disagrees"),
            _settled(disagreeing).count(),
            f"{subscriptions}?status=differing",
        )
    if can(user, Permission.WORK_CASES, partner):
        proposed = Case.objects.of_partner(partner).proposed().count()
        url = reverse("collections_policy:index") + "?show=proposed"
        yield Todo(_("suspensions are proposed and wait for a decision"), proposed, url)
    if can(user, Permission.RECORD_MONEY, partner):
        drafts = Invoice.objects.of_partner(partner).drafts().count()
        unidentified = Receipt.objects.of_partner(partner).unidentified().count()
        yield Todo(
            _("draft invoices to issue"), drafts, reverse("billing:invoices") + "?status=draft"
        )
        yield Todo(_("receipts without a customer"), unidentified, reverse("billing:receipts"))
    if can(user, Permission.MANAGE_POLICY, partner):
        yield _years_to_confirm(partner)
    unreachable = Customer.objects.of_partner(partner).filter(contacts=None).count()
    if can(user, Permission.EDIT_BILLING_CONTACTS, partner):
        yield Todo(_("customers without a contact"), unreachable, reverse("customers"))


def _years_to_confirm(partner: Partner) -> Todo:
    years = calendar.of(partner).years_to_confirm(clock.business_date(partner))
    url = reverse("partners:calendar") + (f"?year={years[0]}" if years else "")
    return Todo(_("years whose working days nobody has confirmed"), len(years), url)


def _settled(found: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """Without those whose change is still on its way."""
    return found.exclude(pk__in=StatusChange.objects.unfinished().values("subscription"))


def _stats(partner: Partner) -> list[dict[str, object]]:
    found = Subscription.objects.of_partner(partner)
    url = reverse("subscriptions:list")
    return [
        {
            "label": _("Customers"),
            "value": Customer.objects.of_partner(partner).count(),
            "url": reverse("customers"),
        },
        {"label": _("Subscriptions"), "value": found.count(), "url": url},
        {
            "label": _("Suspended at 21Vianet"),
            "value": found.seen_suspended().count(),
            "url": f"{url}?status=suspended",
        },
    ]


def _deletions(partner: Partner) -> list[tuple[Subscription, int | None]]:
    """Whose data is deleted soonest, with the days left; None where the start is not known."""
    today = clock.business_date(partner)
    running = Subscription.objects.of_partner(partner).select_related("customer")
    at_risk = running.filter(deletion_clock=DeletionClock.AT_RISK).order_by("pk")
    known = running.filter(data_deletion_on__lte=today + SOON).order_by("data_deletion_on")
    return [(each, None) for each in at_risk[:5]] + [
        (each, (each.data_deletion_on - today).days if each.data_deletion_on else None)
        for each in known[:5]
    ]


def _admins(user: User) -> list[User]:
    """Whom a person without a role may ask."""
    partners = user.memberships.values("partner")
    return list(
        User.objects.filter(
            memberships__partner__in=partners,
            memberships__admin_role__in=["global_admin", "user_management_admin"],
        ).distinct()
    )
