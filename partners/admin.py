"""Partners and people in Django admin, for platform admins."""

from typing import Any, cast, override

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from partners import audit, sealing
from partners.models import (
    Attachment,
    AuditEntry,
    AuditSeal,
    CalendarDay,
    ConfirmedYear,
    Connection,
    Heartbeat,
    Job,
    Membership,
    Partner,
    PartnerSettings,
    User,
)
from partners.platform_admin import Audited, ReadOnlyAdmin


class _PersonCreationForm(AdminUserCreationForm[User]):
    """A new person signs in by e-mail address."""

    class Meta:
        model = User
        fields = ("email", "name", "language")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("Somebody has this e-mail address already."))
        return email


class _PersonChangeForm(UserChangeForm[User]):
    """A person's account."""

    class Meta:
        model = User
        fields = "__all__"


class _MembershipInline(admin.TabularInline[Membership, User]):
    """Where the person works."""

    model = Membership
    extra = 0
    autocomplete_fields = ("partner",)


@admin.register(User)
class PersonAdmin(Audited, UserAdmin[User]):
    """People and what they may do as platform admins."""

    audit_name = "person"
    form = _PersonChangeForm
    add_form = _PersonCreationForm
    list_display = ("email", "name", "language", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "language", "memberships__partner")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    inlines = (_MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language")}),
        (_("Platform"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("email", "name", "language", "usable_password", "password1", "password2")},
        ),
    )

    @override
    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Roles given here are in the trail too."""
        super().save_formset(request, form, formset, change)
        by = cast(User, request.user)
        saved = [*formset.new_objects, *(changed for changed, _names in formset.changed_objects)]
        audit.record_many((_roles_set(membership) for membership in saved), by=by)


def _roles_set(membership: Membership) -> audit.Fact:
    return audit.Fact(
        partner_id=membership.partner_id,
        customer_id=None,
        subject=membership,
        kind="membership.roles_set",
        reason="Django admin",
        after={
            "agent_role": membership.agent_role,
            "admin_role": membership.admin_role,
            "person": membership.user.email,
        },
    )


class _SettingsInline(admin.StackedInline[PartnerSettings, Partner]):
    """Settings are changed on the portal's page, with a reason."""

    model = PartnerSettings
    can_delete = False
    extra = 1
    max_num = 1


@admin.register(Partner)
class PartnerAdmin(Audited):
    """The resellers."""

    audit_name = "partner"
    list_display = ("name", "mpn_id", "billing_day", "currency", "time_zone")
    list_filter = ("currency", "time_zone")
    search_fields = ("name", "mpn_id", "tenant_id")

    def get_inlines(self, request: HttpRequest, obj: Partner | None) -> Any:
        """A new partner gets its settings with it; later they have their own page."""
        return (_SettingsInline,) if obj is None else ()


@admin.register(PartnerSettings)
class PartnerSettingsAdmin(Audited):
    """What each partner decided for itself."""

    audit_name = "partner.settings"
    list_display = (
        "partner",
        "payment_terms_days",
        "sweep_at",
        "sales_see_receivables",
        "suspensions_stopped",
    )
    list_filter = ("sales_see_receivables", "suspensions_stopped")
    search_fields = ("partner__name", "partner__mpn_id")
    autocomplete_fields = ("partner",)

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        return ("partner",) if obj else ()


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin[Membership]):
    """Who works where, in which roles. Roles are set on the portal's page or with the person."""

    list_display = ("user", "partner", "agent_role", "admin_role")
    list_filter = ("partner", "agent_role", "admin_role")
    search_fields = ("user__email", "user__name", "partner__name", "partner__mpn_id")
    list_select_related = ("user", "partner")


class _ConnectionForm(forms.ModelForm[Connection]):
    """The secret is typed in and never shown again."""

    client_secret = forms.CharField(
        label=_("application secret"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text=_("Stored sealed and never shown. Empty: the stored one stays."),
    )

    class Meta:
        model = Connection
        fields = ("partner", "cloud", "tenant_id", "client_id", "client_secret", "writes_enabled")

    def clean_client_secret(self) -> str:
        secret: str = self.cleaned_data["client_secret"]
        if not secret and not self.instance.pk:
            raise forms.ValidationError(_("A new connection needs its secret."))
        return secret

    @override
    def save(self, commit: bool = True) -> Connection:
        if secret := self.cleaned_data["client_secret"]:
            self.instance.sealed_secret = sealing.seal(secret)
        connection: Connection = super().save(commit=commit)
        return connection


@admin.register(Connection)
class ConnectionAdmin(Audited):
    """How the portal reaches Partner Center for each partner."""

    audit_name = "connection"
    form = _ConnectionForm
    list_display = ("partner", "cloud", "writes_enabled", "read_at", "failed_at", "failure")
    list_filter = ("cloud", "writes_enabled")
    search_fields = ("partner__name", "partner__mpn_id", "tenant_id", "client_id")
    autocomplete_fields = ("partner",)
    readonly_fields = ("read_at", "failed_at", "failure")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    """The audit trail of all partners."""

    list_display = ("at", "kind", "partner_id", "customer_ref", "by_name", "subject", "reason")
    list_filter = ("at", "kind")
    search_fields = ("kind", "by_name", "subject_id", "reason")
    show_full_result_count = False

    @admin.display(description=_("subject"))
    def subject(self, entry: AuditEntry) -> str:
        return f"{entry.subject_kind} {entry.subject_id}"


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin[AuditSeal]):
    """The chain of hashes over the trail."""

    list_display = ("sealed_at", "entries", "from_transaction", "to_transaction", "digest")
    search_fields = ("digest",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin[Job]):
    """Long work, waiting, running and done."""

    list_display = ("kind", "partner", "owner", "status", "done", "total", "created_at", "error")
    list_filter = ("status", "kind", "partner")
    search_fields = ("kind", "owner__email", "error")
    list_select_related = ("partner", "owner")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin[Heartbeat]):
    """When recurring work last ran to its end."""

    list_display = ("name", "at")
    search_fields = ("name",)


@admin.register(CalendarDay)
class CalendarDayAdmin(Audited):
    """Holidays, and weekend days that are worked."""

    audit_name = "calendar"
    list_display = ("date", "partner", "name", "is_working")
    list_filter = ("partner", "is_working")
    search_fields = ("name",)
    date_hierarchy = "date"


@admin.register(ConfirmedYear)
class ConfirmedYearAdmin(ReadOnlyAdmin[ConfirmedYear]):
    """Years whose working days a person confirmed."""

    list_display = ("year", "partner", "confirmed_by", "confirmed_at")
    list_filter = ("partner",)
    search_fields = ("confirmed_by__name",)
    list_select_related = ("partner", "confirmed_by")


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin[Attachment]):
    """Files kept with records: what is known of them, never their bytes."""

    exclude = ("content",)
    list_display = ("name", "partner", "subject_kind", "subject_id", "scan", "uploaded_at")
    list_filter = ("scan", "partner")
    search_fields = ("name", "sha256")
    list_select_related = ("partner",)
