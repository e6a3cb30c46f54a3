"""Which column of a table holds what: names that banks and people use, and where a header stands.

Pure. Names are compared without case, width, spaces and signs; a unit behind them does not matter.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import ImportKind

SEARCHED_ROWS = 30
"""A header stands within so many rows, below title lines."""
LEAST_KNOWN = 2
"""A row with fewer known names is no header."""


@dataclass(frozen=True)
class Field:
    """Something that a column may hold, with the names that columns of it have."""

    name: str
    label: Promise
    spellings: tuple[str, ...]
    is_needed: bool = False


STATEMENT = (
    Field("received_on", _("Date"), (
        "交易日期", "记账日期", "入账日期", "交易时间", "记账时间", "交易日", "日期",
        "transaction date", "booking date", "posting date", "date",
        "data operazione", "data contabile", "data",
    ), is_needed=True),
    Field("credit", _("Money in"), (
        "贷方发生额", "收入金额", "贷方金额", "转入金额", "存入金额", "收入", "贷方",
        "credit amount", "money in", "paid in", "credit", "deposit",
        "accrediti", "importo avere", "avere", "entrate",
    )),
    Field("debit", _("Money out"), (
        "借方发生额", "支出金额", "借方金额", "转出金额", "支取金额", "支出", "借方",
        "debit amount", "money out", "paid out", "debit", "withdrawal",
        "addebiti", "importo dare", "dare", "uscite",
    )),
    Field("amount", _("Amount, in or out"), (
        "交易金额", "发生额", "金额", "transaction amount", "amount", "importo",
    )),
    Field("direction", _("In or out"), (
        "借贷标志", "借贷方向", "借贷", "收支标志", "收支方向", "收支", "debit/credit", "dr/cr",
        "direction", "dare/avere", "segno",
    )),
    Field("currency", _("Currency"), (
        "币种", "货币", "币别", "currency", "ccy", "valuta", "divisa",
    )),
    Field("payer", _("Payer"), (
        "对方户名", "付款人名称", "付款方名称", "对方名称", "对方单位名称", "对方账户名称",
        "付款人户名", "付款人", "counterparty name", "payer name", "counterparty", "payer",
        "ordinante", "controparte",
    )),
    Field("payer_account", _("Payer's account"), (
        "对方账号", "付款人账号", "付款方账号", "对方账户", "counterparty account", "payer account",
        "iban ordinante", "conto controparte",
    )),
    Field("bank_serial", _("Bank serial number"), (
        "交易流水号", "银行流水号", "流水号", "核心流水号", "交易序号", "业务流水号",
        "bank serial number", "transaction id", "transaction number", "serial number", "serial",
        "bank reference", "reference", "numero operazione", "riferimento", "cro", "trn",
    )),
    Field("remark", _("Remark"), (
        "附言", "摘要", "用途", "交易附言", "备注", "remark", "description", "details", "memo",
        "purpose", "causale", "descrizione",
    )),
    Field("remark_more", _("Remark, second column"), (
        "用途", "摘要", "备注", "交易摘要", "附言", "purpose", "details", "note",
    )),
    Field("bank_account", _("Our bank account"), (
        "本方账号", "我方账号", "收款人账号", "收款账号", "our bank account", "our account",
        "nostro conto", "conto",
    )),
)  # fmt: skip

BALANCES = (
    Field("customer", _("Customer"), (
        "客户", "客户名称", "公司名称", "租户id", "客户id", "customer", "customer name", "company",
        "tenant id", "customer id", "cliente", "ragione sociale",
    ), is_needed=True),
    Field("number", _("Invoice number"), (
        "账单编号", "账单号", "发票号码", "编号", "invoice number", "invoice no", "number",
        "numero fattura", "numero",
    ), is_needed=True),
    Field("issued_on", _("Issue date"), (
        "账单日期", "开具日期", "开票日期", "日期", "issue date", "invoice date", "issued on",
        "date", "data fattura", "data emissione", "data",
    ), is_needed=True),
    Field("due_on", _("Due date"), (
        "到期日", "到期日期", "应付日期", "due date", "due on", "scadenza", "data scadenza",
    )),
    Field("terms_days", _("Payment terms (days)"), (
        "账期", "账期天数", "付款天数", "terms days", "payment terms", "payment terms days",
        "terms", "giorni", "termini di pagamento",
    )),
    Field("currency", _("Currency"), (
        "币种", "货币", "currency", "valuta", "divisa",
    )),
    Field("original_total", _("Original total"), (
        "原金额", "账单金额", "总金额", "含税金额", "金额", "original total", "total", "amount",
        "totale originario", "totale", "importo",
    ), is_needed=True),
    Field("open_amount", _("Still open"), (
        "未付金额", "未结金额", "未收金额", "欠款", "余额", "open amount", "still open",
        "outstanding", "balance", "ancora aperto", "importo aperto", "residuo", "saldo",
    ), is_needed=True),
    Field("vat_rate", _("VAT %"), (
        "税率", "增值税税率", "vat", "vat rate", "aliquota iva", "iva",
    )),
    Field("remark", _("Remark"), (
        "备注", "说明", "remark", "note", "comment", "nota",
    )),
)  # fmt: skip

FIELDS: Mapping[str, tuple[Field, ...]] = {
    ImportKind.BANK_STATEMENT: STATEMENT,
    ImportKind.OPENING_BALANCES: BALANCES,
}

type Mapped = dict[str, int]
"""The position of each field's column."""


def folded(name: str) -> str:
    """A column's name without what spellings differ in."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def fingerprint(header: Sequence[str]) -> str:
    """The same for the same column names in the same order."""
    names = [folded(name) for name in header]
    while names and not names[-1]:
        names.pop()
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def suggested(header: Sequence[str], fields: Sequence[Field]) -> Mapped:
    """What the columns hold by their names: each column for one field at most."""
    names = [folded(name) for name in header]
    found: Mapped = {}
    for is_match in (str.__eq__, str.startswith):
        for field in fields:
            if field.name in found:
                continue
            for spelling in map(folded, field.spellings):
                hits = [
                    at
                    for at, name in enumerate(names)
                    if name and is_match(name, spelling) and at not in found.values()
                ]
                if hits:
                    found[field.name] = hits[0]
                    break
    return found


def header_position(rows: Sequence[Sequence[str]], fields: Sequence[Field]) -> int:
    """Which of the first rows has most known column names; the first with cells if none has any."""
    known = [len(suggested(row, fields)) for row in rows[:SEARCHED_ROWS]]
    best = max(known, default=0)
    if best >= LEAST_KNOWN:
        return known.index(best)
    return next((at for at, row in enumerate(rows) if any(row)), 0)


def missing(mapping: Mapping[str, int], kind: str) -> list[Field]:
    """The needed fields that no column holds. A statement needs money in, or an amount."""
    lacking = [field for field in FIELDS[kind] if field.is_needed and field.name not in mapping]
    if kind == ImportKind.BANK_STATEMENT and not {"credit", "amount"} & mapping.keys():
        lacking.append(next(field for field in STATEMENT if field.name == "credit"))
    return lacking
