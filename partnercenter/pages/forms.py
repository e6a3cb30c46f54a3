"""Cleans what people type in dialogs that concern several rooms."""

from collections.abc import Collection, Sequence
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnercenter.withholding import ReasonChoice
from subscriptions.models import Hold, HoldReason


class ReasonRadios(forms.RadioSelect):
    """Reasons that may not be chosen stay visible, switched off, with the reason why."""

    refusals: dict[str, str] = {}

    def create_option(self, name, value, *args, **kwargs):  # type: ignore[no-untyped-def]  # Django's own signature
        option = super().create_option(name, value, *args, **kwargs)
        if self.refusals.get(str(value)):
            option["attrs"]["disabled"] = True
        return option


class SuspendForm(forms.Form):
    """Why, in which words, and what the dialog showed when it was opened."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), widget=ReasonRadios)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stays in the timeline. The customer does not read it."),
    )
    state = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, choices: Sequence[ReasonChoice], data: object = None, **kwargs: object):
        super().__init__(data, **kwargs)  # type: ignore[arg-type]  # Django's own keywords
        field = self.fields["reason"]
        field.choices = [(choice.reason.value, _labelled(choice)) for choice in choices]  # type: ignore[attr-defined]  # a ChoiceField
        field.widget.refusals = {choice.reason.value: choice.refusal for choice in choices}

    def clean_reason(self) -> HoldReason:
        reason = HoldReason(self.cleaned_data["reason"])
        refusal = self.fields["reason"].widget.refusals.get(reason.value)
        if refusal:
            raise forms.ValidationError(refusal)
        return reason


def _labelled(choice: ReasonChoice) -> str:
    if not choice.refusal:
        return choice.label
    return _("%(reason)s: not now, %(why)s") % {"reason": choice.label, "why": choice.refusal}


class UnblockForm(forms.Form):
    """Which reasons are lifted, why, and until when a debt is not proposed again."""

    holds = forms.ModelMultipleChoiceField(
        Hold.objects.none(),
        label=gettext_lazy("Reasons to lift"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one reason to lift.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    not_before = forms.DateField(
        label=gettext_lazy("Do not propose again before"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("While money is owed. It pauses chasing until that day."),
    )

    def __init__(
        self,
        holds: Collection[Hold],
        *,
        default_pause: date | None,
        doubt: str,
        today: date,
        data: object = None,
    ):
        super().__init__(data)  # type: ignore[arg-type]  # QueryDict or None
        self.today = today
        field = self.fields["holds"]
        field.queryset = Hold.objects.filter(pk__in=[hold.pk for hold in holds])  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        field.label_from_instance = lambda hold: hold.get_reason_display()  # type: ignore[attr-defined]  # the same
        field.initial = [hold.pk for hold in holds]
        if default_pause is None:
            del self.fields["not_before"]
        else:
            pause = self.fields["not_before"]
            pause.initial, pause.help_text = default_pause, f"{pause.help_text} {doubt}".strip()

    def clean_not_before(self) -> date | None:
        chosen: date | None = self.cleaned_data["not_before"]
        if chosen is not None and chosen <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        return chosen
