"""Cleans what people type about invoices and receipts."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice
from billing.receipts import Payment
from customers.models import Customer
from partners.forms import ReasonForm
from partners.models import Partner

SUGGESTED = 5


class DayInput(forms.DateInput):
    """A browser's own date field; it speaks ISO 8601 in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AmountField(forms.DecimalField):
    """A positive amount of money, to the cent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=Decimal("0.01"), max_digits=18, decimal_places=2, **options)


class CustomerField(forms.CharField):
    """One customer of a partner, by name, pinyin, domain or tenant ID."""

    def __init__(self, partner: Partner, **options: Any) -> None:
        super().__init__(max_length=250, **options)
        self.partner = partner

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        return self._found(text) if text else None

    def _found(self, text: str) -> Customer:
        mine = Customer.objects.of_partner(self.partner)
        exact = list(mine.filter(company=text)[:2]) or list(mine.filter(tenant_id=text.lower())[:2])
        found = exact or list(mine.matching(text)[: SUGGESTED + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(_t("No customer matches this."))
        names = _t(", ").join(customer.company for customer in found[:SUGGESTED])
        raise ValidationError(
            _t("Several customers match: %(names)s. Write more, or the tenant ID."),
            params={"names": names},
        )


class InvoiceFilter(forms.Form):
    """The filters of the list of invoices, kept in the address."""

    q = forms.CharField(label=_("Number or customer"), required=False, widget=forms.SearchInput)
    state = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Any")),
            ("draft", _("Draft")),
            ("owed", _("Open")),
            ("overdue", _("Overdue")),
            ("disputed", _("Disputed")),
            ("unconfirmed", _("Opening balance not confirmed")),
            ("late_charges", _("Late charges")),
            ("settled", _("Settled")),
            ("void", _("Void")),
        ],
    )


class ReviewFilter(forms.Form):
    """The filters of the review of drafts, kept in the address."""

    q = forms.CharField(label=_("Customer"), required=False, widget=forms.SearchInput)
    changed = forms.ChoiceField(
        label=_("Change"),
        required=False,
        choices=[("", _("Any")), ("much", _("More than 20 %"))],
    )


class ReceiptFilter(forms.Form):
    """The filters of the list of receipts, kept in the address."""

    q = forms.CharField(
        label=_("Payer, remark, serial number or customer"),
        required=False,
        widget=forms.SearchInput,
    )
    state = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Any")),
            ("unidentified", _("Unidentified")),
            ("credit", _("With credit left")),
            ("settled", _("Wholly used")),
            ("refunded", _("Refunded")),
            ("split", _("Divided")),
            ("reversed", _("Reversed")),
        ],
    )
    since = forms.DateField(label=_("Received from"), required=False, widget=DayInput)
    until = forms.DateField(label=_("Received until"), required=False, widget=DayInput)
    least = AmountField(label=_("Amount from"), required=False)
    most = AmountField(label=_("Amount up to"), required=False)
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[
            ("", _("Latest received first")),
            ("oldest", _("Oldest received first")),
            ("highest", _("Highest amount first")),
            ("lowest", _("Lowest amount first")),
        ],
    )


class IssueForm(forms.Form):
    """Which drafts are to be issued: some by their ids, or all that were there."""

    partner = forms.IntegerField(widget=forms.HiddenInput)
    ids = forms.TypedMultipleChoiceField(
        widget=forms.MultipleHiddenInput, required=False, coerce=int
    )
    up_to = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReceiptForm(forms.Form):
    """A payment as the bank's statement shows it."""

    received_on = forms.DateField(label=_("Received on"), widget=DayInput)
    amount = AmountField(label=_("Amount"))
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=_("Currency"),
        error_messages={"invalid": _("A currency has three letters, such as CNY.")},
    )
    payer = forms.CharField(
        label=_("Payer"), max_length=250, help_text=_("Exactly as the bank writes it.")
    )
    remark = forms.CharField(
        label=_("Remark"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Exactly as the bank writes it. Invoice numbers in it are found."),
    )
    bank_account = forms.CharField(label=_("Our bank account"), max_length=60, required=False)
    bank_serial = forms.CharField(
        label=_("Bank serial number"),
        max_length=100,
        required=False,
        help_text=_("With it, the same payment can't be recorded twice."),
    )
    entry_token = forms.UUIDField(widget=forms.HiddenInput)
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)
    not_the_same = forms.BooleanField(
        label=_("This is another payment, record it as well"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, partner: Partner, today: date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["customer"] = CustomerField(
            partner,
            label=_("Customer"),
            required=False,
            help_text=_("Name, pinyin, domain or tenant ID. Leave it empty if you are not sure."),
        )
        self.order_fields(["customer"])
        self.initial = {
            "received_on": today,
            "currency": partner.currency,
            "entry_token": uuid4(),
            **self.initial,
        }

    def clean_received_on(self) -> date:
        received_on: date = self.cleaned_data["received_on"]
        if received_on > self.today:
            raise ValidationError(_t("Money can't have come in after today."))
        return received_on

    @property
    def payment(self) -> Payment:
        """The cleaned payment."""
        facts = self.cleaned_data
        return Payment(
            amount=facts["amount"],
            currency=facts["currency"].upper(),
            received_on=facts["received_on"],
            bank_account=facts["bank_account"].strip(),
            bank_serial=facts["bank_serial"].strip(),
            payer=facts["payer"],
            remark=facts["remark"],
            entry_token=facts["entry_token"],
        )


class FreshnessForm(forms.Form):
    """Up to which day the bank's statements are recorded."""

    partner = forms.IntegerField(widget=forms.HiddenInput)
    up_to = forms.DateField(label=_("Receipts are recorded up to"), widget=DayInput)


class ReductionForm(ReasonForm):
    """How much less a customer has to pay, why, and what the page showed as open."""

    shown_open = forms.DecimalField(widget=forms.HiddenInput, required=False)

    def __init__(self, open_amount: Decimal, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["shown_open"].initial = open_amount
        self.open_amount = open_amount
        self.fields["amount"] = AmountField(label=_("Amount"), initial=open_amount)
        self.order_fields(["amount", "reason"])

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount > self.open_amount:
            raise ValidationError(
                _t("Only %(amount)s is still open."), params={"amount": self.open_amount}
            )
        return amount


class CreditNoteIssueForm(forms.Form):
    """Which invoice a credit note lowers: by the rule, one that a person chose, or none yet."""

    OLDEST, NONE = "oldest", "none"

    def __init__(self, invoices: list[Invoice], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.invoices = {str(invoice.pk): invoice for invoice in invoices}
        self.fields["lower"] = forms.ChoiceField(
            label=_("What it lowers"),
            initial=self.OLDEST,
            choices=[
                (self.OLDEST, _("What is open and undisputed, oldest due date first")),
                *((pk, str(invoice)) for pk, invoice in self.invoices.items()),
                (self.NONE, _("Nothing yet: it stays to the customer's credit")),
            ],
        )

    @property
    def chosen(self) -> list[Invoice] | None:
        """The invoices to lower; None where the rule says which."""
        lower = self.cleaned_data["lower"]
        if lower == self.OLDEST:
            return None
        return [self.invoices[lower]] if lower in self.invoices else []
