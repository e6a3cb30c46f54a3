"""The partner's settings and the table of permissions."""

import json
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners import services
from partners.access import can
from partners.forms import SettingsForm
from partners.http import PortalRequest, ensure, list_view
from partners.models import AdminRole, AgentRole, PartnerSettings
from partners.permissions import GRANTS, Permission

READ = Permission.SEE_CUSTOMERS
AMOUNTS = frozenset({"minimum_overdue_amount"})
COLUMNS = (
    AdminRole.GLOBAL,
    AgentRole.ADMIN,
    AgentRole.SALES,
    AgentRole.HELP_DESK,
    AdminRole.BILLING,
    AdminRole.USER_MANAGEMENT,
)


@require_http_methods(["GET", "POST"])
@list_view(READ)
def settings(request: PortalRequest) -> HttpResponse:
    """The settings: to read for everybody, to change for those who manage the policy."""
    current = PartnerSettings.objects.get(partner=request.partner)
    if request.method == "POST":
        return _change(request, current)
    initial = {"partner": request.partner.pk, "seen": _digest(current)}
    return _page(request, current, SettingsForm(instance=current, initial=initial))


def _change(request: PortalRequest, current: PartnerSettings) -> HttpResponse:
    ensure(request.user, Permission.MANAGE_POLICY, request.partner)
    form = SettingsForm(request.POST, instance=PartnerSettings.objects.get(pk=current.pk))
    if not form.is_valid():
        return _page(request, current, form, status=422)
    words = form.cleaned_data
    if words["partner"] != request.partner.pk or words["seen"] != _digest(current):
        message = _("The settings, or the partner you work for, have changed meanwhile.")
        return render(request, "409.html", {"message": message}, status=409)
    changes = {
        name: value
        for name, value in words.items()
        if hasattr(current, name) and name != "partner" and getattr(current, name) != value
    }
    if changes:
        services.change_settings(current, changes, by=request.user, reason=words["reason"])
    count = len(changes)
    text = ngettext("%(n)s setting changed.", "%(n)s settings changed.", count) % {"n": count}
    messages.success(request, text)
    return redirect("partners:settings")


def _page(
    request: PortalRequest, current: PartnerSettings, form: SettingsForm, status: int = 200
) -> HttpResponse:
    user, partner = request.user, request.partner
    context = {
        "form": form if can(user, Permission.MANAGE_POLICY, partner) else None,
        "facts": _facts(current, sees_amounts=can(user, Permission.SEE_RECEIVABLES, partner)),
        "tabs": tabs(request),
    }
    return render(request, "partners/settings.html", context, status=status)


def _facts(current: PartnerSettings, *, sees_amounts: bool) -> list[dict[str, object]]:
    hidden = frozenset() if sees_amounts else AMOUNTS
    return [
        {"label": field.verbose_name, "value": _shown(current, field)}
        for field in PartnerSettings._meta.concrete_fields
        if field.name not in {"id", "partner", *hidden}
    ]


def _shown(current: PartnerSettings, field: Field[Any, Any]) -> object:
    if field.choices:
        return getattr(current, f"get_{field.name}_display")()
    value = getattr(current, field.name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value


def _digest(current: PartnerSettings) -> str:
    """What the page was made from: a page made from older settings changes nothing."""
    values = json.dumps(model_to_dict(current), cls=DjangoJSONEncoder, sort_keys=True)
    return sha256(values.encode()).hexdigest()[:32]


def tabs(request: PortalRequest) -> list[dict[str, object]]:
    """The pages below Settings."""
    pages = [
        ("partners:settings", _("Settings"), READ),
        ("partners:calendar", _("Working days"), READ),
        ("partners:bank_accounts", _("Bank accounts"), Permission.MANAGE_POLICY),
        ("partners:people", _("People"), Permission.MANAGE_PEOPLE),
        ("partners:permissions", _("Permissions"), READ),
    ]
    return [
        {"url": reverse(name), "label": label, "is_current": request.path == reverse(name)}
        for name, label, right in pages
        if can(request.user, right, request.partner)
    ]


@require_GET
@list_view(READ)
def permissions(request: PortalRequest) -> HttpResponse:
    """Who may do what: the table by which the portal decides, row by row."""
    context = {
        "columns": [role.label for role in COLUMNS],
        "rows": [
            {"label": right.label, "cells": [_cell(right, role) for role in COLUMNS]}
            for right in Permission
        ],
        "sales_see_receivables": request.partner.settings.sales_see_receivables,
        "tabs": tabs(request),
    }
    return render(request, "partners/permissions.html", context)


def _cell(right: Permission, role: AgentRole | AdminRole) -> dict[str, object]:
    """Yes, no, or the role that has to come along."""
    with_others = [combination - {role} for combination in GRANTS[right] if role in combination]
    needed = next(iter(sorted(with_others, key=_size)), frozenset[str]())
    labels = [column.label for column in COLUMNS if column.value in needed]
    return {"is_granted": bool(with_others), "together_with": ", ".join(map(str, labels))}


def _size(roles: frozenset[str]) -> int:
    return len(roles)
