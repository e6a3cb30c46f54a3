"""Giving roles and inviting people."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from partners import audit, people
from partners.models import AdminRole, AgentRole, AuditEntry, Membership, Partner, User
from tests.factories.partners import UserFactory, global_admin, member, sales_agent

NOBODY = people.Roles(agent_role=AgentRole.NONE, admin_role=AdminRole.NONE)
SALES = people.Roles(agent_role=AgentRole.SALES, admin_role=AdminRole.NONE)
GLOBAL = people.Roles(agent_role=AgentRole.NONE, admin_role=AdminRole.GLOBAL)


def _people_admin(partner: Partner) -> User:
    return member(partner, admin_role=AdminRole.USER_MANAGEMENT)


def _roles(person: User) -> tuple[str, str]:
    membership = Membership.objects.get(user=person)
    return membership.agent_role, membership.admin_role


@pytest.mark.django_db
def test_assigning_replaces_roles_and_is_in_the_trail(partner: Partner) -> None:
    person, by = sales_agent(partner), _people_admin(partner)
    help_desk = people.Roles(agent_role=AgentRole.HELP_DESK, admin_role=AdminRole.BILLING)

    people.assign(person, partner, help_desk, by=by, reason="moved to the phone")

    entry = AuditEntry.objects.get(kind="membership.roles_set")
    assert _roles(person) == (AgentRole.HELP_DESK, AdminRole.BILLING)
    assert entry.before["agent_role"] == "sales_agent"
    assert (entry.reason, entry.by_id) == ("moved to the phone", by.pk)


@pytest.mark.django_db
def test_own_roles_are_not_changed(partner: Partner) -> None:
    by = global_admin(partner)

    with pytest.raises(people.OwnRoles):
        people.assign(by, partner, SALES, by=by, reason="less")


@pytest.mark.django_db
def test_last_global_admin_stays(partner: Partner) -> None:
    last = global_admin(partner)
    gone = global_admin(partner)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    by = User.objects.get(pk=gone.pk)

    with pytest.raises((people.LastGlobalAdmin, people.OnlyGlobalAdmins)):
        people.assign(last, partner, NOBODY, by=by, reason="left")

    assert _roles(last)[1] == AdminRole.GLOBAL


@pytest.mark.django_db
@pytest.mark.parametrize("roles", [GLOBAL])
def test_user_management_admin_makes_no_global_admin(partner: Partner, roles: people.Roles) -> None:
    person = sales_agent(partner)

    with pytest.raises(people.OnlyGlobalAdmins):
        people.assign(person, partner, roles, by=_people_admin(partner), reason="promoted")


@pytest.mark.django_db
def test_user_management_admin_ends_no_global_admin(partner: Partner) -> None:
    person = global_admin(partner)
    global_admin(partner)

    with pytest.raises(people.OnlyGlobalAdmins):
        people.assign(person, partner, NOBODY, by=_people_admin(partner), reason="left")


@pytest.mark.django_db
def test_invitation_makes_a_person_without_password(partner: Partner) -> None:
    invitation = people.invite(
        partner,
        email="Li.Na@Partner.Example",
        name="李娜",
        language="zh-hans",
        roles=SALES,
        by=global_admin(partner),
        reason="new in sales",
    )

    person = User.objects.get(email="li.na@partner.example")
    assert invitation.is_new_person
    assert not person.has_usable_password()
    assert _roles(person) == (AgentRole.SALES, AdminRole.NONE)


@pytest.mark.django_db
def test_invitation_of_somebody_known_keeps_the_account(partner: Partner) -> None:
    known = UserFactory.create(email="known@elsewhere.example", name="Known")

    invitation = people.invite(
        partner,
        email="KNOWN@elsewhere.example",
        name="Other name",
        language="it",
        roles=SALES,
        by=global_admin(partner),
        reason="works for us too",
    )

    known.refresh_from_db()
    assert not invitation.is_new_person
    assert known.name == "Known"


@pytest.mark.django_db
def test_roles_stay_when_the_trail_fails(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    person, by = sales_agent(partner), global_admin(partner)

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(ConnectionError):
        people.assign(person, partner, NOBODY, by=by, reason="left")

    assert _roles(person)[0] == AgentRole.SALES


@pytest.mark.django_db(transaction=True)
def test_two_global_admins_cannot_end_each_other_at_once(partner: Partner) -> None:
    one, two = global_admin(partner), global_admin(partner)
    barrier = Barrier(2)
    refusals: list[Exception] = []
    ends = [
        _ending(two, partner, one, barrier, refusals),
        _ending(one, partner, two, barrier, refusals),
    ]
    threads = [Thread(target=end) for end in ends]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Membership.objects.filter(admin_role=AdminRole.GLOBAL).count() == 1
    assert len(refusals) == 1


def _ending(
    person: User, partner: Partner, by: User, barrier: Barrier, refusals: list[Exception]
) -> Callable[[], None]:
    def end() -> None:
        barrier.wait()
        try:
            people.assign(person, partner, NOBODY, by=by, reason="left")
        except (people.OnlyGlobalAdmins, people.LastGlobalAdmin) as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    return end
