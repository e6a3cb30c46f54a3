"""Writes to partners, people and roles, each with its audit entry."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from partners import audit, clock, sealing
from partners.models import Cloud, Connection, Membership, Partner, PartnerSettings, User


def set_roles(
    user: User, partner: Partner, *, agent_role: str, admin_role: str, by: User | None, reason: str
) -> Membership:
    """Give a person roles at a partner, replacing those they had."""
    with transaction.atomic():
        membership, _ = Membership.objects.select_for_update().get_or_create(
            user=user, partner=partner
        )
        before = {"agent_role": membership.agent_role, "admin_role": membership.admin_role}
        membership.agent_role, membership.admin_role = agent_role, admin_role
        membership.save(update_fields=["agent_role", "admin_role"])
        audit.record(
            audit.Fact(
                partner_id=partner.pk,
                customer_id=None,
                subject=membership,
                kind="membership.roles_set",
                reason=reason,
                before=before,
                after={"agent_role": agent_role, "admin_role": admin_role, "person": user.email},
            ),
            by=by,
        )
    return membership


def change_settings(
    settings: PartnerSettings, changes: Mapping[str, Any], *, by: User | None, reason: str
) -> PartnerSettings:
    """Change some of a partner's settings; the trail keeps both values of each."""
    with transaction.atomic():
        locked = PartnerSettings.objects.select_for_update().get(pk=settings.pk)
        before = {name: getattr(locked, name) for name in changes}
        for name, value in changes.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(changes))
        audit.record(
            audit.Fact(
                partner_id=locked.partner_id,
                customer_id=None,
                subject=locked,
                kind="partner.settings_changed",
                reason=reason,
                before=before,
                after=changes,
            ),
            by=by,
        )
    return locked


def connect(
    partner: Partner,
    *,
    cloud: Cloud,
    tenant_id: str,
    client_id: str,
    client_secret: str,
    writes_enabled: bool,
    by: User | None,
    reason: str,
) -> Connection:
    """Store how to reach Partner Center. The secret is sealed and never leaves in the trail."""
    with transaction.atomic():
        connection, _ = Connection.objects.update_or_create(
            partner=partner,
            defaults={
                "cloud": cloud,
                "tenant_id": tenant_id,
                "client_id": client_id,
                "sealed_secret": sealing.seal(client_secret),
                "writes_enabled": writes_enabled,
            },
        )
        audit.record(
            audit.Fact(
                partner_id=partner.pk,
                customer_id=None,
                subject=connection,
                kind="partner.connected",
                reason=reason,
                after={"cloud": cloud, "client_id": client_id, "writes_enabled": writes_enabled},
            ),
            by=by,
        )
    return connection


def move_clock(partner: Partner, days: int, *, by: User, reason: str) -> None:
    """Move a demo's clock forward. Raises clock.ClockMayNotMove."""
    with transaction.atomic():
        clock.move_forward(days)
        audit.record(
            audit.Fact(
                partner_id=partner.pk,
                customer_id=None,
                subject=partner,
                kind="clock.moved",
                reason=reason,
                after={"days": days, "date": clock.business_date(partner)},
            ),
            by=by,
        )
