"""The dialogs that change a draft."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from billing import invoicing
from billing.models import Invoice
from partners.models import Partner, User
from tests.factories.billing import draft_of
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, sales_agent

type SignIn = Callable[[User], Client]
DIALOGS = ["note", "line_add", "line_reword", "line_remove"]
ANSWERS = {
    "note": {"note": "Thank you"},
    "line_reword": {"description": "Office"},
    "line_remove": {"reason": "free this month"},
}
MIGRATION = {
    "description": "Migration",
    "quantity": "2",
    "unit_price": "500.00",
    "vat_rate": "6",
    "reason": "agreed by phone",
}


@pytest.fixture
def draft(partner: Partner) -> Invoice:
    return draft_of(CustomerFactory.create(partner=partner))


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


def to(dialog: str, draft: Invoice) -> str:
    line = [draft.lines.earliest("pk").pk] if dialog in {"line_reword", "line_remove"} else []
    return reverse(f"billing:draft_{dialog}", args=[draft.pk, *line])


def migration(draft: Invoice, **changes: str) -> dict[str, object]:
    """What the form sends for a new line."""
    return {**MIGRATION, "seen": draft.lines.latest("pk").pk, **changes}


def test_page_of_a_draft_offers_the_changes(clerk: Client, draft: Invoice) -> None:
    page = clerk.get(reverse("billing:invoice", args=[draft.pk])).content.decode()

    assert [to(dialog, draft) in page for dialog in DIALOGS] == [True] * 4


def test_add_a_line(clerk: Client, draft: Invoice) -> None:
    page = clerk.post(to("line_add", draft), migration(draft), follow=True).content.decode()

    assert "The line is added." in page
    assert "¥2,120.00" in page


def test_second_click_adds_no_second_line(clerk: Client, draft: Invoice) -> None:
    answers = migration(draft)
    clerk.post(to("line_add", draft), answers)

    page = clerk.post(to("line_add", draft), answers, follow=True).content.decode()

    assert "have changed since the page was shown" in page
    assert draft.lines.count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity": "0"}, "more than 0"),
        ({"quantity": "1e5x"}, "Enter a number"),
        ({"unit_price": "0"}, "comes to nothing"),
        ({"quantity": "99999999", "unit_price": "99999999"}, "more than a line can hold"),
        ({"vat_rate": "100"}, "no more than"),
        ({"vat_rate": "-1"}, "greater than or equal to 0"),
        ({"description": "x" * 501}, "at most 500"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_bad_line_says_why(
    clerk: Client, draft: Invoice, changes: dict[str, str], words: str
) -> None:
    response = clerk.post(to("line_add", draft), migration(draft, **changes))

    assert response.status_code == 422
    assert words in response.content.decode()


def test_remove_a_line_shows_it_first(clerk: Client, draft: Invoice) -> None:
    page = clerk.get(to("line_remove", draft)).content.decode()

    assert "Office 365 E3" in page
    assert "The customer is not charged for it." in page


def test_second_click_removes_nothing_more(clerk: Client, draft: Invoice) -> None:
    url = to("line_remove", draft)
    clerk.post(url, ANSWERS["line_remove"])

    page = clerk.post(url, ANSWERS["line_remove"], follow=True).content.decode()

    assert "does not have this line any more" in page


def test_reword_a_line(clerk: Client, draft: Invoice) -> None:
    clerk.post(to("line_reword", draft), {"description": " Office \n for school "})

    assert draft.lines.get().description == "Office for school"


def test_note_is_on_the_page_and_escaped(clerk: Client, draft: Invoice) -> None:
    answer = {"note": "Thank you <b>"}
    page = clerk.post(to("note", draft), answer, follow=True).content.decode()

    assert "Thank you &lt;b&gt;" in page


@pytest.mark.parametrize("dialog", DIALOGS)
def test_dialog_about_an_issued_invoice_is_refused(
    clerk: Client, draft: Invoice, dialog: str
) -> None:
    invoicing.issue_invoices([draft], by=None, reason="test")
    answers = {**ANSWERS, "line_add": migration(draft)}

    page = clerk.post(to(dialog, draft), answers[dialog], follow=True).content.decode()

    assert "It is not a draft any more. Nothing was changed." in page


@pytest.mark.parametrize("dialog", DIALOGS)
def test_dialog_about_another_partners_draft_is_not_found(clerk: Client, dialog: str) -> None:
    theirs = draft_of(CustomerFactory.create())

    assert clerk.post(to(dialog, theirs), {}).status_code == 404


@pytest.mark.parametrize("dialog", DIALOGS)
def test_dialog_is_closed_to_sales_agents(
    partner: Partner, signed_in: SignIn, draft: Invoice, dialog: str
) -> None:
    assert signed_in(sales_agent(partner)).get(to(dialog, draft)).status_code == 403


@pytest.mark.parametrize("dialog", DIALOGS)
def test_dialog_sends_strangers_to_sign_in(client: Client, draft: Invoice, dialog: str) -> None:
    assert client.get(to(dialog, draft))["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("dialog", DIALOGS)
def test_dialog_takes_no_put(clerk: Client, draft: Invoice, dialog: str) -> None:
    assert clerk.put(to(dialog, draft)).status_code == 405
