"""Changes customers, contacts and credit decisions; the pages that show them are the shell's."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers import services
from customers.forms import BillingContactForm, ContactForm, CreditDecisionForm, CustomerForm
from customers.models import Contact, ContactRole, Customer
from partners.access import can
from partners.http import MissingPermission, PortalRequest, ensure, posted, record_view
from partners.permissions import Permission


@require_http_methods(["GET", "POST"])
@record_view(Permission.EDIT_CUSTOMERS)
def edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Change what we call the customer, and the language we write in."""
    customer = _visible(request, pk)
    ensure(request.user, Permission.EDIT_CUSTOMERS, customer.partner)
    form = CustomerForm(posted(request), instance=customer)
    if form.is_bound and form.is_valid():
        services.edit_customer(
            customer,
            short_name=form.cleaned_data["short_name"],
            language=form.cleaned_data["language"],
            by=request.user,
            reason=form.cleaned_data["reason"],
            on_paper={name: form.cleaned_data[name] for name in ("tax_number", "address")},
        )
        messages.success(request, _("Saved."))
        return redirect("customer", customer.pk)
    return _form_page(request, customer, form, _("Edit customer"))


@require_http_methods(["GET", "POST"])
@record_view(Permission.EDIT_BILLING_CONTACTS)
def add_contact(request: PortalRequest, pk: int) -> HttpResponse:
    """Add a person to write to."""
    customer = _visible(request, pk)
    contact = Contact(customer=customer, partner=customer.partner, role=ContactRole.BILLING)
    return _edit_contact(request, contact, _("Add contact"))


@require_http_methods(["GET", "POST"])
@record_view(Permission.EDIT_BILLING_CONTACTS)
def edit_contact(request: PortalRequest, pk: int) -> HttpResponse:
    """Change a person to write to."""
    return _edit_contact(request, _contact(request, pk), _("Edit contact"))


@require_http_methods(["GET", "POST"])
@record_view(Permission.EDIT_BILLING_CONTACTS)
def remove_contact(request: PortalRequest, pk: int) -> HttpResponse:
    """Stop writing to a person, after asking."""
    contact = _contact(request, pk)
    _ensure_may_edit(request, contact)
    if request.method == "POST":
        services.remove_contact(contact, by=request.user, reason=_("removed by hand"))
        messages.success(request, _("The contact is removed."))
        return redirect("customer", contact.customer_id)
    effects = [
        _("%(name)s of %(company)s is not written to any more. The timeline keeps the contact.")
        % {"name": contact.name, "company": contact.customer.company}
    ]
    context = {"contact": contact, "effects": effects}
    return render(request, "customers/remove_contact.html", context)


@require_http_methods(["GET", "POST"])
@record_view(Permission.EDIT_CUSTOMERS)
def decide_credit(request: PortalRequest, pk: int) -> HttpResponse:
    """Add a credit decision; earlier ones stay as they were."""
    customer = _visible(request, pk)
    ensure(request.user, Permission.EDIT_CUSTOMERS, customer.partner)
    ensure(request.user, Permission.SEE_RECEIVABLES, customer.partner)
    usual = customer.partner.settings
    initial = {
        "terms_kind": usual.payment_terms_kind,
        "terms_days": usual.payment_terms_days,
        "terms_from": usual.payment_terms_from,
    }
    form = CreditDecisionForm(posted(request), initial=initial)
    if form.is_bound and form.is_valid():
        services.decide_credit(customer, by=request.user, **form.cleaned_data)
        messages.success(request, _("The credit decision is recorded."))
        return redirect("customer", customer.pk)
    return _form_page(request, customer, form, _("Credit decision"))


def _edit_contact(request: PortalRequest, contact: Contact, title: str) -> HttpResponse:
    _ensure_may_edit(request, contact)
    may_edit_all = can(request.user, Permission.EDIT_CONTACTS, contact.partner)
    form_class = ContactForm if may_edit_all else BillingContactForm
    form = form_class(posted(request), instance=contact)
    if form.is_bound and form.is_valid():
        services.save_contact(form.save(commit=False), by=request.user, reason=title)
        messages.success(request, _("Saved."))
        return redirect("customer", contact.customer_id)
    return _form_page(request, contact.customer, form, title)


def _ensure_may_edit(request: PortalRequest, contact: Contact) -> None:
    if can(request.user, Permission.EDIT_CONTACTS, contact.partner):
        return
    ensure(request.user, Permission.EDIT_BILLING_CONTACTS, contact.partner)
    if contact.role != ContactRole.BILLING:
        raise MissingPermission(Permission.EDIT_CONTACTS)


def _visible(request: PortalRequest, pk: int) -> Customer:
    visible = Customer.objects.for_user(request.user).select_related("partner__settings")
    return get_object_or_404(visible, pk=pk)


def _contact(request: PortalRequest, pk: int) -> Contact:
    visible = Contact.objects.for_user(request.user).select_related(
        "customer__partner", "partner__settings"
    )
    return get_object_or_404(visible, pk=pk)


def _form_page(
    request: PortalRequest,
    customer: Customer,
    form: CustomerForm | ContactForm | CreditDecisionForm,
    title: str,
) -> HttpResponse:
    context = {"customer": customer, "form": form, "title": title}
    status = 422 if form.is_bound else 200
    return render(request, "customers/form.html", context, status=status)
