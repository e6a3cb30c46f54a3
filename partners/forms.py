"""Cleans what people type about themselves, their colleagues and their partner."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.attachments.sniffing import MAX_BYTES, MEBIBYTE, kinds_shown
from partners.kinds import KINDS
from partners.models import AdminRole, AgentRole, Partner, PartnerBankAccount, PartnerSettings, User


class ReasonForm(forms.Form):
    """A reason in the person's own words, kept in the timeline."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class UploadForm(forms.Form):
    """A file to keep with a record. What may be kept is decided from its content."""

    file = forms.FileField(label=_("File"), max_length=1000)
    note = forms.CharField(label=_("What it is"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("%(kinds)s; up to %(limit)s MiB.") % {
            "kinds": kinds_shown(),
            "limit": MAX_BYTES // MEBIBYTE,
        }


class SeenReasonForm(ReasonForm):
    """A reason, and what the page was made from."""

    partner = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class CalendarDayForm(SeenReasonForm):
    """A day of one year, and whether it is worked."""

    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    is_working = forms.ChoiceField(
        label=_("Worked?"), choices=[("no", _("Day off")), ("yes", _("Working day"))]
    )
    name = forms.CharField(label=_("Name"), max_length=100)
    field_order = ("day", "is_working", "name", "reason")

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        attributes = {"min": f"{year}-01-01", "max": f"{year}-12-31"}
        self.fields["day"].widget.attrs.update(attributes)

    def clean_day(self) -> date:
        chosen: date = self.cleaned_data["day"]
        if chosen.year != self.year:
            text = _("This page is about %(year)s. Choose the other year first.")
            raise forms.ValidationError(text % {"year": self.year})
        return chosen


class ProfileForm(forms.ModelForm[User]):
    """A person's own name and language."""

    class Meta:
        model = User
        fields = ["name", "language"]


class SettingsForm(forms.ModelForm[PartnerSettings]):
    """What the partner decides for itself, and why it is changed."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the audit trail with the old and the new values."),
    )
    partner = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = PartnerSettings
        exclude = ["partner"]  # noqa: DJ006  (a new setting belongs on this page)
        widgets = {"sweep_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}


class BankAccountForm(ReasonForm, forms.ModelForm[PartnerBankAccount]):
    """An account to which customers pay, and why it is added or changed."""

    of = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PartnerBankAccount
        fields = ["holder", "bank", "number", "cnaps", "swift", "currency", "is_used"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"].initial = self.instance.partner_id
        self.order_fields([*self.Meta.fields, "reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        twins = PartnerBankAccount.objects.filter(
            partner=self.instance.partner_id,
            number=cleaned.get("number"),
            currency=cleaned.get("currency"),
        )
        if twins.exclude(pk=self.instance.pk).exists():
            self.add_error("number", _("This account is there already."))
        return cleaned


class RolesForm(ReasonForm):
    """The two roles of a person at the partner."""

    agent_role = forms.ChoiceField(label=_("Agent role"), choices=AgentRole.choices)
    admin_role = forms.ChoiceField(label=_("Admin role"), choices=AdminRole.choices)
    field_order: tuple[str, ...] = ("agent_role", "admin_role", "reason")


class InvitationForm(RolesForm):
    """A new colleague."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("Somebody who has an account already keeps name, language and password."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("en", "English"), ("zh-hans", "简体中文"), ("it", "Italiano")],
    )
    partner = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("email", "name", "language", "agent_role", "admin_role", "reason")


class ActivityFilter(forms.Form):
    """The filters of the audit trail, kept in the address. Days are days of the partner."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    person = forms.ModelChoiceField(
        label=_("Who"), required=False, queryset=User.objects.none(), empty_label=_("Anybody")
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(
        self, *args: Any, partner: Partner, hidden: tuple[str, ...], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        kinds = sorted(
            (str(label), kind) for kind, label in KINDS.items() if not kind.startswith(hidden)
        )
        choices = [("", _("Anything")), *((kind, label) for label, kind in kinds)]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        people = User.objects.filter(memberships__partner=partner)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one."))
        return cleaned

    @property
    def begins(self) -> datetime | None:
        """The first moment of the first day, in the partner's zone."""
        since = self.cleaned_data["since"]
        return since and datetime.combine(since, time.min, tzinfo=self.partner.zone)

    @property
    def ends(self) -> datetime | None:
        """The first moment after the last day, in the partner's zone."""
        until = self.cleaned_data["until"]
        if not until:
            return None
        return datetime.combine(until + timedelta(days=1), time.min, tzinfo=self.partner.zone)
