"""What every room's Django admin stands on: read-only rows, and audited changes."""

from typing import Any, cast, override

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from partners import audit
from partners.models import Partner, User


class ReadOnly:
    """Mixed into an admin or an inline: rows that only the portal's services write."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ReadOnlyAdmin[M: models.Model](ReadOnly, admin.ModelAdmin[M]):
    """A list to search and a record to read."""

    show_full_result_count = False
    list_per_page = 50


class Audited(admin.ModelAdmin[Any]):
    """Rows that platform admins change; each change is in the trail. Nothing is deleted here."""

    audit_name = ""

    @override
    def save_model(
        self, request: HttpRequest, obj: models.Model, form: forms.ModelForm[Any], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        verb = "changed" if change else "added"
        fact = audit.Fact(
            partner_id=obj.pk if isinstance(obj, Partner) else getattr(obj, "partner_id", None),
            customer_id=getattr(obj, "customer_id", None),
            subject=obj,
            kind=f"{self.audit_name or obj._meta.model_name}.{verb}_in_admin",
            reason="Django admin",
            before={name: form.initial.get(name) for name in self._told(form)} if change else {},
            after={
                **{name: form.cleaned_data.get(name) for name in self._told(form)},
                **self.marks(obj),
            },
        )
        audit.record(fact, by=cast(User, request.user))

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def marks(self, obj: Any) -> dict[str, object]:
        """What the trail notes besides the changed values."""
        return {}

    def _told(self, form: forms.ModelForm[Any]) -> list[str]:
        return [name for name in form.changed_data if name not in _SECRET]


_SECRET = frozenset({"password", "password1", "password2", "client_secret"})
