"""The accounts to which customers pay: read and changed by those who manage the policy."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners import banking
from partners.access import partner_ids_where
from partners.forms import BankAccountForm
from partners.http import PortalRequest, list_view, posted, record_view
from partners.models import PartnerBankAccount
from partners.permissions import Permission
from partners.views.settings import tabs

MANAGE = Permission.MANAGE_POLICY


@require_GET
@list_view(MANAGE)
def index(request: PortalRequest) -> HttpResponse:
    """All accounts of the partner, those no longer used among them."""
    accounts = PartnerBankAccount.objects.filter(partner=request.partner)
    context = {"accounts": accounts, "tabs": tabs(request)}
    return render(request, "partners/bank_accounts.html", context)


@require_http_methods(["GET", "POST"])
@list_view(MANAGE)
def add(request: PortalRequest) -> HttpResponse:
    """Name another account."""
    if request.method == "POST" and request.POST.get("of") != str(request.partner.pk):
        message = _("You have switched to another partner since.")
        return render(request, "409.html", {"message": message}, status=409)
    account = PartnerBankAccount(partner=request.partner, holder=request.partner.name)
    return _edit(request, account, _("Add a bank account"))


@require_http_methods(["GET", "POST"])
@record_view(MANAGE)
def edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Correct an account, or stop printing it."""
    mine = PartnerBankAccount.objects.filter(partner__in=partner_ids_where(request.user, MANAGE))
    account = get_object_or_404(mine.select_related("partner"), pk=pk)
    return _edit(request, account, _("Change the bank account"))


def _edit(request: PortalRequest, account: PartnerBankAccount, title: str) -> HttpResponse:
    form = BankAccountForm(posted(request), instance=account)
    if form.is_bound and form.is_valid():
        banking.save(form.save(commit=False), by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("The bank account is saved."))
        return redirect("partners:bank_accounts")
    status = 422 if form.is_bound else 200
    context = {"form": form, "title": title}
    return render(request, "partners/bank_account.html", context, status=status)
