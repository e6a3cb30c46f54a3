"""The customers and subscriptions an empty emulator starts with: pure, the same for a seed."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from vianet.emulator.companies import Company, company
from vianet.emulator.demo import DEMO_PARTNERS

ANCHOR = datetime(2026, 11, 1, tzinfo=UTC)  # subscriptions began before and end after this day
MAX_SEATS = 400
MAX_SUBSCRIPTIONS = 4

type Resource = dict[str, object]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something 21Vianet sells; `addon_to` is the offer it can only be bought under."""

    id: str
    name: str
    addon_to: str | None = None


E1 = Offer("91fd106f-4b2c-4938-95ac-f54f74e9a239", "Office 365 Enterprise E1")
E3 = Offer("796b6b5f-613c-4e24-a17c-eba730d49c02", "Office 365 Enterprise E3")
E5 = Offer("a044b16a-1861-4308-8086-a3a3b506fac2", "Office 365 Enterprise E5")
EXCHANGE = Offer("195416c1-3447-423a-b37b-ee59a99a19c4", "Exchange Online (Plan 1)")
PROJECT = Offer("fa7773ec-7313-4e7c-9d86-8e2aa54bb8b8", "Project Plan 3")
VISIO = Offer("b4d4b7f4-4089-43b6-9c44-de97b760fb11", "Visio Plan 2")
ARCHIVING = Offer(
    "2828be95-46ba-4f91-b2fd-0bef192ecf60",
    "Exchange Online Archiving for Exchange Online",
    addon_to=EXCHANGE.id,
)
POWER_BI = Offer("800f4f3b-cfe1-42c1-9cea-675512810488", "Power BI Pro", addon_to=E3.id)
PROTECTION = Offer(
    "a2706f86-868d-4048-989b-0c69e5c76b63", "Advanced Threat Protection", addon_to=E5.id
)
_STREETS = ("人民路", "中山路", "解放路", "科技园路")
BASES = (E3, E3, E3, E1, E5, E5, EXCHANGE, EXCHANGE, PROJECT, VISIO)
ADDONS = {offer.addon_to: offer for offer in (ARCHIVING, POWER_BI, PROTECTION)}


@dataclass(frozen=True, slots=True)
class SeedCustomer:
    """A customer as Partner Center would show it, with its subscriptions.

    `resource` and `subscriptions` are the JSON as sent, without etags and links; `short_name` is
    what people call the company, which Partner Center does not know.
    """

    id: str
    company_name: str
    short_name: str
    domain: str
    language: str
    resource: Resource
    subscriptions: tuple[Resource, ...]


def generate(mpn_id: str, customers: int, seed: int) -> list[SeedCustomer]:
    """The first `customers` customers of a partner; more of them never change the earlier ones."""
    return [_customer(mpn_id, number, seed) for number in range(customers)]


def _customer(mpn_id: str, number: int, seed: int) -> SeedCustomer:
    chance = random.Random(f"{seed}/{mpn_id}/{number}")  # noqa: S311 - believable, not secret
    found = company(number, _offset(mpn_id, seed))
    customer_id = _guid(chance)
    domain = f"{found.label}.partner.onmschina.cn"
    return SeedCustomer(
        id=customer_id,
        company_name=found.name,
        short_name=found.short_name,
        domain=domain,
        language=found.language,
        resource=_customer_resource(customer_id, found, domain, chance),
        subscriptions=tuple(_subscriptions(mpn_id, number, chance)),
    )


def _offset(mpn_id: str, seed: int) -> int:
    known = [partner.mpn_id for partner in DEMO_PARTNERS]
    return seed * 10 + (known.index(mpn_id) if mpn_id in known else 9)


def _customer_resource(
    customer_id: str, found: Company, domain: str, chance: random.Random
) -> Resource:
    culture = {"zh": "zh-CN", "it": "it-IT"}.get(found.language, "en-US")
    address: Resource = {
        "country": "CN",
        "city": found.city,
        "addressLine1": f"{chance.choice(_STREETS)}{chance.randint(1, 880)}号",
        "postalCode": f"{chance.randint(100_000, 719_999)}",
        "phoneNumber": f"139{chance.randint(10_000_000, 99_999_999)}",
    }
    return {
        "id": customer_id,
        "commerceId": _guid(chance),
        "companyProfile": {
            "tenantId": customer_id,
            "domain": domain,
            "companyName": found.name,
            "address": address,
            "email": f"it@{domain}",
            "attributes": {"objectType": "CustomerCompanyProfile"},
        },
        "billingProfile": {
            "id": _guid(chance),
            "firstName": chance.choice(("伟", "芳", "娜", "敏", "静", "磊", "洋", "艳")),
            "lastName": chance.choice(("王", "李", "张", "刘", "陈", "杨", "赵", "黄")),
            "email": f"finance@{found.label}.example.cn",
            "culture": culture,
            "language": culture.split("-", maxsplit=1)[0],
            "companyName": found.name,
            "defaultAddress": address,
            "attributes": {
                "etag": str(chance.randint(-(2**62), 2**62)),
                "objectType": "CustomerBillingProfile",
            },
        },
        "relationshipToPartner": "reseller",
        "allowDelegatedAccess": chance.random() < 0.9,  # noqa: PLR2004 - most customers grant it
        "customDomains": [domain],
        "attributes": {"objectType": "Customer"},
    }


