"""Cleans what people type about 21Vianet's invoices to us, and about what we paid."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.bill import payments
from billing.bill.payments import OurPayment, Part
from billing.bill.services import InvoiceFacts, fingerprint
from billing.files.layouts import SECTION_NAMES, Section
from billing.forms import DayInput
from billing.labels import amount as money
from billing.models import PartnerInvoice, PartnerPayment
from partners.forms import ReasonForm
from partners.models import Partner

EARLIEST = date(2010, 1, 1)
TYPED_SECTIONS = [section for section in Section if section is not Section.UNKNOWN]


class TotalField(forms.DecimalField):
    """An amount as printed on the invoice; credits make it negative."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, **options)


class InvoiceForm(forms.Form):
    """21Vianet's invoice as printed."""

    sections_left_empty: dict[str, Decimal] | None = None
    number = forms.CharField(label=_("21Vianet's invoice number"), max_length=60)
    issued_on = forms.DateField(label=_("Invoice date"), widget=DayInput)
    currency = forms.RegexField(r"^[A-Z]{3}$", label=_("Currency"))
    total = TotalField(
        label=_("Total after tax"),
        help_text=_("As printed. It shows whether a part of the file is missing."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for section in TYPED_SECTIONS:
            self.fields[f"section_{section}"] = TotalField(
                label=SECTION_NAMES[section], required=False
            )

    def clean_number(self) -> str:
        return " ".join(str(self.cleaned_data["number"]).split())

    def clean_issued_on(self) -> date:
        day: date = self.cleaned_data["issued_on"]
        if day < EARLIEST:
            raise forms.ValidationError(_t("The year seems to be wrong."))
        return day

    def section_fields(self) -> list[forms.BoundField]:
        """The fields that few people fill in, shown apart."""
        return [self[f"section_{section}"] for section in TYPED_SECTIONS]

    def main_fields(self) -> list[forms.BoundField]:
        """All other fields."""
        return [field for field in self if not field.name.startswith("section_")]

    def facts(self) -> InvoiceFacts:
        """What was typed of the invoice."""
        typed = self.cleaned_data
        sections = {
            str(section): amount
            for section in TYPED_SECTIONS
            if (amount := typed[f"section_{section}"]) is not None
        }
        return InvoiceFacts(
            number=typed["number"],
            issued_on=typed["issued_on"],
            currency=typed["currency"],
            total=typed["total"],
            section_totals=sections or self.sections_left_empty,
        )


class NewBillForm(InvoiceForm):
    """An invoice of 21Vianet without a file, for the chosen partner."""

    partner = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, of_partner: Partner, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["partner"].initial = of_partner.pk
        self.fields["currency"].initial = of_partner.currency
        self.of_partner = of_partner

    def clean_number(self) -> str:
        number = super().clean_number()
        if PartnerInvoice.objects.of_partner(self.of_partner).filter(number=number).exists():
            raise forms.ValidationError(_t("This invoice is recorded already. Correct it there."))
        return number


class CorrectBillForm(InvoiceForm):
    """What was typed of an invoice, why it is corrected, and what the page showed."""

    sections_left_empty: dict[str, Decimal] | None = {}
    reason = ReasonForm.base_fields["reason"]
    shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, invoice: PartnerInvoice, *args: Any, **options: Any) -> None:
        sections = {f"section_{name}": amount for name, amount in invoice.section_totals.items()}
        initial = {
            "number": invoice.number,
            "issued_on": invoice.issued_on,
            "currency": invoice.currency,
            "total": invoice.total,
            "shown": fingerprint(invoice),
            **sections,
        }
        super().__init__(*args, initial=initial, **options)


class BillFilter(forms.Form):
    """The filters of the list of our bills, kept in the address."""

    q = forms.CharField(
        label=_("21Vianet's invoice number"), required=False, widget=forms.SearchInput
    )
    show = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Any")),
            ("open", _("Still to pay")),
            ("late", _("Late")),
            ("paid", _("Recorded as paid")),
            ("credit", _("Credit not used")),
            ("disputed", _("Disputed with 21Vianet")),
        ],
    )


class DisputeForm(ReasonForm):
    """In which request 21Vianet was told that its bill is wrong."""

    reference = forms.CharField(
        label=_("Number of the request"),
        max_length=100,
        help_text=_("Of the request in this portal, or the reference that 21Vianet gave."),
    )
    field_order = ("reference", "reason")

    def clean_reference(self) -> str:
        return str(self.cleaned_data["reference"]).strip()


