"""Partners and people."""

from typing import Any

import factory

from partners.models import AdminRole, AgentRole, Membership, Partner, PartnerSettings, User

PASSWORD = "correct horse battery"


class PartnerFactory(factory.django.DjangoModelFactory[Partner]):
    class Meta:
        model = Partner
        skip_postgeneration_save = True

    mpn_id = factory.Sequence(lambda n: str(4390900 + n))
    name = factory.Sequence(lambda n: f"Partner {n}")
    settings = factory.RelatedFactory(
        "tests.factories.partners.PartnerSettingsFactory", factory_related_name="partner"
    )


class PartnerSettingsFactory(factory.django.DjangoModelFactory[PartnerSettings]):
    class Meta:
        model = PartnerSettings

    partner = factory.SubFactory(PartnerFactory, settings=None)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@partner.example")
    name = factory.Sequence(lambda n: f"Person {n}")


def member(
    partner: Partner,
    agent_role: AgentRole = AgentRole.NONE,
    admin_role: AdminRole = AdminRole.NONE,
    **fields: Any,
) -> User:
    """A person with these roles at the partner."""
    user: User = UserFactory.create(**fields)
    Membership.objects.create(
        user=user, partner=partner, agent_role=agent_role, admin_role=admin_role
    )
    return user


def admin_agent(partner: Partner, **fields: Any) -> User:
    """May see and do all daily work."""
    return member(partner, AgentRole.ADMIN, **fields)


def sales_agent(partner: Partner) -> User:
    """May suspend, and sees no amount."""
    return member(partner, AgentRole.SALES)


def help_desk_agent(partner: Partner) -> User:
    """Answers the phone; sees no amount and suspends nothing."""
    return member(partner, AgentRole.HELP_DESK)


def billing_admin(partner: Partner) -> User:
    """Works with money; suspends nothing."""
    return member(partner, admin_role=AdminRole.BILLING)


def global_admin(partner: Partner) -> User:
    """May do everything at the partner."""
    return member(partner, admin_role=AdminRole.GLOBAL)