def _subscriptions(mpn_id: str, number: int, chance: random.Random) -> list[Resource]:
    offers = chance.sample(BASES, k=chance.choice((1, 1, 2, 2, 3)))
    found: list[Resource] = []
    for offer in dict.fromkeys(offers):
        base = _subscription(mpn_id, offer, chance)
        found.append(base)
        addon = ADDONS.get(offer.id)
        if addon and (number == 0 or chance.random() < 0.35):  # noqa: PLR2004 - a third has one
            found.append(_addon(mpn_id, addon, base, chance))
    _make_odd(found, _ODDITIES.get(number, {}))
    return found[:MAX_SUBSCRIPTIONS]


def _make_odd(subscriptions: list[Resource], oddity: Resource) -> None:
    base = subscriptions[0]
    base.update(oddity)
    for subscription in subscriptions:
        if subscription.get("parentSubscriptionId") == base["id"]:
            subscription["status"] = base["status"]


def _subscription(mpn_id: str, offer: Offer, chance: random.Random) -> Resource:
    began = ANCHOR - timedelta(days=chance.randint(20, 900), seconds=chance.randint(0, 86_399))
    ends = began.replace(hour=0, minute=0, second=0)
    while ends <= ANCHOR:
        ends += timedelta(days=365)
    return {
        "id": _guid(chance),
        "offerId": offer.id,
        "entitlementId": _guid(chance),
        "offerName": offer.name,
        "friendlyName": offer.name,
        "quantity": min(MAX_SEATS, int(chance.paretovariate(0.6) * 3) - 2),
        "unitType": "Licenses",
        "hasPurchasableAddons": offer.id in ADDONS,
        "creationDate": began.strftime("%Y-%m-%dT%H:%M:%S.") + f"{chance.randint(0, 999):03d}Z",
        "effectiveStartDate": began.strftime("%Y-%m-%dT00:00:00Z"),
        "commitmentEndDate": ends.strftime("%Y-%m-%dT00:00:00Z"),
        "status": "active",
        "autoRenewEnabled": chance.random() < 0.8,  # noqa: PLR2004 - most renew
        "isTrial": False,
        "isMicrosoftProduct": True,
        "publisherName": "Microsoft Corporation",
        "billingType": "license",
        "billingCycle": chance.choice(("monthly", "monthly", "annual")),
        "termDuration": "P1Y",
        "actions": ["edit"],
        "partnerId": mpn_id,
        "contractType": "subscription",
        "orderId": _guid(chance),
    }


def _addon(mpn_id: str, offer: Offer, base: Resource, chance: random.Random) -> Resource:
    addon = _subscription(mpn_id, offer, chance)
    same = ("quantity", "effectiveStartDate", "commitmentEndDate", "billingCycle", "orderId")
    return addon | {name: base[name] for name in same} | {"parentSubscriptionId": base["id"]}


# What the real service is documented to send now and then, by customer number.
_ODDITIES: dict[int, Resource] = {
    2: {"status": "suspended", "suspensionReasons": ["Suspended by the operator"]},
    5: {"status": "pending", "effectiveStartDate": "0001-01-01T00:00:00"},
    6: {
        "offerId": "MS-AZR-0145P",
        "offerName": "Microsoft Azure",
        "friendlyName": "Microsoft Azure",
        "quantity": 1,
        "unitType": "Usage-based",
        "billingType": "usage",
        "commitmentEndDate": "9999-12-10T00:00:00Z",
    },
    8: {"status": "underReview"},
    9: {"creationDate": "2025-11-25T06: 41: 12Z", "commitmentEndDate": "2027-12-12T08: 00: 00"},
    11: {"status": "deleted", "commitmentEndDate": "9999-12-31T23:59:59.997"},
}


def _guid(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))
