"""The accounts to which customers pay."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AuditEntry, Partner, PartnerBankAccount, User
from tests.factories.partners import PartnerFactory, billing_admin, global_admin

SignIn = Callable[[User], Client]
LIST = reverse("partners:bank_accounts")
ADD = reverse("partners:bank_account_add")
ANSWER = {
    "holder": "上海测试有限公司",
    "bank": "工商银行浦东支行",
    "number": "1001200230034004",
    "cnaps": "102290000001",
    "currency": "CNY",
    "is_used": "on",
    "reason": "opened last week",
}


@pytest.fixture
def boss(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(global_admin(partner))


def answer(partner: Partner, **changes: str) -> dict[str, str]:
    return {**ANSWER, "of": str(partner.pk), **changes}


def test_added_account_is_listed_and_audited(boss: Client, partner: Partner) -> None:
    page = boss.post(ADD, answer(partner), follow=True).content.decode()

    entry = AuditEntry.objects.latest("id")
    assert ANSWER["number"] in page
    assert (entry.kind, entry.after["number"]) == ("bank_account.added", ANSWER["number"])


def test_changed_account_keeps_the_number_before_in_the_trail(
    boss: Client, partner: Partner
) -> None:
    boss.post(ADD, answer(partner))
    account = PartnerBankAccount.objects.get()

    boss.post(reverse("partners:bank_account", args=[account.pk]), answer(partner, number="77"))

    entry = AuditEntry.objects.latest("id")
    assert (entry.before["number"], entry.after["number"]) == (ANSWER["number"], "77")


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "<b>"}, {"number": ""}, {"cnaps": "123"}, {"swift": "icbk"},
        {"currency": "yuan"}, {"reason": ""}, {"holder": "x" * 201},
    ],
)  # fmt: skip
def test_wrong_facts_are_refused(boss: Client, partner: Partner, wrong: dict[str, str]) -> None:
    response = boss.post(ADD, answer(partner, **wrong))

    assert (response.status_code, PartnerBankAccount.objects.count()) == (422, 0)


def test_same_account_twice_is_refused(boss: Client, partner: Partner) -> None:
    boss.post(ADD, answer(partner))

    again = boss.post(ADD, answer(partner))

    assert (again.status_code, PartnerBankAccount.objects.count()) == (422, 1)


def test_page_made_for_another_partner_adds_nothing(boss: Client) -> None:
    other = PartnerFactory.create()

    assert boss.post(ADD, answer(other)).status_code == 409


def test_another_partners_account_is_not_found(boss: Client) -> None:
    theirs = PartnerBankAccount.objects.create(
        partner=PartnerFactory.create(), holder="x", bank="x", number="1"
    )

    assert boss.get(reverse("partners:bank_account", args=[theirs.pk])).status_code == 404


def test_pages_are_closed_to_billing_admins(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(billing_admin(partner)).get(LIST).status_code == 403
