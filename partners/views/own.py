"""A person's own things: profile, the partner switcher, and the demo's clock."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from partners import clock, people, services
from partners.access import can, memberships_of
from partners.forms import ProfileForm
from partners.http import PortalRequest, posted
from partners.middleware import SESSION_KEY
from partners.models import AdminRole, Membership, Partner, User
from partners.nudges import nudge
from partners.permissions import Permission

type PersonalView = Callable[[PortalRequest], HttpResponse]


def _personal(view: PersonalView) -> Callable[[HttpRequest], HttpResponse]:
    """Open to everybody who has signed in, with or without a role."""
    return login_required(cast(Callable[[HttpRequest], HttpResponse], view))


@require_http_methods(["GET", "POST"])
@_personal
def profile(request: PortalRequest) -> HttpResponse:
    """Name and language; the roles at each partner, what they allow, and whom to ask for more."""
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(posted(request), instance=person)
    if request.method == "POST" and form.is_valid():
        people.change_profile(request.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("partners:profile")
    memberships = memberships_of(request.user)
    context = {
        "form": form,
        "memberships": [_membership(request.user, membership) for membership in memberships],
    }
    status = 422 if form.is_bound else 200
    return render(request, "partners/profile.html", context, status=status)


def _membership(user: User, membership: Membership) -> dict[str, object]:
    partner = membership.partner
    return {
        "partner": partner,
        "agent_role": membership.get_agent_role_display(),
        "admin_role": membership.get_admin_role_display(),
        "allowed": [right.label for right in Permission if can(user, right, partner)],
        "missing": [right.label for right in Permission if not can(user, right, partner)],
        "may_manage_people": can(user, Permission.MANAGE_PEOPLE, partner),
        "ask": _who_gives_roles(partner),
    }


def _who_gives_roles(partner: Partner) -> list[User]:
    givers = [AdminRole.GLOBAL, AdminRole.USER_MANAGEMENT]
    found = User.objects.filter(is_active=True, memberships__partner=partner)
    return list(found.filter(memberships__admin_role__in=givers).distinct())


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Read in this language from now on: kept in the profile, and in a cookie for visitors."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        person = User.objects.get(pk=request.user.pk)
        people.change_profile(person, name=person.name, language=chosen)
    return set_language(request)


@require_POST
@_personal
def switch(request: PortalRequest) -> HttpResponse:
    """Work for another partner from now on; 404 for one the person does not work for."""
    chosen = request.POST.get("partner", "")
    found = {str(each.partner_id): each.partner for each in memberships_of(request.user)}
    if chosen not in found:
        raise Http404
    request.session[SESSION_KEY] = found[chosen].pk
    name = found[chosen].name
    messages.info(request, _("You now work for %(partner)s.") % {"partner": name})
    return redirect(_safe_next(request))


@require_POST
@_personal
def move_clock(request: PortalRequest) -> HttpResponse:
    """Move the demo's clock forward by whole days; there is no such page outside a demo."""
    if not settings.DEMO or request.partner is None:
        raise Http404
    days = request.POST.get("days", "")
    try:
        services.move_clock(request.partner, _whole(days), by=request.user, reason=_("demo"))
    except clock.ClockMayNotMove:
        messages.error(request, _("The clock moves forward by 1 to 366 days."))
    else:
        nudge("collections_policy.tasks.tick")
        moved = ngettext("Moved by %(days)s day.", "Moved by %(days)s days.", int(days))
        messages.success(request, moved % {"days": days})
    return redirect(_safe_next(request))


def _whole(days: str) -> int:
    return int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0  # noqa: PLR2004


def _safe_next(request: PortalRequest) -> str:
    """Where the person was, if that is on this site."""
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else "/"
