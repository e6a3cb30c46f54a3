"""What people without the right to see amounts are told: words, never a figure."""

import json
from collections.abc import Callable

import pytest
from django.template.loader import render_to_string

from collections_policy import eligibility, judging, panels, services
from collections_policy.eligibility import Answer
from collections_policy.models import Case
from partners.models import Partner, User
from subscriptions.models import Hold, Subscription
from tests.factories.billing import overdue_for
from tests.factories.collections import case_at, customer_of
from tests.factories.partners import admin_agent, billing_admin, help_desk_agent, sales_agent
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db
FIGURES = ("1060", "1,060", "1.060")


@pytest.fixture
def case(partner: Partner) -> Case:
    billing_admin(partner)
    found = case_at(partner, 25)
    judging.judge_pending()
    found.customer.refresh_from_db()
    return found


@pytest.fixture
def hold(case: Case) -> Hold:
    subscription: Subscription = SubscriptionFactory.create(customer=case.customer)
    clerk = admin_agent(case.partner)
    [placed] = services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")
    return placed


def shown(case: Case, user: User) -> str:
    panel = panels.customer_panel(case.customer, user)
    assert panel is not None
    return render_to_string(panel.template, {"panel": panel})


@pytest.mark.parametrize("role", [sales_agent, help_desk_agent])
def test_customer_panel_names_no_amount(case: Case, role: Callable[[Partner], User]) -> None:
    text = shown(case, role(case.partner))

    assert not any(figure in text for figure in FIGURES)
    assert "Payment outstanding" in text


@pytest.mark.parametrize("role", [admin_agent, billing_admin])
def test_customer_panel_names_the_amount_to_who_may_see(
    case: Case, role: Callable[[Partner], User]
) -> None:
    assert "1,060.00" in shown(case, role(case.partner))


def test_customer_panel_says_nothing_when_nothing_is_owed(partner: Partner) -> None:
    assert panels.customer_panel(customer_of(partner), sales_agent(partner)) is None


def test_hold_explanation_names_whom_to_ask(hold: Hold) -> None:
    explained = panels.hold_explanation(hold, sales_agent(hold.partner))

    assert not any(figure in explained.lifted_by for figure in FIGURES)
    assert "Ask Person" in explained.lifted_by


def test_hold_explanation_names_the_amount_to_who_may_see(hold: Hold) -> None:
    explained = panels.hold_explanation(hold, billing_admin(hold.partner))

    assert "1,060.00" in explained.lifted_by


def test_eligibility_is_yes_for_a_sales_agent(case: Case) -> None:
    answer = eligibility.of(case.customer, sales_agent(case.partner))

    assert (answer.answer, answer.words) == (Answer.YES, "")


def test_eligibility_is_unknown_while_facts_are_not_judged(case: Case) -> None:
    overdue_for(case.customer, 1)
    case.customer.refresh_from_db()

    assert eligibility.of(case.customer, sales_agent(case.partner)).answer == Answer.UNKNOWN


def test_eligibility_is_no_when_nothing_is_overdue(partner: Partner) -> None:
    answer = eligibility.of(customer_of(partner), sales_agent(partner))

    assert (answer.answer, answer.words) == (Answer.NO, "nothing is overdue")


def test_eligibility_is_no_for_who_may_not_suspend(case: Case) -> None:
    assert not eligibility.of(case.customer, help_desk_agent(case.partner)).is_eligible


def test_eligibility_holds_no_figure(case: Case) -> None:
    answer = eligibility.of(case.customer, sales_agent(case.partner))

    words = json.dumps([answer.words, answer.lifts_when, answer.ask])
    assert not any(figure in words for figure in FIGURES)


def test_home_panel_counts_only_for_who_works_cases(case: Case) -> None:
    sales = panels.home_panel(case.partner, sales_agent(case.partner))
    clerk = panels.home_panel(case.partner, admin_agent(case.partner))

    assert sales is not None
    assert clerk is not None
    assert (sales.context["overdue"], clerk.context["overdue"]) == (None, 1)
    assert "Next sweep" in render_to_string(sales.template, {"panel": sales})
