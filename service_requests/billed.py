"""What is wrong in a bill of 21Vianet: asked on the bill's own page, carried by the address."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.files.layouts import SECTION_NAMES
from service_requests.services import Billed


class BilledForm(forms.Form):
    """What is wrong in an invoice of 21Vianet; it goes into the letter by the address."""

    section = forms.ChoiceField(
        label=_("Section of the invoice"),
        required=False,
        choices=[("", "–"), *((key.value, name) for key, name in SECTION_NAMES.items())],
    )
    charged = forms.DecimalField(
        label=_("What 21Vianet charges"), max_digits=18, decimal_places=2, required=False
    )
    expected = forms.DecimalField(
        label=_("What we expected"), max_digits=18, decimal_places=2, required=False
    )

    @property
    def billed(self) -> Billed:
        """What was said and can be read; the rest stays open in the letter."""
        self.is_valid()
        typed = self.cleaned_data
        return Billed(
            section=typed.get("section", ""),
            charged=typed.get("charged"),
            expected=typed.get("expected"),
        )
