"""Cure: whoever pays everything in a currency is let go at once, nobody else is."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing import claims, disputes, receipts
from billing.claims import Slip
from billing.fapiao import services as fapiao_services
from billing.fapiao.services import Facts
from billing.models import DisputeCode, DisputeOutcome, Invoice
from collections_policy import judging, readiness, services
from collections_policy.gate import Requirement
from collections_policy.models import ActionStatus, Case, CaseStatus, CaseStep, CloseReason
from customers.models import Customer
from partners import clock
from partners.models import AuditEntry, Partner, PartnerSettings, TermsFrom, User
from subscriptions.models import DesiredStatus, Hold, HoldReason, Subscription
from subscriptions.services import Source, place_hold
from tests.factories.billing import issued_to, overdue_for, receipt_from
from tests.factories.collections import customer_of, swept
from tests.factories.partners import admin_agent
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(partner: Partner) -> User:
    return admin_agent(partner)


@pytest.fixture
def subscription(partner: Partner) -> Subscription:
    """A customer's subscription; the customer can be written to."""
    return SubscriptionFactory.create(customer=customer_of(partner))


def suspended(subscription: Subscription, by: User) -> Subscription:
    """The subscription after a sweep and a person's decision."""
    swept(subscription.partner)
    services.suspend_for_non_payment([subscription], by=by, note="three letters unanswered")
    judging.judge_pending()
    subscription.refresh_from_db()
    assert subscription.desired_status == DesiredStatus.SUSPENDED
    return subscription


def desired(subscription: Subscription) -> str:
    judging.judge_pending()
    subscription.refresh_from_db()
    return subscription.desired_status


def test_full_payment_lifts_and_closes(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)

    receipt_from(subscription.customer, "1060.00")

    assert desired(subscription) == DesiredStatus.ACTIVE
    case = Case.objects.get(customer=subscription.customer)
    assert (case.status, case.close_reason) == (CaseStatus.CLOSED, CloseReason.SETTLED)
    assert AuditEntry.objects.filter(kind="case.closed", subject_id=str(case.pk)).count() == 1


def test_partial_payment_lifts_nothing(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)

    receipt_from(subscription.customer, "1059.99")

    assert desired(subscription) == DesiredStatus.SUSPENDED
    assert Case.objects.get(customer=subscription.customer).is_open


@pytest.mark.parametrize(("tolerated", "wanted"), [("1059.99", "suspended"), ("1060", "active")])
def test_raised_tolerance_lifts_what_is_tolerated_now(
    subscription: Subscription, clerk: User, tolerated: str, wanted: str
) -> None:
    overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)

    PartnerSettings.objects.update(minimum_overdue_amount=tolerated)

    assert desired(subscription) == wanted
    assert judging.judge_pending() == 0


def test_debt_with_a_later_due_date_is_chased_again_from_then(subscription: Subscription) -> None:
    """The day on which the fapiao was delivered is corrected after the sweep saw it overdue."""
    invoice = overdue_for(subscription.customer, 5)
    Invoice.objects.filter(pk=invoice.pk).update(terms_from=TermsFrom.FAPIAO)
    swept(subscription.partner)
    today = clock.business_date(subscription.partner)
    facts = Facts(number="25312000000012345678", type="special", issued_on=today)
    fapiao = fapiao_services.record_issued([invoice], facts, by=None, reason="issued")

    fapiao_services.deliver(fapiao, on=today, how="by hand", by=None, reason="a typing mistake")
    judging.judge_pending()
    swept(subscription.partner, today + timedelta(days=invoice.terms_days + 1))

    cases = Case.objects.filter(customer=subscription.customer).order_by("pk")
    assert [case.is_open for case in cases] == [False, True]


@pytest.mark.parametrize("paid", [0, 1, 2], ids=["the oldest", "the middle one", "the last"])
def test_one_of_several_invoices_lifts_nothing(
    subscription: Subscription, clerk: User, paid: int
) -> None:
    invoices = [overdue_for(subscription.customer, days) for days in (25, 20, 15)]
    suspended(subscription, clerk)

    receipt_from(subscription.customer, "1060.00", remark=invoices[paid].number or "")

    assert desired(subscription) == DesiredStatus.SUSPENDED


def test_one_of_two_currencies_lifts_only_its_own(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    due_on = clock.business_date(subscription.partner) - timedelta(days=25)
    issued_to(subscription.customer, "10.00", "USD", due_on=due_on)
    suspended(subscription, clerk)

    receipt_from(subscription.customer, "1060.00")

    assert desired(subscription) == DesiredStatus.SUSPENDED
    open_case = Case.objects.get(customer=subscription.customer, status=CaseStatus.OPEN)
    assert open_case.currency == "USD"


def test_cure_lifts_only_the_holds_of_its_case(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)
    place_hold(
        subscription,
        reason=HoldReason.CUSTOMER_REQUEST,
        source=Source.person(clerk),
        note="moving house",
        by=clerk,
        because="asked",
    )

    receipt_from(subscription.customer, "1060.00")

    assert desired(subscription) == DesiredStatus.SUSPENDED
    [left] = Hold.objects.are_open().filter(subscription=subscription)
    assert left.reason == HoldReason.CUSTOMER_REQUEST


def test_payment_within_tolerance_lifts(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)
    partner_settings = subscription.partner.settings
    partner_settings.minimum_overdue_amount = 10
    partner_settings.save()

    receipt_from(subscription.customer, "1050.00")

    assert desired(subscription) == DesiredStatus.ACTIVE


def test_reversal_opens_a_new_case_with_the_first_step(
    subscription: Subscription, clerk: User
) -> None:
    overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)
    receipt = receipt_from(subscription.customer, "1060.00")
    judging.judge_pending()

    receipts.reverse_receipt(receipt, by=clerk, reason="cheque bounced")

    assert desired(subscription) == DesiredStatus.ACTIVE
    case = Case.objects.get(customer=subscription.customer, status=CaseStatus.OPEN)
    assert (case.episode, case.steps.count()) == (2, 0)
    assert swept(subscription.partner).reminders == 1


