"""Cleans what people type about letters."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DeliveryForm(forms.Form):
    """How it is known that a letter reached the customer."""

    proof = forms.CharField(
        label=_("To whom, when, and how do you know?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AgainForm(forms.Form):
    """Why a letter is sent once more."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
