"""Acts on one receipt: each shows what it does, does only what was shown, and does it once."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing import receipts
from billing.models import Allocation, Receipt, Refund
from customers.models import Customer
from partners.models import Partner, User
from tests.billing.views.asking import confirm, look_at, shown_on
from tests.factories.billing import issued_to, overdue_for, payment, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin

SignIn = Callable[[User], Client]
D = Decimal
GONE = "This has changed since the page was shown. Nothing was done."


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner, company="北京云帆科技有限公司")


@pytest.fixture
def other(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner, company="上海明日信息有限公司")


@pytest.fixture
def boss(partner: Partner) -> User:
    return billing_admin(partner)


@pytest.fixture
def clerk(boss: User, signed_in: SignIn) -> Client:
    return signed_in(boss)


@pytest.fixture
def waiting(partner: Partner) -> Receipt:
    return receipts.record(partner, None, payment(), by=None, reason="test")


def at(name: str, record: object) -> str:
    return reverse(f"billing:{name}", args=[record.pk])  # type: ignore[attr-defined]  # any model


def test_assign_shows_what_it_settles_and_does_nothing(
    clerk: Client, customer: Customer, waiting: Receipt
) -> None:
    invoice = overdue_for(customer, days=1)

    page = clerk.get(at("receipt_assign", waiting), {"customer": customer.pk})

    assert f"settles {invoice.number}" in page.content.decode()
    assert shown_on(page)
    waiting.refresh_from_db()
    assert (waiting.customer, Allocation.objects.count()) == (None, 0)


def test_assign_settles_once_confirmed(clerk: Client, customer: Customer, waiting: Receipt) -> None:
    invoice = overdue_for(customer, days=1)

    confirm(clerk, at("receipt_assign", waiting), {"customer": customer.company, "reason": "asked"})

    invoice.refresh_from_db()
    assert invoice.open_amount == 0


def test_assign_without_reason_shows_but_refuses(
    clerk: Client, customer: Customer, waiting: Receipt
) -> None:
    response = confirm(clerk, at("receipt_assign", waiting), {"customer": customer.company})

    waiting.refresh_from_db()
    assert (response.status_code, waiting.customer) == (422, None)
    assert shown_on(response)


def test_second_clerk_is_told_who_assigned_it(
    clerk: Client, boss: User, customer: Customer, other: Customer, waiting: Receipt
) -> None:
    url = at("receipt_assign", waiting)
    facts = look_at(clerk, url, {"customer": other.company, "reason": "asked"})
    receipts.assign_customer(waiting, customer, by=boss, reason="I was quicker")

    response = clerk.post(url, facts)

    waiting.refresh_from_db()
    page = response.content.decode()
    assert (response.status_code, waiting.customer) == (409, customer)
    assert GONE in page
    assert f"Payment assigned to a customer by {boss}" in page


def test_new_invoice_meanwhile_shows_the_new_preview(
    clerk: Client, customer: Customer, waiting: Receipt
) -> None:
    url = at("receipt_assign", waiting)
    facts = look_at(clerk, url, {"customer": customer.company, "reason": "asked"})
    invoice = overdue_for(customer, days=1)

    response = clerk.post(url, facts)

    assert response.status_code == 409
    assert f"settles {invoice.number}" in response.content.decode()
    assert clerk.post(url, {**facts, "shown": shown_on(response)}).status_code == 302


def test_other_wishes_are_shown_before_they_are_done(
    clerk: Client, customer: Customer, other: Customer, waiting: Receipt
) -> None:
    url = at("receipt_assign", waiting)
    facts = look_at(clerk, url, {"customer": customer.company, "reason": "asked"})

    response = clerk.post(url, {**facts, "customer": other.company})

    waiting.refresh_from_db()
    assert (response.status_code, waiting.customer) == (200, None)


def test_made_up_token_does_nothing(clerk: Client, customer: Customer) -> None:
    receipt = receipt_from(customer)

    response = clerk.post(at("receipt_reverse", receipt), {"reason": "x", "shown": "made-up"})

    receipt.refresh_from_db()
    assert (response.status_code, receipt.is_reversed) == (200, False)


def test_move_reopens_there_and_settles_here(
    clerk: Client, customer: Customer, other: Customer
) -> None:
    theirs, ours = overdue_for(customer, days=1), overdue_for(other, days=1)
    receipt = receipt_from(customer)
    url = at("receipt_assign", receipt)

    page = clerk.get(url, {"customer": other.pk}).content.decode()
    confirm(clerk, url, {"customer": other.company, "reason": "wrong customer"})

    theirs.refresh_from_db()
    ours.refresh_from_db()
    assert f"of {theirs.number} of {customer.company} is owed again" in page
    assert (theirs.open_amount, ours.open_amount) == (D(1060), 0)


def test_move_to_nobody_lets_it_wait(clerk: Client, customer: Customer) -> None:
    receipt = receipt_from(customer)

    confirm(clerk, at("receipt_assign", receipt), {"customer": "", "reason": "not theirs"})

    assert list(Receipt.objects.unidentified()) == [receipt]


def test_move_to_the_same_customer_is_refused(clerk: Client, customer: Customer) -> None:
    receipt = receipt_from(customer)
    facts = {"customer": customer.company, "reason": "x"}

    response = clerk.post(at("receipt_assign", receipt), facts)

    assert response.status_code == 409


def test_allocate_by_hand_settles_the_chosen(clerk: Client, customer: Customer) -> None:
    receipt, invoice = receipt_from(customer, "100.00"), issued_to(customer)

    confirm(
        clerk,
        at("receipt_allocate", receipt),
        {f"invoice_{invoice.pk}": "40.00", "reason": "e-mail"},
    )

    invoice.refresh_from_db()
    receipt.refresh_from_db()
    assert (invoice.allocated, receipt.unallocated) == (D(40), D(60))


def test_double_click_allocates_once(clerk: Client, customer: Customer) -> None:
    receipt, invoice = receipt_from(customer, "100.00"), issued_to(customer)
    url = at("receipt_allocate", receipt)
    facts = look_at(clerk, url, {f"invoice_{invoice.pk}": "40.00", "reason": "e-mail"})

    first, second = clerk.post(url, facts), clerk.post(url, facts)

    invoice.refresh_from_db()
    assert (first.status_code, second.status_code, invoice.allocated) == (302, 409, D(40))
    assert "Payment allocated by" in second.content.decode()


def test_fill_writes_the_oldest_first_and_settles_nothing(
    clerk: Client, customer: Customer
) -> None:
    receipt = receipt_from(customer, "1500.00")
    older, younger = issued_to(customer), issued_to(customer)

    response = clerk.post(at("receipt_allocate", receipt), {"fill": "oldest", "reason": "kept"})

    form = response.context["form"]
    amounts = [form[f"invoice_{row.pk}"].value() for row in (older, younger)]
    assert (amounts, form["reason"].value()) == ([D(1060), D(440)], "kept")
    assert not Allocation.objects.exists()


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        (["", ""], "Write an amount beside at least one invoice."),
        (["60.00", "40.01"], "The amounts add up to"),
        (["1060.01", ""], "is open."),
        (["-1", ""], "greater than or equal to 0.01"),
        (["1e9", ""], "is open."),
        (["0.001", ""], "no more than 2 decimal places"),
        (["NaN", ""], "Enter a number."),
    ],
)
def test_bad_amounts_are_refused(
    clerk: Client, customer: Customer, amounts: list[str], words: str
) -> None:
    receipt = receipt_from(customer, "100.00")
    named = [f"invoice_{issued_to(customer).pk}" for _ in amounts]

    response = clerk.post(
        at("receipt_allocate", receipt), {**dict(zip(named, amounts, strict=True)), "reason": "x"}
    )

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Allocation.objects.exists()


def test_reverse_names_what_it_reopens_and_second_click_changes_nothing(
    clerk: Client, customer: Customer
) -> None:
    invoice = overdue_for(customer, days=1)
    url = at("receipt_reverse", receipt_from(customer))

    page = clerk.get(url)
    facts = {"reason": "cheque bounced", "shown": shown_on(page)}
    answers = [clerk.post(url, facts) for _ in range(2)]

    invoice.refresh_from_db()
    assert f"of {invoice.number} is owed again" in page.content.decode()
    assert invoice.open_amount == D(1060)
    assert [answer.status_code for answer in answers] == [302, 409]
    assert "It was reversed before." in answers[1].content.decode()


def test_take_away_reopens_the_invoice(clerk: Client, customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)
    receipt = receipt_from(customer)

    confirm(clerk, at("allocation_reverse", receipt.allocations.get()), {"reason": "wrong one"})

    invoice.refresh_from_db()
    assert invoice.open_amount == D(1060)


def refunded(receipt: Receipt, amount: str = "40.00", **facts: str) -> dict[str, str]:
    """The form of a refund as a clerk fills it in."""
    day = receipt.received_on.isoformat()
    return {"amount": amount, "refunded_on": day, "payee": "李四", "reason": "paid twice", **facts}


def test_refund_takes_from_the_credit(clerk: Client, customer: Customer) -> None:
    receipt = receipt_from(customer, "100.00")
    url = at("receipt_refund", receipt)
    facts = look_at(clerk, url, refunded(receipt))

    answers = [clerk.post(url, facts).status_code for _ in range(2)]

    receipt.refresh_from_db()
    assert (answers, receipt.refunded, receipt.unallocated) == ([302, 409], D(40), D(60))


def test_refund_of_nobodys_money_goes_back_too(clerk: Client, waiting: Receipt) -> None:
    confirm(clerk, at("receipt_refund", waiting), refunded(waiting, "1060.00"))

    waiting.refresh_from_db()
    assert (waiting.unallocated, waiting.is_unidentified) == (0, True)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"amount": "100.01"}, 422),
        ({"amount": "0"}, 422),
        ({"payee": ""}, 422),
        ({"refunded_on": "soon"}, 422),
        ({"refunded_on": "2099-01-01"}, 409),
        ({"refunded_on": "1999-01-01"}, 409),
    ],
)
def test_bad_refund_is_refused(
    clerk: Client, customer: Customer, facts: dict[str, str], status: int
) -> None:
    receipt = receipt_from(customer, "100.00")

    response = clerk.post(at("receipt_refund", receipt), {**refunded(receipt), **facts})

    assert response.status_code == status
    assert not Refund.objects.exists()


def test_refund_with_a_known_serial_is_refused(clerk: Client, customer: Customer) -> None:
    first, second = receipt_from(customer, "100.00"), receipt_from(customer, "100.00")
    confirm(clerk, at("receipt_refund", first), refunded(first, bank_serial="R1"))

    response = clerk.post(at("receipt_refund", second), refunded(second, bank_serial="R1"))

    assert response.status_code == 409
    assert "recorded already" in response.content.decode()


def test_refund_taken_back_is_credit_again(clerk: Client, customer: Customer) -> None:
    receipt = receipt_from(customer, "100.00")
    confirm(clerk, at("receipt_refund", receipt), refunded(receipt))

    confirm(clerk, at("refund_reverse", Refund.objects.get()), {"reason": "came back"})

    receipt.refresh_from_db()
    assert (receipt.refunded, receipt.unallocated) == (D(0), D(100))


def test_split_settles_for_each_and_leaves_the_rest_waiting(
    clerk: Client, customer: Customer, other: Customer, waiting: Receipt
) -> None:
    overdue_for(customer, days=1)
    facts = {
        "customer_1": customer.company,
        "amount_1": "600.00",
        "customer_2": other.company,
        "amount_2": "400.00",
        "reason": "one transfer for the group",
    }

    confirm(clerk, at("receipt_split", waiting), facts)

    made = [(part.customer, part.amount, part.allocated) for part in waiting.parts.order_by("id")]
    assert made == [(customer, D(600), D(600)), (other, D(400), 0), (None, D(60), 0)]


def test_split_shows_each_part_before(clerk: Client, customer: Customer, waiting: Receipt) -> None:
    facts = {"customer_1": customer.company, "amount_1": "600.00", "reason": "two customers"}

    page = clerk.post(at("receipt_split", waiting), facts).content.decode()

    assert f"for {customer.company}: settles" in page
    assert "waits among the unidentified receipts" in page
    assert not waiting.parts.exists()


def test_split_offers_more_rows_and_keeps_what_was_typed(
    clerk: Client, customer: Customer, waiting: Receipt
) -> None:
    sent = {"more": "yes", "rows": "3", "amount_1": "5.00"}

    form = clerk.post(at("receipt_split", waiting), sent).context["form"]

    assert (len(form.pairs), form["amount_1"].value()) == (6, "5.00")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "divided into two parts or more"),
        ({"amount_1": "1060.00"}, "divided into two parts or more"),
        ({"amount_1": "1060.00", "amount_2": "0.01"}, "more than the payment"),
        ({"customer_1": "北京云帆科技有限公司"}, "How much of it"),
        ({"customer_1": "别家", "amount_1": "5"}, "No customer matches this."),
    ],
)
def test_bad_parts_are_refused(
    clerk: Client, customer: Customer, waiting: Receipt, facts: dict[str, str], words: str
) -> None:
    response = clerk.post(at("receipt_split", waiting), {**facts, "reason": "x"})

    assert response.status_code == 422
    assert words in response.content.decode()


def test_split_is_undone_while_its_parts_settle_nothing(
    clerk: Client, customer: Customer, waiting: Receipt
) -> None:
    facts = {"customer_1": customer.company, "amount_1": "600.00", "reason": "two customers"}
    confirm(clerk, at("receipt_split", waiting), facts)

    confirm(clerk, at("receipt_undo_split", waiting), {"reason": "wrong"})

    assert list(Receipt.objects.unidentified()) == [waiting]


def test_split_in_use_is_not_undone(clerk: Client, customer: Customer, waiting: Receipt) -> None:
    overdue_for(customer, days=1)
    facts = {"customer_1": customer.company, "amount_1": "600.00", "reason": "two customers"}
    confirm(clerk, at("receipt_split", waiting), facts)

    page = clerk.get(at("receipt_undo_split", waiting)).content.decode()

    assert "A part settles invoices" in page


def test_page_shows_its_whole_life(clerk: Client, customer: Customer, waiting: Receipt) -> None:
    facts = {"customer_1": customer.company, "amount_1": "600.00", "reason": "two customers"}
    confirm(clerk, at("receipt_split", waiting), facts)
    part = waiting.parts.get(customer=customer)
    confirm(clerk, at("receipt_refund", part), refunded(part))

    page = clerk.get(at("receipt", waiting)).content.decode()
    of_part = clerk.get(at("receipt", part)).content.decode()

    assert at("receipt", part) in page
    assert at("receipt", waiting) in of_part
    assert "李四" in of_part
