"""Who may see and do what, asked in one place: by scoped querysets, views and panels."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from partners.models import Membership, Partner, User
from partners.permissions import Permission, is_granted


def memberships_of(user: User | AnonymousUser) -> list[Membership]:
    """The person's memberships with partner and settings, read once per request."""
    if not user.is_authenticated or not user.is_active:
        return []
    known: list[Membership] | None = user.__dict__.get("_memberships")
    if known is None:
        known = list(
            user.memberships.select_related("partner__settings").order_by("partner__name", "id")
        )
        user.__dict__["_memberships"] = known
    return known


def can(user: User | AnonymousUser, permission: Permission, partner: Partner) -> bool:
    """Whether the person may do this at this partner."""
    return any(
        membership.partner_id == partner.pk and _grants(membership, permission)
        for membership in memberships_of(user)
    )


def partner_ids_where(user: User | AnonymousUser, permission: Permission) -> list[int]:
    """The partners at which the person has this permission."""
    return [
        membership.partner_id
        for membership in memberships_of(user)
        if _grants(membership, permission)
    ]


def _grants(membership: Membership, permission: Permission) -> bool:
    return is_granted(
        permission,
        membership.roles,
        sales_see_receivables=membership.partner.settings.sales_see_receivables,
    )


class ScopedQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows that belong to a partner, and the verbs that keep them apart."""

    def for_user(
        self, user: User | AnonymousUser, permission: Permission = Permission.SEE_CUSTOMERS
    ) -> Self:
        """What the person may see by this permission, over all their partners."""
        return self.filter(partner_id__in=partner_ids_where(user, permission))

    def of_partner(self, partner: Partner) -> Self:
        """One partner's rows: lists show one partner at a time."""
        return self.filter(partner=partner)
