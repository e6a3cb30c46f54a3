"""Cleans what people type about 21Vianet's invoices to us."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.forms import DayInput

EARLIEST = date(2010, 1, 1)


class TotalField(forms.DecimalField):
    """An amount as printed on the invoice; credits make it negative."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, **options)


class InvoiceForm(forms.Form):
    """21Vianet's invoice as printed."""

    number = forms.CharField(label=_("21Vianet's invoice number"), max_length=60)
    issued_on = forms.DateField(label=_("Invoice date"), widget=DayInput)
    currency = forms.RegexField(r"^[A-Z]{3}$", label=_("Currency"))
    total = TotalField(
        label=_("Total after tax"),
        help_text=_("As printed. It shows whether a part of the file is missing."),
    )

    def clean_number(self) -> str:
        return " ".join(str(self.cleaned_data["number"]).split())

    def clean_issued_on(self) -> date:
        day: date = self.cleaned_data["issued_on"]
        if day < EARLIEST:
            raise forms.ValidationError(_t("The year seems to be wrong."))
        return day
