"""Cleans what people type about subscriptions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.forms import ReasonForm


class SubscriptionFilter(forms.Form):
    """The filters of the list, kept in the address."""

    q = forms.CharField(
        label=_("Name, offer, customer or ID"), required=False, widget=forms.SearchInput
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Any")),
            ("active", _("Active")),
            ("suspended", _("Suspended")),
            ("moving", _("Being changed")),
            ("person", _("Needs a person")),
            ("differing", _("21Vianet disagrees")),
            ("deletion", _("Deletion clock running")),
        ],
    )


class ReleaseForm(ReasonForm):
    """What 21Vianet said when it released its suspension."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=100,
        help_text=_("The number of 21Vianet's service request or e-mail."),
    )