def test_dispute_lets_go_and_a_rejected_one_is_proposed_again(
    subscription: Subscription, clerk: User
) -> None:
    invoice = overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)

    dispute = disputes.dispute(
        invoice, code=DisputeCode.PRICE, text="too much", by=clerk, reason="phone"
    )

    assert desired(subscription) == DesiredStatus.ACTIVE
    case = Case.objects.get(customer=subscription.customer)
    assert case.is_open
    disputes.resolve_dispute(
        dispute, outcome=DisputeOutcome.REJECTED, resolution="as agreed", by=clerk, reason="read"
    )
    judging.judge_pending()
    case.refresh_from_db()
    today = clock.business_date(subscription.partner)
    assert case.next_due_on == today + timedelta(days=3)
    [ready] = readiness.of_customer(subscription.customer).values()
    assert ready.missing == (Requirement.NOT_ANSWERED_LATELY,)


def test_claim_stops_a_suspension_that_is_not_sent_yet(
    subscription: Subscription, clerk: User
) -> None:
    overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)
    paid_on = clock.business_date(subscription.partner)
    slip = Slip(amount=Decimal("1060.00"), currency="CNY", paid_on=paid_on)

    claims.open_claim(subscription.customer, slip, by=clerk, reason="slip")

    assert desired(subscription) == DesiredStatus.ACTIVE
    assert Case.objects.get(customer=subscription.customer).is_open


def test_judge_pending_marks_facts_as_judged(subscription: Subscription) -> None:
    overdue_for(subscription.customer, 5)

    judged = judging.judge_pending()

    customer = Customer.objects.get(pk=subscription.customer_id)
    assert (judged, customer.is_judged) == (1, True)
    assert judging.judge_pending() == 0


def test_judge_pending_leaves_new_debts_to_the_sweep(subscription: Subscription) -> None:
    services.ensure_default_policy(subscription.partner, None)
    overdue_for(subscription.customer, 5)

    judging.judge_pending()

    assert not Case.objects.exists()
    assert swept(subscription.partner).cases_opened == 1


def test_judge_pending_withdraws_a_proposal_that_is_too_early_now(
    subscription: Subscription,
) -> None:
    oldest = overdue_for(subscription.customer, 25)
    overdue_for(subscription.customer, 12)
    today = clock.business_date(subscription.partner)
    for days in (0, 3, 6):
        swept(subscription.partner, today + timedelta(days=days))
    proposal = CaseStep.objects.get(status=ActionStatus.PROPOSED)

    receipt_from(subscription.customer, "1060.00", remark=oldest.number or "")
    judging.judge_pending()

    proposal.refresh_from_db()
    assert proposal.status == ActionStatus.PLANNED
    assert proposal.case.anchor_due_on == today - timedelta(days=12)


def test_judge_pending_isolates_a_customer_with_bad_data(partner: Partner) -> None:
    good, bad = customer_of(partner), customer_of(partner)
    for customer in (good, bad, bad):
        overdue_for(customer, 5)
    swept(partner)
    Invoice.objects.filter(customer=bad).update(total="9999999999999999.99")

    judging.judge_pending()

    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.is_judged, bad.is_judged) == (True, False)


def test_no_open_hold_belongs_to_a_closed_case(subscription: Subscription, clerk: User) -> None:
    """A case that is replaced lets go as well: nothing is held for what is paid."""
    overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)
    hold = Hold.objects.are_open().get(subscription=subscription)
    services.unblock_with_debt(hold, by=clerk, reason="promised")
    receipt_from(subscription.customer, "1060.00")
    judging.judge_pending()

    closed = Case.objects.filter(status=CaseStatus.CLOSED).values_list("pk", flat=True)

    assert closed
    assert not Hold.objects.are_open().filter(source_id__in=[str(pk) for pk in closed]).exists()


def test_payment_moved_away_is_owed_again_and_opens_a_new_case(
    subscription: Subscription, clerk: User
) -> None:
    overdue_for(subscription.customer, 25)
    suspended(subscription, clerk)
    receipt = receipt_from(subscription.customer, "1060.00")
    judging.judge_pending()

    other = customer_of(subscription.partner)
    receipts.reassign(receipt, other, by=clerk, reason="wrong customer")

    assert desired(subscription) == DesiredStatus.ACTIVE
    case = Case.objects.get(customer=subscription.customer, status=CaseStatus.OPEN)
    assert (case.episode, case.steps.count()) == (2, 0)
