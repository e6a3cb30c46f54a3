"""The partner's people: who has which roles, giving roles, and inviting somebody."""

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import people
from partners.access import partner_ids_where
from partners.forms import InvitationForm, RolesForm
from partners.http import PortalRequest, list_view, posted, record_view
from partners.models import Membership, User
from partners.permissions import Permission
from partners.views.settings import tabs

MANAGE = Permission.MANAGE_PEOPLE
"""Opens every page here: who has which role is for those who give roles."""


@require_GET
@list_view(MANAGE)
def index(request: PortalRequest) -> HttpResponse:
    """Everybody who works for the partner."""
    members = Membership.objects.filter(partner=request.partner).select_related("user")
    context = {"members": members.order_by("user__name", "id"), "tabs": tabs(request)}
    return render(request, "partners/people.html", context)


@require_http_methods(["GET", "POST"])
@list_view(MANAGE)
def invite(request: PortalRequest) -> HttpResponse:
    """Invite somebody: they get roles now, and a link to choose a password by e-mail."""
    initial = {"partner": request.partner.pk, "language": request.user.language}
    form = InvitationForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["partner"] != request.partner.pk:
            message = _("You now work for another partner than when you opened the page.")
            return render(request, "409.html", {"message": message}, status=409)
        if _invited(request, form):
            return redirect("partners:people")
    status = 422 if form.is_bound else 200
    return render(request, "partners/invite.html", {"form": form}, status=status)


def _invited(request: PortalRequest, form: InvitationForm) -> bool:
    words = form.cleaned_data
    try:
        invitation = people.invite(
            request.partner,
            email=words["email"],
            name=words["name"],
            language=words["language"],
            roles=_roles(form),
            by=request.user,
            reason=words["reason"],
        )
    except (people.OwnRoles, people.OnlyGlobalAdmins, people.LastGlobalAdmin) as refusal:
        form.add_error(None, _words(refusal))
        return False
    person = invitation.membership.user
    if invitation.is_new_person:
        _send_link(request, person)
        text = _("%(person)s has roles now, and got a link to choose a password.")
    else:
        text = _("%(person)s has an account already, and has roles here now.")
    messages.success(request, text % {"person": person.email})
    return True


@require_http_methods(["GET", "POST"])
@record_view(MANAGE)
def roles(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a colleague other roles."""
    membership = _membership(request, pk)
    current = {"agent_role": membership.agent_role, "admin_role": membership.admin_role}
    form = RolesForm(posted(request), initial=current)
    if request.method == "POST" and form.is_valid() and _assigned(request, membership, form):
        messages.success(request, _("The roles are set."))
        return redirect("partners:people")
    context = {"form": form, "membership": membership}
    status = 422 if form.is_bound else 200
    return render(request, "partners/roles.html", context, status=status)


def _assigned(request: PortalRequest, membership: Membership, form: RolesForm) -> bool:
    reason = form.cleaned_data["reason"]
    person, partner = membership.user, membership.partner
    try:
        people.assign(person, partner, _roles(form), by=request.user, reason=reason)
    except (people.OwnRoles, people.OnlyGlobalAdmins, people.LastGlobalAdmin) as refusal:
        form.add_error(None, _words(refusal))
        return False
    return True


@require_POST
@record_view(MANAGE)
def send_link(request: PortalRequest, pk: int) -> HttpResponse:
    """Send the link to choose a password again."""
    person = _membership(request, pk).user
    _send_link(request, person)
    messages.success(request, _("A link was sent to %(email)s.") % {"email": person.email})
    return redirect("partners:people")


def _send_link(request: PortalRequest, person: User) -> None:
    form = ResetPasswordForm({"email": person.email})
    if form.is_valid():
        form.save(request)


def _membership(request: PortalRequest, pk: int) -> Membership:
    visible = Membership.objects.filter(partner__in=partner_ids_where(request.user, MANAGE))
    return get_object_or_404(visible.select_related("user", "partner"), pk=pk)


def _roles(form: forms.Form) -> people.Roles:
    words = form.cleaned_data
    return people.Roles(agent_role=words["agent_role"], admin_role=words["admin_role"])


def _words(refusal: Exception) -> str:
    words = {
        people.OwnRoles: _("Nobody changes their own roles. Ask a colleague."),
        people.OnlyGlobalAdmins: _("Only a global admin makes a global admin, or ends that."),
        people.LastGlobalAdmin: _("This is the last global admin. Make somebody else one first."),
    }
    return words[type(refusal)]
