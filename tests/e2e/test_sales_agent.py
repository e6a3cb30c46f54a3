"""A sales agent may suspend, and never learns what anybody owes."""

from collections import deque
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.amounts import assert_no_amount
from tests.e2e.conftest import Arrive
from tests.e2e.people import Person

pytestmark = pytest.mark.e2e
MOST_PAGES = 50
MOST_OF_ONE_KIND = 3


def test_no_page_a_sales_agent_can_reach_names_an_amount(arrive: Arrive) -> None:
    agent = arrive("sales")
    seen = _crawl(agent)
    assert {"/", "/customers/", "/subscriptions/", "/requests/", "/activity/"} <= seen
    assert any(address.endswith("/suspend/") for address in seen)


def test_dialog_offers_or_refuses_non_payment_with_the_reason(arrive: Arrive) -> None:
    agent = arrive("sales").open("/subscriptions/?status=active")
    agent.main.get_by_role("rowheader").get_by_role("link").first.click()
    agent.open_dialog("Suspend…")
    non_payment = agent.dialog.get_by_role("radio", name="Non-payment")
    expect(non_payment).to_be_visible()
    if non_payment.is_disabled():
        expect(agent.dialog.get_by_label("Non-payment: not now, ")).to_be_visible()
    fraud = agent.dialog.get_by_role("radio", name="needs an admin agent or global admin")
    expect(fraud.first).to_be_disabled()
    assert_no_amount(agent.page)


def _crawl(agent: Person) -> set[str]:
    """Visit what links lead to, a few of each kind of page; each must be free of money."""
    waiting, seen, kinds = deque(["/"]), set[str](), dict[str, int]()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.popleft()
        kind = "".join("#" if letter.isdigit() else letter for letter in urlsplit(address).path)
        kinds[kind] = kinds.get(kind, 0) + 1
        if address in seen or kinds[kind] > MOST_OF_ONE_KIND:
            continue
        seen.add(address)
        agent.open(address)
        assert_no_amount(agent.page)
        waiting.extend(_links(agent))
    return seen


def _links(agent: Person) -> list[str]:
    """Addresses of the portal that the page links to, without downloads."""
    found = agent.page.eval_on_selector_all(
        "a[href]", "links => links.filter(link => link.origin === origin).map(link => link.href)"
    )
    addresses = [link.removeprefix(agent.portal_url).split("#")[0] for link in found]
    return [address for address in addresses if "format=csv" not in address]
