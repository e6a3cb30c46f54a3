"""What this room says on shared pages: each hold explained for the person who answers the phone."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from partners.models import User
from subscriptions.models import Hold, HoldReason


@dataclass(frozen=True)
class HoldExplanation:
    """One reason why service is withheld, and what ends it; names no amount."""

    hold: Hold
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str
    say: str
    do_not_say: str
    note: str = ""


def hold_explanation(hold: Hold, user: User) -> HoldExplanation:
    """Why this hold stands and what lifts it, for holds that no upper room explains."""
    lifts, say, do_not_say = _words(hold)
    return HoldExplanation(
        hold=hold,
        reason=hold.get_reason_display(),
        placed_by=str(hold.placed_by) if hold.placed_by else "",
        placed_at=hold.placed_at,
        lifted_by=lifts,
        say=say,
        do_not_say=do_not_say,
    )


def _words(hold: Hold) -> tuple[str, str, str]:
    """What lifts it, what to say on the phone, and what not to say."""
    security = (
        _("A person closes the security review and lifts this reason."),
        _("Your subscription is under a security review. We call back as soon as it is finished."),
        _("Do not say fraud or misuse, and name no suspicion."),
    )
    words = {
        HoldReason.FRAUD: security,
        HoldReason.MISUSE: security,
        HoldReason.CUSTOMER_REQUEST: (
            _("The customer asks us to resume service."),
            _("Your company asked us to suspend this subscription."),
            _("Do not name the person who asked."),
        ),
        HoldReason.OPERATOR: (
            _("21Vianet releases it; then a person records the release and unblocks."),
            _("The operator, 21Vianet, has suspended this subscription. We are asking them why."),
            _("Do not guess the reason."),
        ),
        HoldReason.NON_PAYMENT: (
            _("Billing confirms the payment of what is overdue."),
            _("There is a question about an invoice. I connect you with our billing team."),
            _("Do not name amounts to anybody but the customer's billing contact."),
        ),
    }
    return words[HoldReason(hold.reason)]
