"""Cleans what people say about the tables that they upload."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.imports import cells, checker, columns
from billing.models import ImportKind, ImportStatus, TableImport
from billing.tables.problems import ValueRefused
from billing.tables.reader import MEBIBYTE
from partners.models import Partner


class UploadForm(forms.Form):
    """A table, and what it is."""

    partner = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What is it?"), choices=ImportKind)
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV or XLSX, as the bank or your accounting system gives it."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > checker.MAX_BYTES:
            limit = {"limit": str(checker.MAX_BYTES // MEBIBYTE)}
            raise forms.ValidationError(_t("The file is larger than %(limit)s MB."), params=limit)
        return file


class ImportFilter(forms.Form):
    """The filters of the list of imports, kept in the address."""

    q = forms.CharField(label=_("File"), required=False, widget=forms.SearchInput)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Any")), *ImportKind.choices]
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any")), *ImportStatus.choices]
    )


class ColumnsForm(forms.Form):
    """Which column holds what, for which account, in which currency; remembered if named."""

    header_row = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    bank_account = forms.CharField(
        label=_("Account of this statement"),
        max_length=60,
        help_text=_("The account that this statement is of. A serial number counts once in it."),
    )
    currency = forms.CharField(label=_("Currency, where a row does not say it"), max_length=10)
    remember_as = forms.CharField(
        label=_("Remember these columns as"),
        max_length=100,
        required=False,
        help_text=_("For example the bank's name. The next statement like this is read by itself."),
    )

    def __init__(self, table: TableImport, header: list[str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.table, self.header = table, header
        choices = [("", "–"), *((str(at), name or f"#{at + 1}") for at, name in enumerate(header))]
        for field in columns.FIELDS[table.kind]:
            self.fields[f"column_{field.name}"] = forms.TypedChoiceField(
                label=str(field.label),
                choices=choices,
                coerce=int,
                empty_value=None,
                required=field.is_needed,
            )
        if not table.is_statement:
            del self.fields["bank_account"], self.fields["remember_as"]
        mapped = [f"column_{field.name}" for field in columns.FIELDS[table.kind]]
        self.order_fields(["header_row", *mapped])

    def clean_currency(self) -> str:
        try:
            return cells.currency(self.cleaned_data["currency"])
        except ValueRefused as refused:
            message = _t("A currency has three letters, such as CNY.")
            raise forms.ValidationError(message) from refused

    def clean(self) -> dict[str, Any]:
        """Each column for one thing; a statement has money in, or an amount."""
        typed = super().clean() or self.cleaned_data
        chosen = list(self.mapping.values())
        if len(chosen) != len(set(chosen)):
            self.add_error(None, _t("A column can hold only one of these."))
        if self.table.is_statement and not {"credit", "amount"} & self.mapping.keys():
            self.add_error("column_credit", _t("Which column has the money that came in?"))
        return typed

    @property
    def mapping(self) -> dict[str, int]:
        """The position of each field's column."""
        found = {
            name.removeprefix("column_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("column_") and value is not None
        }
        if "credit" in found:
            found.pop("amount", None)
            found.pop("direction", None)
        return found


class ConfirmForm(forms.Form):
    """Which doubtful rows are other payments, to be recorded as well."""

    accepts_all = forms.BooleanField(required=False)
    rows = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, offered: list[int], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["rows"].choices = [(str(row), str(row)) for row in offered]  # type: ignore[attr-defined]  # a choice field


def upload_form(partner: Partner) -> UploadForm:
    """The empty form for this partner."""
    return UploadForm(initial={"partner": partner.pk})
