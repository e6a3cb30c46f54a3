"""Cleans what people type when they change a draft by hand."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.drafts import HIGHEST_NET, NewLine
from partners.forms import ReasonForm

DESCRIPTION_CHARACTERS = 500
NOTE_CHARACTERS = 2000


class DescriptionField(forms.CharField):
    """The words of a line, on one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Description"), max_length=DESCRIPTION_CHARACTERS, **options)

    def clean(self, value: Any) -> str:
        return " ".join(super().clean(value).split())


class LineForm(ReasonForm):
    """A line by hand; a price below zero lowers the total."""

    description = DescriptionField()
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=14, decimal_places=6, initial=1)
    unit_price = forms.DecimalField(
        label=_("Unit price before VAT"),
        max_digits=18,
        decimal_places=6,
        help_text=_("Below zero for a reduction."),
    )
    vat_rate = forms.DecimalField(
        label=_("VAT %"),
        max_digits=4,
        decimal_places=2,
        min_value=Decimal(0),
        initial=6,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    field_order = ("description", "quantity", "unit_price", "vat_rate", "reason")

    def __init__(self, seen: int, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["seen"].initial = seen

    def clean_quantity(self) -> Decimal:
        quantity: Decimal = self.cleaned_data["quantity"]
        if quantity <= 0:
            raise ValidationError(_t("Write how many, more than 0."))
        return quantity

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            net = abs(self.line.net)
            if net > HIGHEST_NET:
                raise ValidationError(_t("That is more than a line can hold."))
            if not net:
                raise ValidationError(_t("This line comes to nothing. Write a price."))
        return cleaned

    @property
    def line(self) -> NewLine:
        """What was typed."""
        names = ("description", "quantity", "unit_price", "vat_rate")
        return NewLine(**{name: self.cleaned_data[name] for name in names})


class WordsForm(forms.Form):
    """Other words for a line."""

    description = DescriptionField()


class NoteForm(forms.Form):
    """What the customer reads below the lines."""

    note = forms.CharField(
        label=_("Note to the customer"),
        required=False,
        max_length=NOTE_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Printed below the lines."),
    )
