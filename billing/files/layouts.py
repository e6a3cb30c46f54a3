"""The two documented layouts of reconciliation files, and which charge belongs to which section.

Source: Partner Center operated by 21Vianet, "Use the reconciliation files" (column tables and
"Mapping charges between an invoice and the reconciliation file"). Columns are found by name.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """Which of the two files."""

    LICENCE = "licence"
    USAGE = "usage"


class Section(StrEnum):
    """A section of 21Vianet's invoice that the files explain."""

    RECURRING = "recurring"
    OTHER_PRODUCTS = "other_products"
    USAGE = "usage"
    CREDITS = "credits"
    OTHER_DISCOUNTS = "other_discounts"
    TAXES = "taxes"
    UNKNOWN = "unknown"


SECTION_NAMES = {
    Section.RECURRING: _("Recurring charges"),
    Section.OTHER_PRODUCTS: _("Other products and services"),
    Section.USAGE: _("Usage charges"),
    Section.CREDITS: _("Credits and adjustments"),
    Section.OTHER_DISCOUNTS: _("Other discounts"),
    Section.TAXES: _("Taxes or VAT"),
    Section.UNKNOWN: _("Other charges"),
}


@dataclass(frozen=True)
class Layout:
    """What a file of one kind holds: its documented columns, and those that we can't do without."""

    kind: Kind
    columns: tuple[str, ...]
    required: frozenset[str]


LICENCE = Layout(
    Kind.LICENCE,
    (
        "PartnerId", "CustomerID", "OrderID", "SubscriptionID",
        "SyndicationPartnerSubscriptionNumber", "OfferID", "DurableOfferID", "OfferName",
        "SubscriptionStartDate", "SubscriptionEndDate", "ChargeStartDate", "ChargeEndDate",
        "ChargeType", "UnitPrice", "Quantity", "Amount", "TotalOtherDiscount", "Subtotal", "Tax",
        "TotalForCustomer", "Currency", "CustomerName", "MPNID", "ResellerMPNID", "DomainName",
        "SubscriptionName", "SubscriptionDescription",
    ),
    frozenset({
        "CustomerID", "SyndicationPartnerSubscriptionNumber", "DurableOfferID", "OfferName",
        "ChargeStartDate", "ChargeEndDate", "ChargeType", "UnitPrice", "Quantity", "Amount",
        "TotalOtherDiscount", "Subtotal", "Tax", "TotalForCustomer", "Currency", "CustomerName",
        "MPNID",
    }),
)  # fmt: skip

USAGE = Layout(
    Kind.USAGE,
    (
        "PartnerID", "PartnerName", "PartnerBillableAccountID", "CustomerName", "MPNID",
        "ResellerMPNID", "InvoiceNumber", "ChargeStartDate", "ChargeEndDate", "SubscriptionID",
        "SubscriptionName", "SubscriptionDescription", "OrderID", "ServiceName", "ServiceType",
        "ResourceGUID", "Resource Name", "Region", "SKU", "DetailLineItemId", "ConsumedQuantity",
        "IncludedQuantity", "OverageQuantity", "ListPrice", "PretaxCharges", "TaxAmount",
        "PostTaxTotal", "Currency", "PretaxEffectiveRate", "PostTaxEffectiveRate", "ChargeType",
        "CustomerBillableAccount", "UsageDate", "MeteredRegion", "MeteredService",
        "MeteredServiceType", "Project", "ServiceInfo", "CustomerID", "DomainName",
    ),
    frozenset({
        "CustomerName", "MPNID", "InvoiceNumber", "ChargeStartDate", "ChargeEndDate",
        "SubscriptionID", "ResourceGUID", "OverageQuantity", "ListPrice", "PretaxCharges",
        "TaxAmount", "PostTaxTotal", "Currency", "ChargeType", "CustomerID",
    }),
)  # fmt: skip

LAYOUTS = {Kind.LICENCE: LICENCE, Kind.USAGE: USAGE}

_OTHER_SPELLINGS = {
    "resellerid": "partnerid",
    "resellername": "partnername",
    "resellerbillableaccount": "partnerbillableaccountid",
}
"""The documentation's text names three usage columns differently from its own table."""

OFFSET = "offset a line item"
"""The one charge type that already includes taxes."""

SECTIONS: Mapping[str, Section] = {
    "cancel instance prorate": Section.RECURRING,
    "cycle fee": Section.RECURRING,
    "cycle instance prorate": Section.RECURRING,
    "prorate fees when cancel": Section.RECURRING,
    "prorate fees when purchase": Section.RECURRING,
    "purchase fee": Section.RECURRING,
    "prorate fee when renew": Section.RECURRING,
    "prorate fees when renew": Section.RECURRING,
    "renew fee": Section.RECURRING,
    "prorate fees when activate": Section.OTHER_PRODUCTS,
    "assess usage fee when cancel": Section.USAGE,
    "assess usage fee for current cycle": Section.USAGE,
    OFFSET: Section.CREDITS,
    "activation discount": Section.OTHER_DISCOUNTS,
    "cycle discount": Section.OTHER_DISCOUNTS,
    "renew discount": Section.OTHER_DISCOUNTS,
    "cancel discount": Section.OTHER_DISCOUNTS,
}

SEAT_CHARGES = frozenset({
    "cycle fee", "purchase fee", "renew fee", "prorate fees when purchase",
})  # fmt: skip
"""Charge types whose quantity is the number of seats that a subscription has from then on."""

PRORATED_CHARGES = frozenset({
    "cycle instance prorate", "prorate fees when cancel", "prorate fees when purchase",
    "prorate fee when renew", "prorate fees when renew", "prorate fees when activate",
})  # fmt: skip
"""Charge types for some days of a period."""

WHOLE_CHARGES = frozenset({"cancel instance prorate", "cycle fee", "purchase fee", "renew fee"})
"""Charge types for a whole period, or its reversal, where the amount is seats × price."""


@lru_cache(maxsize=1024)
def section_of(charge_type: str) -> Section:
    """The section of the invoice in which a charge type appears, whatever its case or spacing."""
    return SECTIONS.get(" ".join(charge_type.casefold().split()), Section.UNKNOWN)


def header_key(name: str) -> str:
    """A column's name without what spellings differ in: case, width, spaces, underscores."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    key = "".join(filter(str.isalnum, plain))
    return _OTHER_SPELLINGS.get(key, key)


KNOWN_KEYS = frozenset(header_key(name) for layout in LAYOUTS.values() for name in layout.columns)


def best_layout(header: list[str]) -> Layout | None:
    """The layout whose needed columns the header has most of, or None when it has hardly any."""
    found = {header_key(name) for name in header}

    def share(layout: Layout) -> float:
        keys = {header_key(name) for name in layout.required}
        return len(keys & found) / len(keys)

    best = max(LAYOUTS.values(), key=share)
    return best if share(best) >= 1 / 4 else None


IDS = frozenset(
    map(
        header_key,
        (
            "PartnerId", "OrderID", "SubscriptionID", "SyndicationPartnerSubscriptionNumber",
            "OfferID", "DurableOfferID", "ResellerMPNID", "PartnerBillableAccountID",
            "ResourceGUID", "InvoiceNumber", "DetailLineItemId",
        ),
    )
)  # fmt: skip
"""Columns of ids. Those that no line is known by are only warned of when Excel has rounded them."""
