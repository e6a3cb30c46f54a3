"""Cleans which statement, and in which language a paper is wanted."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.forms import DayInput

LANGUAGES = {"zh-hans": "简体中文", "en": "English", "it": "Italiano"}


class StatementForm(forms.Form):
    """From which day to which, in which currency and language; all may be left out."""

    currency = forms.ChoiceField(label=_("Currency"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=list(LANGUAGES.items())
    )

    def __init__(self, currencies: list[str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["from"] = forms.DateField(label=_("From"), required=False, widget=DayInput)
        self.fields["to"] = forms.DateField(label=_("To"), required=False, widget=DayInput)
        self.fields["currency"].choices = [(each, each) for each in currencies]  # type: ignore[attr-defined]  # a ChoiceField
        self.order_fields(["from", "to", "currency", "language"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and last < first:
            raise ValidationError(_t("The last day is before the first one."))
        return cleaned

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day: from the first of the month before, until today."""
        last: date = self.cleaned_data["to"] or today
        month_before = date(last.year - (last.month == 1), (last.month - 2) % 12 + 1, 1)
        return self.cleaned_data["from"] or month_before, last
