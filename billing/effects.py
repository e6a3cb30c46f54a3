"""Says in words what an act on the ledger does, for the page that asks before it happens."""

from django.utils.translation import gettext as _

from billing.previews import Effect, PartAfter, Preview
from partners import activity, formatting
from partners.models import AuditEntry, Partner, User


def lines(preview: Preview) -> list[str]:
    """What is owed again, what is settled, and what becomes of the money."""
    several = len({effect.customer_id for effect in [*preview.reopens, *preview.settles]}) > 1
    return [
        *(_reopened(effect, with_company=several) for effect in preview.reopens),
        *(_settled(effect, with_company=several) for effect in preview.settles),
        *_rest(preview),
    ]


def changed(entries: list[AuditEntry], partner: Partner, user: User) -> list[str]:
    """That a page is out of date, and who did what since it was shown."""
    news = [
        _("%(what)s by %(who)s, %(when)s.")
        % {
            "what": line.what,
            "who": line.who or _("the portal"),
            "when": formatting.moment_in(line.at, partner),
        }
        for line in activity.lines(entries, user, partner)
    ]
    return [_("This has changed since the page was shown. Nothing was done."), *news]


def _reopened(effect: Effect, *, with_company: bool) -> str:
    text = _("%(amount)s of %(number)s is owed again; %(open)s is open then.")
    return text % _words(effect, with_company=with_company)


def _settled(effect: Effect, *, with_company: bool) -> str:
    text = _("%(amount)s settles %(number)s, of which %(open)s stays open.")
    return text % _words(effect, with_company=with_company)


def _words(effect: Effect, *, with_company: bool) -> dict[str, str]:
    invoice = effect.invoice
    number = str(invoice)
    if with_company:
        number = _("%(number)s of %(company)s") % {
            "number": number,
            "company": invoice.customer.company,
        }
    return {
        "amount": formatting.money(effect.amount, invoice.currency),
        "number": number,
        "open": formatting.money(effect.open_amount, invoice.currency),
    }


def _rest(preview: Preview) -> list[str]:
    if len(preview.parts) > 1:
        return [_part(part, preview.currency) for part in preview.parts]
    nothing = not preview.reopens and not preview.settles
    said = [_("No invoice is settled or reopened.")] if nothing else []
    return [*said, *(_whole(part, preview.currency) for part in preview.parts)]


def _whole(part: PartAfter, currency: str) -> str:
    left = formatting.money(part.left, currency)
    if part.is_reversed:
        return _("The receipt counts no more.")
    if part.customer is None:
        return _("%(left)s waits among the unidentified receipts.") % {"left": left}
    words = {"left": left, "company": part.customer.company}
    return _("%(left)s is left as credit of %(company)s.") % words


def _part(part: PartAfter, currency: str) -> str:
    amount = formatting.money(part.amount, currency)
    if part.customer is None:
        return _("Part of %(amount)s: waits among the unidentified receipts.") % {"amount": amount}
    words = {
        "amount": amount,
        "company": part.customer.company,
        "settled": formatting.money(part.settled, currency),
        "left": formatting.money(part.left, currency),
    }
    text = _("Part of %(amount)s for %(company)s: settles %(settled)s, %(left)s is left as credit.")
    return text % words
