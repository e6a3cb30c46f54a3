"""Customers for platform admins: contacts may be corrected, the rest is read."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Contact, CreditDecision, Customer
from partners.platform_admin import Audited, ReadOnly, ReadOnlyAdmin


class ContactInline(ReadOnly, admin.TabularInline[Contact, Customer]):
    """Whom to write to."""

    model = Contact
    fields = ("name", "role", "email", "mobile", "wechat")


class CreditDecisionInline(ReadOnly, admin.TabularInline[CreditDecision, Customer]):
    """What credit was given, newest first."""

    model = CreditDecision
    fields = (
        "terms_kind",
        "terms_days",
        "terms_from",
        "limit",
        "currency",
        "prepayment",
        "reason",
        "decided_by",
        "decided_at",
    )


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin[Customer]):
    """Companies as 21Vianet shows them."""

    list_display = ("company", "short_name", "domain", "partner", "is_judged", "seen_at")
    list_filter = ("partner", "language")
    search_fields = ("search_text", "tenant_id")
    list_select_related = ("partner",)
    inlines = (ContactInline, CreditDecisionInline)

    @admin.display(boolean=True, description=_("newest facts judged"))
    def is_judged(self, obj: Customer) -> bool:
        return obj.is_judged

    def view_on_site(self, obj: Customer) -> str:
        return reverse("customer", args=[obj.pk])


@admin.register(Contact)
class ContactAdmin(Audited):
    """People to write to."""

    list_display = ("name", "customer", "role", "email", "mobile", "partner")
    list_filter = ("role", "partner")
    search_fields = ("name", "email", "mobile", "customer__company")
    list_select_related = ("customer", "partner")
    readonly_fields = ("partner", "customer")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def view_on_site(self, obj: Contact) -> str:
        return reverse("customer", args=[obj.customer_id])


@admin.register(CreditDecision)
class CreditDecisionAdmin(ReadOnlyAdmin[CreditDecision]):
    """What credit was given, by whom and why."""

    list_display = ("customer", "terms_days", "limit", "currency", "prepayment", "decided_at")
    list_filter = ("partner", "prepayment")
    search_fields = ("customer__company", "reason")
    list_select_related = ("customer",)

    def view_on_site(self, obj: CreditDecision) -> str:
        return reverse("customer", args=[obj.customer_id])
