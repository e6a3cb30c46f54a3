"""Cleans which day or period of the books a person asks for."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing import history
from billing.forms import DayInput
from billing.labels import buckets
from billing.receivables import BUCKETS

OVERDUE = "overdue"
LONGEST_PERIOD = timedelta(days=3660)


class DayForm(forms.Form):
    """One evening of the past, or today so far."""

    on = forms.DateField(label=_("As of the end of"), required=False, widget=DayInput)

    def __init__(self, today: date, data: Any) -> None:
        super().__init__({"on": today, **{name: data[name] for name in data}})
        self.today = today

    @property
    def day(self) -> date:
        """The day asked for; today when it was none."""
        day: date | None = self.cleaned_data.get("on") if self.is_valid() else None
        return day or self.today

    def clean_on(self) -> date | None:
        day: date | None = self.cleaned_data["on"]
        if day and day > self.today:
            raise ValidationError(_t("Nobody knows yet what will be owed on that day."))
        return day


class AgeingForm(DayForm):
    """An evening, and the currency whose customers are listed."""

    currency = forms.CharField(required=False, max_length=3, widget=forms.HiddenInput)


class OpenInvoicesForm(DayForm):
    """An evening, and which of the invoices that were open then."""

    currency = forms.CharField(label=_("Currency"), required=False, max_length=3)
    bucket = forms.ChoiceField(label=_("Overdue for"), required=False)
    customer = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, today: date, data: Any) -> None:
        super().__init__(today, data)
        names = buckets()
        choices = [(bucket, names[bucket]) for bucket in BUCKETS]
        bucket = self.fields["bucket"]
        assert isinstance(bucket, forms.ChoiceField)  # noqa: S101  (declared above)
        bucket.choices = [("", _t("Any")), (OVERDUE, _t("Overdue")), *choices]

    @property
    def which(self) -> history.Which:
        """The filter as the ledger reads it."""
        return history.Which(
            currency=self.cleaned_data["currency"].upper(),
            bucket=self.cleaned_data["bucket"],
            customer_id=self.cleaned_data["customer"],
        )


class PeriodForm(forms.Form):
    """Business days from – to, both included; last month when nothing was said."""

    first = forms.DateField(label=_("From"), widget=DayInput)
    last = forms.DateField(label=_("To"), widget=DayInput)

    def __init__(self, today: date, data: Any) -> None:
        end = today.replace(day=1) - timedelta(days=1)
        said = {name: data[name] for name in data}
        super().__init__({"first": end.replace(day=1), "last": end, **said})
        self.today = today

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _t("The period ends before it begins."))
        elif first and last and last - first > LONGEST_PERIOD:
            self.add_error("last", _t("At most ten years at once."))
        if last and last > self.today:
            self.add_error("last", _t("That day has not come yet."))
        return cleaned
