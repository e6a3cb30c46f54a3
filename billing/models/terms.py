"""Payment terms as a value: how many days, how they are counted and from which day."""

from dataclasses import dataclass

from partners.models import TermsFrom, TermsKind


@dataclass(frozen=True)
class Terms:
    """What was agreed about when to pay. Days are calendar days."""

    days: int
    kind: TermsKind = TermsKind.NET
    counted_from: TermsFrom = TermsFrom.ISSUE

    @property
    def waits_for_fapiao(self) -> bool:
        """Whether nothing is due before the fapiao is delivered."""
        return self.counted_from == TermsFrom.FAPIAO


AT_ONCE = Terms(days=0)
"""An approved prepayment."""
