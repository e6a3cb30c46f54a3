"""Cleans what people type about collections."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from collections_policy.models import Case
from collections_policy.models.case import CaseQuerySet
from customers.models import Customer
from partners.models import Partner
from subscriptions.models import Subscription


class CaseFilter(forms.Form):
    """The filters of the list, kept in the address."""

    ORDERS = {
        "amount": ("-overdue_amount", "id"),
        "age": ("anchor_due_on", "id"),
    }

    q = forms.CharField(label=_("Customer"), required=False, widget=forms.SearchInput)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("All overdue")),
            ("proposed", _("Suspension proposed")),
            ("paused", _("Paused")),
            ("suspended", _("Suspended")),
        ],
    )
    currency = forms.CharField(
        label=_("Currency"),
        required=False,
        max_length=3,
        widget=forms.TextInput(attrs={"size": 4, "autocapitalize": "characters"}),
    )
    at_least = forms.DecimalField(
        label=_("Overdue at least"), required=False, min_value=Decimal(0), max_digits=18
    )
    days = forms.IntegerField(
        label=_("Days overdue at least"), required=False, min_value=1, max_value=3650
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("amount", _("Largest amount first")), ("age", _("Longest overdue first"))],
    )

    def order_by(self) -> tuple[str, ...]:
        """The order asked for, largest amount first by default."""
        chosen = self.cleaned_data.get("order") if self.is_valid() else ""
        return self.ORDERS.get(chosen or "amount", self.ORDERS["amount"])

    def found(self, partner: Partner, business_date: date) -> CaseQuerySet:
        """The partner's open cases that pass the filters; none while a filter makes no sense."""
        cases = Case.objects.of_partner(partner).are_open()
        if not self.is_valid():
            return cases.none()
        wanted = self.cleaned_data
        if wanted["q"].strip():
            customers = Customer.objects.of_partner(partner).matching(wanted["q"].strip())
            cases = cases.filter(customer__in=customers)
        if wanted["currency"]:
            cases = cases.filter(currency=wanted["currency"].upper())
        if wanted["at_least"] is not None:
            cases = cases.filter(overdue_amount__gte=wanted["at_least"])
        if wanted["days"]:
            cases = cases.overdue_for(wanted["days"], business_date)
        return cases.in_state(wanted["show"], business_date)


class NotUntilForm(forms.Form):
    """The date before which nothing is sent or proposed, and why."""

    until = forms.DateField(
        label=_("Not before"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("On this date chasing resumes with the step it left."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> date:
        """A date after today, in the partner's zone."""
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise forms.ValidationError(_("Choose a date after today."))
        return until


class SubscriptionsField(forms.ModelMultipleChoiceField[Subscription]):
    """Subscriptions to choose from, each with its seats."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Subscription) -> str:
        seats = ngettext("%(count)s seat", "%(count)s seats", obj.quantity)
        return f"{obj} · {seats % {'count': obj.quantity}}"


class SuspendCaseForm(forms.Form):
    """Which of the customer's subscriptions are to be suspended, with a note for the timeline."""

    subscriptions = SubscriptionsField(
        queryset=Subscription.objects.none(), label=_("Subscriptions")
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who sees the subscription reads it: name no amount."),
    )

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["subscriptions"]
        assert isinstance(field, SubscriptionsField)  # noqa: S101  (declared above)
        field.queryset = choices
