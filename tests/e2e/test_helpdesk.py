"""The help desk answers “why can't I sign in?” without knowing what anybody owes."""

import pytest

from tests.e2e.amounts import assert_no_amount
from tests.e2e.conftest import Arrive
from tests.e2e.stack import Emulator

pytestmark = pytest.mark.e2e
PARTNER = "4390934"


def test_help_desk_tells_the_reason_by_the_callers_sign_in_name(
    arrive: Arrive, emulator: Emulator
) -> None:
    suspended = next(
        customer
        for customer in emulator.customers(PARTNER)
        if any(each["status"] == "suspended" for each in customer["subscriptions"])
    )
    agent = arrive("helpdesk").open("/helpdesk/")
    agent.main.get_by_label("Sign-in name").fill(f"wang.fang@{suspended['domain']}")
    agent.press("Find")
    agent.sees(suspended["company_name"])
    agent.sees("Why is it suspended, and what lifts it?")
    agent.sees("What lifts it")
    agent.sees("Do not say")
    assert_no_amount(agent.page)
