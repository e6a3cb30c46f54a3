"""Inviting people and giving them roles, with the rules that keep a partner governable.

Source: Partner Center operated by 21Vianet, "Create user accounts and set permissions": only global
and user management admins add people and assign roles. That a user management admin can't make
global admins, and nobody changes their own roles, is decided here.
"""

from dataclasses import dataclass

from django.db import transaction

from partners import audit, services
from partners.models import AdminRole, Membership, Partner, User


class LastGlobalAdmin(Exception):
    """A partner keeps at least one global admin who may sign in."""


class OwnRoles(Exception):
    """Nobody changes their own roles."""


class OnlyGlobalAdmins(Exception):
    """Only a global admin makes somebody a global admin, or ends that."""


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The two roles a person has at one partner."""

    agent_role: str
    admin_role: str


@dataclass(frozen=True)
class Invitation:
    """The membership made, and whether the person is new here and needs a password."""

    membership: Membership
    is_new_person: bool


def invite(
    partner: Partner,
    *,
    email: str,
    name: str,
    language: str,
    roles: Roles,
    by: User,
    reason: str,
) -> Invitation:
    """Give a person roles at the partner; a person unknown so far is made without a password.

    Raises OwnRoles, OnlyGlobalAdmins, LastGlobalAdmin.
    """
    with transaction.atomic():
        person = User.objects.filter(email__iexact=email.strip()).first()
        is_new = person is None
        if person is None:
            person = User.objects.create_user(email, name=name, language=language)
        audit.record(_fact(partner, person, "person.invited", reason), by=by)
        membership = assign(person, partner, roles, by=by, reason=reason)
    return Invitation(membership, is_new)


def assign(person: User, partner: Partner, roles: Roles, *, by: User, reason: str) -> Membership:
    """Replace a person's roles at the partner.

    Raises OwnRoles, OnlyGlobalAdmins, LastGlobalAdmin.
    """
    if person == by:
        raise OwnRoles
    with transaction.atomic():
        global_admins = _locked_global_admins(partner)
        was, will = person.pk in global_admins, roles.admin_role == AdminRole.GLOBAL
        if was != will and by.pk not in global_admins:
            raise OnlyGlobalAdmins
        if was and not will and len(global_admins) == 1:
            raise LastGlobalAdmin
        return services.set_roles(
            person,
            partner,
            agent_role=roles.agent_role,
            admin_role=roles.admin_role,
            by=by,
            reason=reason,
        )


def _locked_global_admins(partner: Partner) -> set[int]:
    """Those who may sign in; locked in key order, so that two can't end each other's role."""
    memberships = Membership.objects.select_for_update(of=("self",)).order_by("pk")
    held = memberships.filter(partner=partner, admin_role=AdminRole.GLOBAL)
    return set(held.filter(user__is_active=True).values_list("user_id", flat=True))


def change_profile(person: User, *, name: str, language: str) -> User:
    """A person's own name and language."""
    before = {"name": person.name, "language": person.language}
    after = {"name": name, "language": language}
    if before == after:
        return person
    with transaction.atomic():
        person.name, person.language = name, language
        person.save(update_fields=["name", "language"])
        fact = audit.Fact(
            partner_id=None,
            customer_id=None,
            subject=person,
            kind="person.profile_changed",
            reason="",
            before=before,
            after=after,
        )
        audit.record(fact, by=person)
    return person


def _fact(partner: Partner, person: User, kind: str, reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=partner.pk,
        customer_id=None,
        subject=person,
        kind=kind,
        reason=reason,
        after={"person": person.email},
    )
