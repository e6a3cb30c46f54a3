"""Cleans what people type about one receipt: whose it is, what it settles, what was paid back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.forms import AmountField, CustomerField, DayInput
from billing.models import Invoice, Receipt
from billing.refunds import PayOut
from billing.splits import Part
from partners import formatting
from partners.forms import ReasonForm
from partners.models import Partner

FEWEST_ROWS, MOST_ROWS, MORE_ROWS = 3, 30, 3
ZERO = Decimal(0)


class AssignForm(ReasonForm):
    """Whose money it is, and how we know."""

    def __init__(self, partner: Partner, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["customer"] = CustomerField(
            partner, label=_("Customer"), help_text=_("Name, pinyin, domain or tenant ID.")
        )
        self.order_fields(["customer", "reason"])


class MoveForm(AssignForm):
    """Whose money it really is; nobody's name if that is not known."""

    def __init__(self, partner: Partner, *args: Any, **options: Any) -> None:
        super().__init__(partner, *args, **options)
        self.fields["customer"].required = False
        self.fields["customer"].help_text = _(
            "Name, pinyin, domain or tenant ID. Empty: nobody knows, and it waits unidentified."
        )


class AllocateForm(ReasonForm):
    """How much of a receipt goes to which invoice. Empty means nothing."""

    def __init__(
        self, receipt: Receipt, invoices: Sequence[Invoice], *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.receipt = receipt
        self.invoices = {f"invoice_{invoice.pk}": invoice for invoice in invoices}
        for name, invoice in self.invoices.items():
            label = _t("Amount for %(number)s") % {"number": invoice.number}
            self.fields[name] = AmountField(label=label, required=False)
        self.order_fields([*self.invoices, "reason"])

    @property
    def rows(self) -> list[tuple[Invoice, forms.BoundField]]:
        """Each invoice with its field."""
        return [(invoice, self[name]) for name, invoice in self.invoices.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, invoice in self.invoices.items():
            if (cleaned.get(name) or ZERO) > invoice.open_amount:
                open_amount = formatting.money(invoice.open_amount, invoice.currency)
                self.add_error(name, _t("Only %(open)s is open.") % {"open": open_amount})
        if not (self.errors.keys() - {"reason"}):
            self._check_sum()
        return cleaned

    def _check_sum(self) -> None:
        left, currency = self.receipt.unallocated, self.receipt.currency
        if not self.chosen:
            raise ValidationError(_t("Write an amount beside at least one invoice."))
        if (total := sum(self.chosen.values(), ZERO)) > left:
            raise ValidationError(
                _t("The amounts add up to %(total)s, and only %(left)s is left."),
                params={
                    "total": formatting.money(total, currency),
                    "left": formatting.money(left, currency),
                },
            )

    @property
    def chosen(self) -> dict[int, Decimal]:
        """The amount for each invoice that gets one."""
        return {
            invoice.pk: amount
            for name, invoice in self.invoices.items()
            if (amount := self.cleaned_data.get(name)) is not None
        }


class SplitForm(ReasonForm):
    """Into which parts a payment is divided; what is left over waits unidentified."""

    rows = forms.IntegerField(
        widget=forms.HiddenInput, min_value=FEWEST_ROWS, max_value=MOST_ROWS, required=False
    )

    def __init__(self, receipt: Receipt, rows: int, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.receipt = receipt
        self.count = max(FEWEST_ROWS, min(MOST_ROWS, rows))
        for number in range(1, self.count + 1):
            self.fields[f"customer_{number}"] = CustomerField(
                receipt.partner,
                label=_t("Customer %(number)s") % {"number": number},
                required=False,
            )
            self.fields[f"amount_{number}"] = AmountField(
                label=_t("Amount %(number)s") % {"number": number}, required=False
            )
        self.order_fields([name for name in self.fields if name != "reason"])

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields of each part."""
        numbers = range(1, self.count + 1)
        return [(self[f"customer_{number}"], self[f"amount_{number}"]) for number in numbers]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in range(1, self.count + 1):
            if cleaned.get(f"customer_{number}") and f"amount_{number}" not in self.errors:
                self._ensure_amount(number)
        if not (self.errors.keys() - {"reason"}):
            self._check_sum()
        return cleaned

    def _ensure_amount(self, number: int) -> None:
        if not self.cleaned_data.get(f"amount_{number}"):
            self.add_error(f"amount_{number}", _t("How much of it is this customer's?"))

    def _check_sum(self) -> None:
        if self.rest < 0:
            raise ValidationError(
                _t("The parts are %(more)s more than the payment."),
                params={"more": formatting.money(-self.rest, self.receipt.currency)},
            )
        if len(self.parts) < FEWEST_ROWS - 1:
            raise ValidationError(_t("A payment is divided into two parts or more."))

    @property
    def _named(self) -> list[Part]:
        facts = self.cleaned_data
        return [
            Part(facts.get(f"customer_{number}"), amount)
            for number in range(1, self.count + 1)
            if (amount := facts.get(f"amount_{number}"))
        ]

    @property
    def rest(self) -> Decimal:
        """What the parts leave over."""
        return self.receipt.amount - sum((part.amount for part in self._named), ZERO)

    @property
    def parts(self) -> list[Part]:
        """The parts, and what is left over as an unidentified one."""
        return [*self._named, Part(None, self.rest)] if self.rest > 0 else self._named


class RefundForm(ReasonForm):
    """What was paid back, to whom and when."""

    amount = AmountField(label=_("Amount"))
    refunded_on = forms.DateField(label=_("Paid back on"), widget=DayInput)
    payee = forms.CharField(label=_("Payee"), max_length=250)
    bank_account = forms.CharField(label=_("Our bank account"), max_length=60, required=False)
    bank_serial = forms.CharField(
        label=_("Bank serial number"),
        max_length=100,
        required=False,
        help_text=_("With it, the same refund can't be recorded twice."),
    )

    def __init__(self, receipt: Receipt, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.receipt = receipt
        self.order_fields(["amount", "refunded_on", "payee", "bank_account", "bank_serial"])
        self.initial = {
            "amount": receipt.unallocated,
            "payee": receipt.payer,
            "bank_account": receipt.bank_account,
            **self.initial,
        }

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount > self.receipt.unallocated:
            left = formatting.money(self.receipt.unallocated, self.receipt.currency)
            raise ValidationError(_t("Only %(left)s is left."), params={"left": left})
        return amount

    @property
    def paid(self) -> PayOut:
        """The cleaned refund."""
        facts = self.cleaned_data
        return PayOut(
            amount=facts["amount"],
            refunded_on=facts["refunded_on"],
            payee=facts["payee"].strip(),
            bank_account=facts["bank_account"].strip(),
            bank_serial=facts["bank_serial"].strip(),
        )
