"""What Partner Center accepts of a change to a subscription, and what it refuses and how.

From the Partner Center docs: "Suspend a subscription", "Reactivate a suspended subscription",
"Change the quantity of a subscription" and "Error codes".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from vianet.emulator.seed import Resource

ACTIVE, SUSPENDED, DELETED = "active", "suspended", "deleted"
MAX_QUANTITY = 10_000_000

_CHANGEABLE = (
    "status",
    "quantity",
    "friendlyName",
    "autoRenewEnabled",
    "billingCycle",
    "partnerId",
)


@dataclass
class Problem(Exception):
    """An answer in Partner Center's error schema."""

    status: HTTPStatus
    code: int
    description: str

    def body(self) -> dict[str, object]:
        return {
            "code": self.code,
            "description": self.description,
            "data": [],
            "source": "PartnerFD",
        }


def changed(current: Resource, sent: Mapping[str, object], *, base_status: str | None) -> Resource:
    """The subscription after the change, raising `Problem` where the real service refuses.

    `sent` has its keys in lower case; `base_status` is that of an add-on's base subscription.
    """
    _check_identity(current, sent)
    wanted = {name: sent[name.lower()] for name in _CHANGEABLE if _differs(current, sent, name)}
    if current["status"] == DELETED:
        raise _bad(2011, "A subscription with deleted status cannot be updated.")
    _check_status(str(current["status"]), sent, base_status)
    _check_not_suspended(str(current["status"]), wanted)
    if "billingCycle" in wanted:
        raise _bad(2054, "The billing cycle must be changed through the order.")
    if "quantity" in wanted:
        wanted["quantity"] = _checked_quantity(wanted["quantity"])
    return _without_reasons({**current, **wanted})


def _check_identity(current: Resource, sent: Mapping[str, object]) -> None:
    if str(sent.get("id", "")).lower() != str(current["id"]).lower():
        raise _bad(3000, "A full subscription resource is required: the id is missing or another.")


def _differs(current: Resource, sent: Mapping[str, object], name: str) -> bool:
    if name.lower() not in sent:
        return False
    value = sent[name.lower()]
    return value is not None and str(value).lower() != str(current.get(name)).lower()


def _check_status(status: str, sent: Mapping[str, object], base_status: str | None) -> None:
    wanted = str(sent.get("status") or status).lower()
    known = {ACTIVE, SUSPENDED}
    if wanted != status and (status not in known or wanted not in known):
        raise _bad(800040, f"Asset status cannot be changed to {wanted} from {status}.")
    if wanted == ACTIVE and status != ACTIVE and base_status not in {None, ACTIVE}:
        raise Problem(
            HTTPStatus.CONFLICT,
            27009,
            "The child subscription cannot be enabled when the parent is not Active.",
        )


def _check_not_suspended(status: str, wanted: Mapping[str, object]) -> None:
    if status != SUSPENDED:
        return
    if "quantity" in wanted:
        raise _bad(2001, "The quantity cannot be changed while the subscription is suspended.")
    if set(wanted) - {"status"}:
        raise _bad(800091, "Cannot update a subscription with suspended status.")


def _checked_quantity(value: object) -> int:
    if isinstance(value, bool) or not str(value).strip().isdecimal():
        raise _bad(3000, "The property quantity is invalid.")
    quantity = int(str(value))
    if not 1 <= quantity <= MAX_QUANTITY:
        raise _bad(2002, f"The quantity must be between 1 and {MAX_QUANTITY}.")
    return quantity


def _without_reasons(resource: Resource) -> Resource:
    resource["status"] = str(resource["status"]).lower()
    if resource["status"] == ACTIVE:
        resource.pop("suspensionReasons", None)
    return resource


def _bad(code: int, description: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, code, description)
