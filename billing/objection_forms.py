"""Cleans what people type about disputes, payments on their way, write-offs and late charges."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.claims import Slip
from billing.disputes import FOR_THE_CUSTOMER, Objection
from billing.forms import AmountField, DayInput, ReductionForm
from billing.late_charges import Terms
from billing.models import (
    ClaimStatus,
    Dispute,
    DisputeCode,
    DisputeOutcome,
    Invoice,
    InvoiceLine,
    Receipt,
    WriteOffCode,
)
from billing.write_offs import Loss
from partners.forms import ReasonForm
from partners.models import Membership, Partner, User
from partners.permissions import Permission, is_granted

LONG_TEXT = 4000
AGES = (7, 14, 30, 60)


class DisputeFilter(forms.Form):
    """The filters of the list of disputes, kept in the address."""

    q = forms.CharField(
        label=_("Invoice number or customer"), required=False, widget=forms.SearchInput
    )
    state = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("Open")), ("resolved", _("Answered")), ("any", _("Any"))],
    )
    code = forms.ChoiceField(
        label=_("Objection"), required=False, choices=[("", _("Any")), *DisputeCode.choices]
    )
    age = forms.ChoiceField(
        label=_("Open for at least"),
        required=False,
        choices=[
            ("", _("Any time")),
            *((str(days), _("%(days)s days") % {"days": days}) for days in AGES),
        ],
    )
    who = forms.ChoiceField(
        label=_("Assigned to"),
        required=False,
        choices=[("", _("Anybody")), ("me", _("Me")), ("nobody", _("Nobody"))],
    )
    due = forms.BooleanField(label=_("To be followed up today"), required=False)


class DisputeForm(forms.Form):
    """What a customer objects to: the whole invoice, or so much of some lines."""

    code = forms.ChoiceField(label=_("Objection"), choices=DisputeCode.offered)
    text = forms.CharField(
        label=_("What the customer says"),
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    assigned_to = forms.ModelChoiceField(
        label=_("Assigned to"), queryset=User.objects.none(), required=False
    )
    follow_up_on = forms.DateField(label=_("Follow up on"), required=False, widget=DayInput)

    def __init__(
        self, partner: Partner, lines: list[InvoiceLine], *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        people = self.fields["assigned_to"]
        people.queryset = clerks_of(partner)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.lines = {f"line_{line.pk}": line for line in lines}
        for name, line in self.lines.items():
            self.fields[name] = AmountField(
                label=_("Of line %(position)s: %(what)s")
                % {"position": line.position, "what": line.description},
                required=False,
                max_value=line.gross,
                help_text=_("Up to %(gross)s. All lines empty: the whole invoice.")
                % {"gross": line.gross},
            )
        self.order_fields(["code", "text", *self.lines, "assigned_to", "follow_up_on"])

    @property
    def objection(self) -> Objection:
        """The cleaned objection."""
        facts = self.cleaned_data
        return Objection(
            code=DisputeCode(facts["code"]),
            text=facts["text"],
            parts={
                line.pk: facts[name]
                for name, line in self.lines.items()
                if facts.get(name) is not None
            },
            assigned_to=facts["assigned_to"],
            follow_up_on=facts["follow_up_on"],
        )


class ChangeDisputeForm(DisputeForm):
    """The same for an open dispute; an older objection keeps its code."""

    def __init__(
        self, dispute: Dispute, lines: list[InvoiceLine], *args: Any, **options: Any
    ) -> None:
        parts = {f"line_{part.line_id}": part.amount for part in dispute.lines.all()}
        known = {
            "code": dispute.code,
            "text": dispute.text,
            "assigned_to": dispute.assigned_to_id,
            "follow_up_on": dispute.follow_up_on,
            **parts,
        }
        super().__init__(dispute.partner, lines, *args, initial=known, **options)
        if dispute.code == DisputeCode.FAPIAO:
            code = self.fields["code"]
            code.choices = DisputeCode.choices  # type: ignore[attr-defined]  # a ChoiceField


class ResolveForm(forms.Form):
    """How a dispute ends, what is credited, and what the customer is told."""

    outcome = forms.ChoiceField(label=_("In whose favour"), choices=DisputeOutcome)
    award = AmountField(
        label=_("Credit note over"),
        required=False,
        help_text=_("What the customer need not pay. Leave it empty if nothing is credited."),
    )
    resolution = forms.CharField(
        label=_("Answer to the customer"),
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, dispute: Dispute, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.dispute = dispute
        self.fields["outcome"].initial = DisputeOutcome.REJECTED

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        outcome, award = cleaned.get("outcome"), cleaned.get("award")
        if outcome and "award" in cleaned:
            self._check(DisputeOutcome(outcome), award)
        return cleaned

    def _check(self, outcome: DisputeOutcome, award: Decimal | None) -> None:
        disputed, owed = self.dispute.amount, self.dispute.invoice.open_amount
        if outcome == DisputeOutcome.PARTLY and award is None:
            self.add_error("award", _t("How much of it need the customer not pay?"))
        elif award is None:
            return
        elif outcome not in FOR_THE_CUSTOMER:
            self.add_error("award", _t("Nothing is credited when the invoice stands."))
        elif award > disputed or (outcome == DisputeOutcome.PARTLY and award == disputed):
            words = _t("Only %(amount)s is disputed.") % {"amount": disputed}
            self.add_error("award", words)
        elif award > owed:
            words = _t("Only %(amount)s is still open: take a payment away from it first.")
            self.add_error("award", words % {"amount": owed})


class ClaimFilter(forms.Form):
    """The filters of the list of payments on their way, kept in the address."""

    q = forms.CharField(
        label=_("Serial number or customer"), required=False, widget=forms.SearchInput
    )
    state = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any")), *ClaimStatus.choices]
    )


class ClaimForm(forms.Form):
    """A payment that the customer says it has made, as its slip shows it."""

    amount = AmountField(label=_("Amount"))
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=_("Currency"),
        error_messages={"invalid": _("A currency has three letters, such as CNY.")},
    )
    paid_on = forms.DateField(label=_("Paid on"), widget=DayInput)
    bank_serial = forms.CharField(
        label=_("Bank serial number of the slip"), max_length=100, required=False
    )
    invoices = forms.ModelMultipleChoiceField(
        label=_("Invoices it pays"),
        queryset=Invoice.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave it empty if the customer named none."),
    )
    slip = forms.FileField(
        label=_("Slip"),
        required=False,
        help_text=_("PDF, picture, OFD or other document, at most 10 MiB."),
    )
    note = forms.CharField(
        label=_("What the customer says"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    entry_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, partner: Partner, owed: list[Invoice], today: date, *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.today = today
        offered = Invoice.objects.filter(pk__in=[invoice.pk for invoice in owed])
        named = self.fields["invoices"]
        named.queryset = offered.oldest_first()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.initial = {
            "currency": partner.currency,
            "paid_on": today,
            "entry_token": uuid4(),
            **self.initial,
        }

    def clean_paid_on(self) -> date:
        paid_on: date = self.cleaned_data["paid_on"]
        if paid_on > self.today:
            raise ValidationError(_t("Money can't have been paid after today."))
        return paid_on

    def slip_of(self, digest: str) -> Slip:
        """The cleaned slip; `digest` is that of its file."""
        facts = self.cleaned_data
        return Slip(
            amount=facts["amount"],
            currency=facts["currency"].upper(),
            paid_on=facts["paid_on"],
            bank_serial=facts["bank_serial"].strip(),
            note=facts["note"],
            invoice_ids=[invoice.pk for invoice in facts["invoices"]],
            digest=digest,
            entry_token=facts["entry_token"],
        )


class WriteOffForm(ReductionForm):
    """How much is given up, and why."""

    code = forms.ChoiceField(label=_("Why it is given up"), choices=WriteOffCode)

    def __init__(self, open_amount: Decimal, *args: Any, **options: Any) -> None:
        super().__init__(open_amount, *args, **options)
        self.order_fields(["amount", "code", "reason"])


class ReverseWriteOffForm(ReasonForm):
    """How much of a write-off is taken back."""

    def __init__(self, left: Decimal, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = AmountField(label=_("Amount"), initial=left, max_value=left)
        self.order_fields(["amount", "reason"])


class RecoverForm(ReasonForm):
    """Which written-off invoice a receipt pays after all, and how much of it."""

    loss = forms.ChoiceField(label=_("Written-off invoice"))
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, receipt: Receipt, losses: list[Loss], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.losses = {str(loss.row.pk): loss for loss in losses}
        self.receipt = receipt
        choices = [
            (
                key,
                _t("%(number)s, %(amount)s written off")
                % {"number": loss.row.invoice, "amount": loss.left},
            )
            for key, loss in self.losses.items()
        ]
        self.fields["loss"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        most = max((loss.left for loss in losses), default=Decimal(0))
        initial = min(most, receipt.unallocated)
        self.fields["amount"] = AmountField(label=_("Amount"), initial=initial or None)
        self.order_fields(["loss", "amount", "reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        loss, amount = self.losses.get(cleaned.get("loss", "")), cleaned.get("amount")
        if loss and amount and amount > min(loss.left, self.receipt.unallocated):
            most = min(loss.left, self.receipt.unallocated)
            self.add_error("amount", _t("At most %(amount)s.") % {"amount": most})
        return cleaned

    @property
    def chosen(self) -> Loss:
        """The write-off that was chosen."""
        return self.losses[self.cleaned_data["loss"]]


class LateChargesForm(forms.Form):
    """At which rate and up to which day interest is computed, and a fee."""

    currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label=_("Currency"),
        error_messages={"invalid": _("A currency has three letters, such as CNY.")},
    )
    rate = forms.DecimalField(
        label=_("Interest (% a year)"),
        min_value=Decimal("0.01"),
        max_value=36,
        decimal_places=2,
        help_text=_("As agreed in this customer's contract."),
    )
    until = forms.DateField(label=_("Up to and with"), widget=DayInput)
    fee = AmountField(label=_("Fee"), required=False)
    vat_rate = forms.DecimalField(
        label=_("VAT % within"), min_value=0, max_value=Decimal("99.99"), decimal_places=2
    )
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, partner: Partner, today: date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.initial = {
            "currency": partner.currency,
            "rate": partner.settings.late_charge_rate,
            "until": today,
            "vat_rate": 6,
        }

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until > self.today:
            raise ValidationError(_t("Interest of days to come can't be charged."))
        return until

    @property
    def terms(self) -> Terms:
        """The cleaned terms."""
        facts = self.cleaned_data
        return Terms(
            currency=facts["currency"],
            rate=facts["rate"],
            until=facts["until"],
            vat_rate=facts["vat_rate"],
            fee=facts["fee"] or Decimal(0),
        )


def clerks_of(partner: Partner) -> Any:
    """Active people of the partner who record money."""
    memberships = Membership.objects.filter(partner=partner, user__is_active=True)
    ids = [row.user_id for row in memberships if is_granted(Permission.RECORD_MONEY, row.roles)]
    return User.objects.filter(pk__in=ids).order_by("name", "id")
