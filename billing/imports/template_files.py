"""Files to start from: the column names in the reader's language, and one row as an example."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import get_language

from billing.models import ImportKind

_HEADERS: dict[str, dict[str, tuple[str, ...]]] = {
    ImportKind.BANK_STATEMENT: {
        "zh": ("交易日期", "金额", "币种", "对方户名", "对方账号", "交易流水号", "附言",
               "本方账号"),
        "en": ("Date", "Amount", "Currency", "Payer", "Payer account", "Bank serial number",
               "Remark", "Our bank account"),
        "it": ("Data", "Importo", "Valuta", "Ordinante", "Conto controparte", "Numero operazione",
               "Causale", "Nostro conto"),
    },
    ImportKind.OPENING_BALANCES: {
        "zh": ("客户", "账单编号", "账单日期", "到期日", "账期", "币种", "原金额", "未付金额",
               "税率", "备注"),
        "en": ("Customer", "Invoice number", "Issue date", "Due date", "Terms days", "Currency",
               "Original total", "Open amount", "VAT rate", "Remark"),
        "it": ("Cliente", "Numero fattura", "Data fattura", "Scadenza", "Giorni", "Valuta",
               "Totale originario", "Importo aperto", "Aliquota IVA", "Nota"),
    },
}  # fmt: skip


def header(kind: str, language: str | None = None) -> Sequence[str]:
    """The names of the columns in a language, else in the reader's; the import knows them all."""
    names = _HEADERS[kind]
    return names.get((language or get_language() or "en")[:2], names["en"])


def example(kind: str, today: date, currency: str) -> Sequence[object]:
    """One believable row in the order of the header."""
    if kind == ImportKind.BANK_STATEMENT:
        return (
            today, "1060.00", currency, "上海测试有限公司", "6222020200012345678",
            f"{today:%Y%m%d}B00123", "INV-2026-00042", "31001550400050012345",
        )  # fmt: skip
    issued_on = today - timedelta(days=40)
    return (
        "上海测试有限公司", "A-2025-017", issued_on, today, "", currency, "2120.00", "1060.00",
        "6", "",
    )  # fmt: skip
