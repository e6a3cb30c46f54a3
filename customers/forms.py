"""Cleans what people type about customers."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Contact, ContactRole, CreditDecision, Customer


class CustomerFilter(forms.Form):
    """The filters of the list, kept in the address."""

    q = forms.CharField(
        label=gettext_lazy("Company, short name, pinyin or domain"),
        required=False,
        widget=forms.SearchInput,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Subscriptions"),
        required=False,
        choices=[
            ("", gettext_lazy("Any")),
            ("suspended", gettext_lazy("Some are suspended")),
            ("deletion", gettext_lazy("Deletion clock running")),
        ],
    )


class CustomerForm(forms.ModelForm[Customer]):
    """What the partner calls a customer, and the language it is written to in."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000)

    class Meta:
        model = Customer
        fields = ["short_name", "tax_number", "address", "language"]


class ContactForm(forms.ModelForm[Contact]):
    """A person to write to. At least one way to reach them is needed."""

    class Meta:
        model = Contact
        fields = ["name", "role", "email", "mobile", "wechat"]

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in ("email", "mobile", "wechat")):
            raise ValidationError(_("Enter an e-mail address, a mobile number or a WeChat ID."))
        return cleaned


class BillingContactForm(ContactForm):
    """For people who may change billing contacts only."""

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if role != ContactRole.BILLING:
            raise ValidationError(_("You may change billing contacts only."))
        return role


class CreditDecisionForm(forms.ModelForm[CreditDecision]):
    """Terms and limit in the partner's currency, and why."""

    limit = forms.DecimalField(
        label=gettext_lazy("Credit limit"),
        min_value=0,
        max_digits=18,
        decimal_places=2,
        required=False,
    )

    class Meta:
        model = CreditDecision
        fields = [
            "terms_kind",
            "terms_days",
            "terms_from",
            "limit",
            "prepayment",
            "review_on",
            "reason",
        ]
        widgets = {
            "review_on": forms.DateInput(attrs={"type": "date"}),
            "reason": forms.Textarea(attrs={"rows": 3}),
        }
