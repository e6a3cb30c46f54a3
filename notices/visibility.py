"""Who may read which letters: those about money only whoever may see what customers owe."""

from notices.models import Notice, NoticeKind, NoticeQuerySet
from partners.access import partner_ids_where
from partners.models import Partner, User
from partners.permissions import Permission

FREE_OF_MONEY = (NoticeKind.SUSPENDED, NoticeKind.RESTORED)
"""Letters that name no amount and no invoice."""


def readable(user: User) -> NoticeQuerySet:
    """Letters this person may read, over all their partners."""
    about_money = Notice.objects.for_user(user, Permission.SEE_RECEIVABLES)
    others = Notice.objects.filter(
        partner_id__in=partner_ids_where(user, Permission.SEE_CUSTOMERS), kind__in=FREE_OF_MONEY
    )
    return about_money | others


def visible_to(user: User, partner: Partner) -> NoticeQuerySet:
    """Letters of one partner that this person may read."""
    return readable(user).of_partner(partner)
