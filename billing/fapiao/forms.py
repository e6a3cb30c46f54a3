"""Cleans what people type about fapiao."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.fapiao import finding, lifecycle
from billing.fapiao.services import Correction, Facts
from billing.forms import AmountField, DayInput
from billing.models import Fapiao, FapiaoStatus, FapiaoType, Invoice
from billing.models.fapiao import EXISTING, fapiao_number
from partners.forms import ReasonForm
from partners.models import Partner

MANY = 200


class FapiaoFilter(forms.Form):
    """The filter of the list, kept in the address."""

    q = forms.CharField(
        label=_("Invoice, fapiao or customer"), required=False, widget=forms.SearchInput
    )
    state = forms.ChoiceField(
        label=_("Fapiao"),
        required=False,
        choices=[
            ("", _("To issue")),
            ("requested", _("Requested")),
            ("uncovered", _("Not issued, wanted or not")),
            ("to_deliver", _("To deliver")),
            ("delivered", _("Delivered")),
        ],
    )


def _number(**options: Any) -> forms.CharField:
    return forms.CharField(validators=[fapiao_number], **options)


def _no_later(day: date | None, today: date) -> None:
    if day and day > today:
        raise ValidationError(_t("This day has not come yet."))


class RequestForm(forms.Form):
    """Which fapiao the customer wants, and for which invoices."""

    type = forms.ChoiceField(label=_("Type"), choices=FapiaoType)
    also = forms.ModelMultipleChoiceField(
        label=_("One fapiao together with"),
        required=False,
        queryset=Invoice.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, invoice: Invoice, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        also = self.fields["also"]
        also.queryset = finding.coverable_with(invoice)  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        if not also.queryset.exists():  # type: ignore[attr-defined]  # as above
            del self.fields["also"]
        self.invoice = invoice

    @property
    def invoices(self) -> list[Invoice]:
        """All invoices that the fapiao is for."""
        return [self.invoice, *self.cleaned_data.get("also", [])]


class IssuedForm(RequestForm):
    """What stands on the fapiao."""

    number = _number(label=_("Number"), help_text=_("20 digits, as the tax bureau gives them."))
    issued_on = forms.DateField(label=_("Date"), widget=DayInput)
    amount = AmountField(label=_("Amount including VAT"), required=False)
    field_order = ("number", "type", "issued_on", "amount", "also")

    def __init__(self, invoice: Invoice, today: date, *args: Any, **options: Any) -> None:
        super().__init__(invoice, *args, **options)
        self.today = today

    def clean_issued_on(self) -> date:
        day: date = self.cleaned_data["issued_on"]
        _no_later(day, self.today)
        return day

    @property
    def facts(self) -> Facts:
        """The cleaned facts."""
        return Facts(**{name: self.cleaned_data[name] for name in Facts.__dataclass_fields__})


class DeliverForm(forms.Form):
    """When and how the customer got it."""

    on = forms.DateField(label=_("Delivered on"), widget=DayInput)
    how = forms.CharField(
        label=_("How it was delivered"),
        max_length=200,
        help_text=_("For example: by e-mail to the accountant, or through the tax bureau."),
    )

    def __init__(self, fapiao: Fapiao, today: date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fapiao, self.today = fapiao, today

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        _no_later(day, self.today)
        if self.fapiao.issued_on and day < self.fapiao.issued_on:
            raise ValidationError(_t("It was not issued yet on this day."))
        return day


class RedLetterForm(ReasonForm):
    """Why and when it was taken back."""

    on = forms.DateField(label=_("Red-lettered on"), widget=DayInput)
    red_number = _number(label=_("Number of the red-letter fapiao"), required=False)
    field_order = ("on", "red_number", "reason")

    def __init__(self, today: date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        _no_later(day, self.today)
        return day


class CorrectForm(ReasonForm):
    """All that is known of a fapiao, as it should have been recorded, and what was wrong."""

    status = forms.ChoiceField(label=_("Status"))
    number = _number(label=_("Number"), required=False)
    type = forms.ChoiceField(label=_("Type"), choices=FapiaoType)
    issued_on = forms.DateField(label=_("Date"), widget=DayInput, required=False)
    amount = AmountField(label=_("Amount including VAT"), required=False)
    delivered_on = forms.DateField(label=_("Delivered on"), widget=DayInput, required=False)
    delivery = forms.CharField(label=_("How it was delivered"), max_length=200, required=False)
    field_order = (
        "status", "number", "type", "issued_on", "amount", "delivered_on", "delivery", "reason",
    )  # fmt: skip

    def __init__(self, fapiao: Fapiao, today: date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        here = FapiaoStatus(fapiao.status)
        names = Correction.__dataclass_fields__
        self.initial = {**{name: getattr(fapiao, name) for name in names}, **self.initial}
        allowed = [here, *(each for each in FapiaoStatus if each in lifecycle.CORRECTIONS[here])]
        self.fields["status"].choices = [(each.value, each.label) for each in allowed]  # type: ignore[attr-defined]  # a ChoiceField
        self.today = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        status = cleaned.get("status")
        if status in EXISTING and not cleaned.get("number"):
            self.add_error("number", _t("An issued fapiao has a number."))
        if status in EXISTING and not cleaned.get("issued_on"):
            self.add_error("issued_on", _t("An issued fapiao has a date."))
        if status == FapiaoStatus.DELIVERED and not cleaned.get("delivered_on"):
            self.add_error("delivered_on", _t("When was it delivered?"))
        for name in ("issued_on", "delivered_on"):
            if (day := cleaned.get(name)) and day > self.today:
                self.add_error(name, _t("This day has not come yet."))
        return cleaned

    @property
    def correction(self) -> Correction:
        """The cleaned facts."""
        facts = {name: self.cleaned_data[name] for name in Correction.__dataclass_fields__}
        return Correction(**{**facts, "status": FapiaoStatus(facts["status"])})


class ManyIssuedForm(forms.Form):
    """Numbers of many fapiao at once: two columns, as they are copied from a spreadsheet."""

    partner = forms.IntegerField(widget=forms.HiddenInput)
    issued_on = forms.DateField(label=_("Date"), widget=DayInput)
    type = forms.ChoiceField(label=_("Type"), choices=FapiaoType)
    lines = forms.CharField(
        label=_("Invoice number and fapiao number"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_(
            "One invoice a line, then its fapiao's 20 digits. Lines without digits are left out;"
            " the same fapiao may stand beside several invoices of one customer."
        ),
    )

    def __init__(self, of: Partner, today: date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.of, self.today = of, today

    def clean_issued_on(self) -> date:
        day: date = self.cleaned_data["issued_on"]
        _no_later(day, self.today)
        return day

    def clean_lines(self) -> list[tuple[Invoice, str]]:
        rows = list(self._rows(self.cleaned_data["lines"]))
        if not rows:
            raise ValidationError(_t("No line has a fapiao number yet."))
        if len(rows) > MANY:
            raise ValidationError(_t("At most %(many)s at once."), params={"many": MANY})
        numbers = [number for number, _fapiao in rows]
        mine = Invoice.objects.of_partner(self.of).filter(number__in=numbers)
        found = {invoice.number: invoice for invoice in mine.select_related("customer")}
        problems = [
            ValidationError(_t("%(number)s: there is no such invoice."), params={"number": number})
            for number in numbers
            if number not in found
        ]
        problems += [
            ValidationError(_t("%(number)s stands here twice."), params={"number": number})
            for number in {each for each in numbers if numbers.count(each) > 1}
        ]
        if problems:
            raise ValidationError(problems)
        return [(found[number], fapiao) for number, fapiao in rows]

    def _rows(self, text: str) -> Iterator[tuple[str, str]]:
        for line in text.splitlines():
            number, _gap, fapiao = (
                line.strip().partition(" ") if "\t" not in line else (line.strip().partition("\t"))
            )
            digits = re.sub(r"\s", "", fapiao)
            if not digits:
                continue
            if not re.fullmatch(r"[0-9]{20}", digits):
                raise ValidationError(
                    _t("%(number)s: a fapiao number has 20 digits."), params={"number": number}
                )
            yield number.upper(), digits

    @property
    def answers(self) -> list[tuple[Invoice, Facts]]:
        """Each invoice with the facts of its fapiao."""
        words = self.cleaned_data
        return [
            (invoice, Facts(number=number, type=words["type"], issued_on=words["issued_on"]))
            for invoice, number in words["lines"]
        ]
