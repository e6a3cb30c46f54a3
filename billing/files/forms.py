"""Cleans what people type about 21Vianet's invoices, their files and price rules."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.bill.forms import InvoiceForm, TotalField
from billing.files.layouts import SECTION_NAMES
from billing.forms import CustomerField
from billing.models import FileStatus, PriceKind, PriceRule, ReconciliationFile
from billing.tables import reader
from partners.models import Partner


class _ExpectationForm(InvoiceForm):
    """The invoice with what one of its files should amount to."""

    expected_total = TotalField(
        label=_("Total after tax of this file alone"),
        required=False,
        help_text=_("Only if a second file explains the rest of the invoice."),
    )
    replaces = forms.ModelChoiceField(
        ReconciliationFile.objects.none(),
        label=_("This file replaces"),
        required=False,
        empty_label=_("no other file"),
    )

    def __init__(self, *args: Any, partner: Partner, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["currency"].initial = partner.currency
        live = ReconciliationFile.objects.of_partner(partner).live().for_list()
        self.fields["replaces"].queryset = live  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["replaces"].label_from_instance = _file_label  # type: ignore[attr-defined]  # the same


class UploadForm(_ExpectationForm):
    """A file with the invoice it belongs to."""

    partner = forms.IntegerField(widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("Reconciliation file"),
        allow_empty_file=True,
        help_text=_("CSV or XLSX, as downloaded from Partner Center beside the invoice."),
    )
    field_order = ["file", "number", "issued_on", "currency", "total"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > reader.MAX_BYTES:
            limit = {"limit": str(reader.MAX_BYTES // reader.MEBIBYTE)}
            raise forms.ValidationError(_t("The file is larger than %(limit)s MB."), params=limit)
        return file


class CorrectionForm(_ExpectationForm):
    """What to change before the file is checked again. Its invoice's number stays."""

    sections_left_empty: dict[str, Decimal] | None = {}
    number = forms.CharField(disabled=True, label=_("21Vianet's invoice number"))

    @classmethod
    def of(cls, file: ReconciliationFile, data: Any = None) -> "CorrectionForm":
        """Filled in with what was typed last."""
        invoice = file.invoice
        initial = {
            "number": invoice.number,
            "issued_on": invoice.issued_on,
            "currency": invoice.currency,
            "total": invoice.total,
            "expected_total": file.expected_total,
            "replaces": file.replaces_id,
        }
        initial |= {f"section_{name}": value for name, value in invoice.section_totals.items()}
        return cls(data, initial=initial, partner=file.partner)


class FileFilter(forms.Form):
    """The filters of the list of files, kept in the address."""

    q = forms.CharField(label=_("File or invoice number"), required=False, widget=forms.SearchInput)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any")), *FileStatus.choices]
    )


class LineFilter(forms.Form):
    """The filters of a file's lines, kept in the address."""

    q = forms.CharField(
        label=_("Customer, offer or subscription ID"), required=False, widget=forms.SearchInput
    )
    section = forms.ChoiceField(
        label=_("Section"),
        required=False,
        choices=[
            ("", _("Any")),
            *((section.value, name) for section, name in SECTION_NAMES.items()),
        ],
    )


class PriceRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for the checker
    """One price rule; the customer by name, pinyin, domain or tenant ID."""

    partner = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=500)

    class Meta:
        model = PriceRule
        fields = ["offer_id", "kind", "value", "includes_vat", "vat_rate"]
        help_texts = {
            "value": _("A percentage on top of cost, or a price per unit."),
        }

    def __init__(self, *args: Any, of_partner: Partner, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["customer"] = CustomerField(
            of_partner, label=_("Customer"), required=False, help_text=_("Empty: every customer.")
        )
        self.fields["partner"].initial = of_partner.pk
        if self.instance.customer:
            self.fields["customer"].initial = self.instance.customer.tenant_id
        self.fields["value"].required = False
        self.order_fields(
            [
                "customer",
                "offer_id",
                "kind",
                "value",
                "includes_vat",
                "vat_rate",
                "reason",
            ]
        )
        self.of_partner = of_partner

    def clean_offer_id(self) -> str:
        return str(self.cleaned_data["offer_id"]).strip()

    def clean(self) -> dict[str, Any]:
        """A rule's value fits its kind; one rule for each customer and offer."""
        typed = super().clean() or self.cleaned_data
        kind, value = typed.get("kind"), typed.get("value") or Decimal(0)
        typed["value"] = Decimal(0) if kind == PriceKind.NOT_INVOICED else value
        if kind == PriceKind.MARGIN_PERCENT and not -100 < value <= 1000:  # noqa: PLR2004  (per cent)
            self.add_error("value", _t("A margin lies between -100 and 1000 per cent."))
        if kind == PriceKind.UNIT_PRICE and value < 0:
            self.add_error("value", _t("A price is not negative."))
        if typed.get("includes_vat") and kind != PriceKind.UNIT_PRICE:
            self.add_error("includes_vat", _t("Only an own price can include VAT."))
        if "customer" in typed and self._exists(typed):
            self.add_error(None, _t("There is a rule for this customer and offer. Change that."))
        return typed

    def _exists(self, typed: dict[str, Any]) -> bool:
        rules = PriceRule.objects.of_partner(self.of_partner).exclude(pk=self.instance.pk)
        return rules.filter(
            customer=typed["customer"], offer_id__iexact=typed.get("offer_id", "")
        ).exists()


def _file_label(file: ReconciliationFile) -> str:
    return f"{file.invoice.number} · {file.get_kind_display()} · {file.name}"