class SeenForm(forms.Form):
    """On which day 21Vianet was seen to show a payment."""

    on = forms.DateField(label=_("Seen at 21Vianet on"), widget=DayInput)

    def __init__(self, payment: PartnerPayment, today: date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.payment, self.today = payment, today
        self.fields["on"].initial = today

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not self.payment.paid_on <= on <= self.today:
            raise forms.ValidationError(
                _t("It lies between the day of the payment, %(day)s, and today."),
                params={"day": date_format(self.payment.paid_on, "DATE_FORMAT")},
            )
        return on


class PaymentForm(forms.Form):
    """What we paid to 21Vianet, and how much of it for which invoice."""

    paid_on = forms.DateField(label=_("We paid on"), widget=DayInput)
    amount = forms.DecimalField(
        label=_("Amount as our bank shows it"),
        min_value=Decimal(0),
        max_digits=18,
        decimal_places=2,
        help_text=_("0 when a credit is set off and no money moved."),
    )
    bank_account = forms.CharField(label=_("From our bank account"), max_length=60, required=False)
    bank_serial = forms.CharField(
        label=_("Bank serial number"),
        max_length=100,
        required=False,
        help_text=_("With it, the same payment can't be recorded twice."),
    )
    remark = forms.CharField(
        label=_("Remark"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_checked = forms.BooleanField(label=_("I have checked it: record it"), required=False)
    partner = forms.IntegerField(widget=forms.HiddenInput)
    entry_token = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self,
        partner: Partner,
        invoices: Sequence[PartnerInvoice],
        today: date,
        *args: Any,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.of_partner, self.today = partner, today
        self.invoices = {f"invoice_{invoice.pk}": invoice for invoice in invoices}
        for name, invoice in self.invoices.items():
            self.fields[name] = TotalField(label=_of_invoice(invoice), required=False)
        self.order_fields(["paid_on", "amount", *self.invoices])
        self.initial = {
            "paid_on": today,
            "partner": partner.pk,
            "entry_token": uuid4(),
            "shown": self.balances,
            **self.initial,
        }
        if not self.is_bound:
            del self.fields["is_checked"]

    @property
    def balances(self) -> str:
        """Changes when the page no longer shows what is left to pay."""
        left = "|".join(f"{row.pk}:{row.balance}" for row in self.invoices.values())
        return sha256(left.encode()).hexdigest()[:32]

    @property
    def payment(self) -> OurPayment:
        """The cleaned payment."""
        typed = self.cleaned_data
        parts = [
            Part(invoice_id=row.pk, amount=typed[name], shown_balance=row.balance)
            for name, row in self.invoices.items()
            if typed[name]
        ]
        return OurPayment(
            paid_on=typed["paid_on"],
            currency=next(iter(self.invoices.values())).currency,
            amount=typed["amount"],
            parts=tuple(parts),
            bank_account=typed["bank_account"].strip(),
            bank_serial=typed["bank_serial"].strip(),
            remark=typed["remark"],
            entry_token=typed["entry_token"],
        )

    def clean_paid_on(self) -> date:
        day: date = self.cleaned_data["paid_on"]
        if day > self.today:
            raise forms.ValidationError(_t("A payment can't have been made after today."))
        if day < EARLIEST:
            raise forms.ValidationError(_t("The year seems to be wrong."))
        return day

    def clean(self) -> dict[str, Any]:
        """The parts are the payment, and what looks wrong has been checked by the person."""
        typed = super().clean() or self.cleaned_data
        if not self.errors:
            self._clean_parts(self.payment)
        doubts = [] if self.errors else self._doubts(self.payment)
        if not doubts:
            del self.fields["is_checked"]
        elif not typed["is_checked"]:
            self.add_error("is_checked", doubts)
        return typed

    def _clean_parts(self, payment: OurPayment) -> None:
        if self.cleaned_data["shown"] != self.balances:
            self.data = {**self.data.dict(), "shown": self.balances}  # type: ignore[attr-defined]  # a QueryDict
            self.add_error(None, _t("What is left to pay has changed since. Look at it again."))
            return
        parts = sum((part.amount for part in payment.parts), Decimal(0))
        if not payment.parts:
            self.add_error(None, _t("Say which invoices the payment is for."))
        elif parts != payment.amount:
            currency = payment.currency
            text = _t("The parts add up to %(parts)s, the payment is %(amount)s.")
            amounts = {
                "parts": money(parts, currency), "amount": money(payment.amount, currency)
            }  # fmt: skip
            self.add_error("amount", text % amounts)
        for name, invoice in self.invoices.items():
            credit = min(invoice.balance or Decimal(0), Decimal(0))
            if (part := self.cleaned_data[name]) and part < credit:
                text = _t("No more than the credit of %(amount)s can be set off.")
                self.add_error(name, text % {"amount": money(-credit, invoice.currency)})

    def _doubts(self, payment: OurPayment) -> list[str]:
        doubts = [
            _t("%(number)s: more than is left to pay, by %(amount)s.")
            % {"number": row, "amount": money(part - row.balance, row.currency)}
            for name, row in self.invoices.items()
            if (part := self.cleaned_data[name]) and row.balance is not None
            and part > max(row.balance, Decimal(0))
        ]  # fmt: skip
        if alike := payments.lookalikes(self.of_partner, payment):
            doubts.append(
                _t("A payment of this day and amount is recorded already: %(payment)s.")
                % {"payment": alike[0]}
            )
        return doubts


def _of_invoice(invoice: PartnerInvoice) -> str:
    due = date_format(invoice.due_on, "DATE_FORMAT")
    if invoice.balance is None:
        return _t("For %(number)s, due on %(day)s, total not typed") % {
            "number": invoice, "day": due
        }  # fmt: skip
    left = money(invoice.balance, invoice.currency)
    return _t("For %(number)s, due on %(day)s, still to pay %(amount)s") % {
        "number": invoice, "day": due, "amount": left
    }  # fmt: skip
