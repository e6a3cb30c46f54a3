"""/settings/calendar/: reading a year, entering and removing days, confirming a year."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from partners import calendar
from partners.models import AdminRole, AuditEntry, CalendarDay, ConfirmedYear, Partner, User
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    global_admin,
    member,
)

pytestmark = pytest.mark.django_db
URL = "/settings/calendar/"
SignIn = Callable[[User], Client]
NEW_YEAR = "/settings/calendar/confirm/?year=2027"


def _answers(client: Client, url: str, **typed: object) -> dict[str, object]:
    """What the form on this page would post, with what was typed."""
    form = client.get(url).context["form"]
    hidden = {field.name: field.value() for field in form.hidden_fields()}
    return {**hidden, "reason": "the State Council's notice", **typed}


def _enter(client: Client, url: str = f"{URL}?year=2027", **typed: object) -> Any:
    usual = {"day": "2027-02-11", "is_working": "no", "name": "春节调休"}
    return client.post(url, _answers(client, url, **usual | typed))


def test_the_year_is_read_by_everybody(partner: Partner, signed_in: SignIn) -> None:
    page = signed_in(admin_agent(partner)).get(f"{URL}?year=2026").content.decode()

    assert "The State Council's notice for 2026 is known" in page
    assert "Spring Festival" in page
    assert "Worked for a day off" in page
    assert "Enter the day" not in page


def test_an_unconfirmed_year_says_so(partner: Partner, signed_in: SignIn) -> None:
    page = signed_in(global_admin(partner)).get(f"{URL}?year=2027").content.decode()

    assert "The working days of 2027 are not confirmed." in page
    assert NEW_YEAR in page


@pytest.mark.parametrize("year", ["", "x", "1999", "2100", "9" * 30, "²"])
def test_a_year_that_is_none_shows_this_one(partner: Partner, signed_in: SignIn, year: str) -> None:
    response = signed_in(admin_agent(partner)).get(URL, {"year": year})

    assert response.status_code == 200


def test_a_day_is_entered_with_its_trail(partner: Partner, signed_in: SignIn) -> None:
    response = _enter(signed_in(global_admin(partner)))

    entry = AuditEntry.objects.get(kind="calendar.day_set")
    assert response.status_code == 302
    assert calendar.of(partner).own[date(2027, 2, 11)].is_working is False
    assert (entry.reason, entry.after["name"]) == ("the State Council's notice", "春节调休")


def test_an_entry_is_replaced_by_the_next(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))
    _enter(client)

    _enter(client, is_working="yes", name="值班")

    assert CalendarDay.objects.get().is_working is True
    assert AuditEntry.objects.latest("id").before["name"] == "春节调休"


def test_a_second_click_is_409_and_enters_nothing(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))
    url = f"{URL}?year=2027"
    typed = {"day": "2027-02-11", "is_working": "no", "name": "春节调休"}
    answers = _answers(client, url, **typed)

    client.post(url, answers)
    again = client.post(url, answers)

    assert again.status_code == 409
    assert AuditEntry.objects.count() == 1


def test_the_same_entry_again_says_so(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))
    _enter(client)

    again = _enter(client)

    assert again.status_code == 302
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"day": "2026-02-11"}, "This page is about 2027."),
        ({"day": "2027-02-30"}, "Enter a valid date."),
        ({"name": ""}, "This field is required."),
        ({"reason": ""}, "This field is required."),
        ({"is_working": "maybe"}, "Select a valid choice."),
    ],
)
def test_a_wrong_day_is_asked_again(
    partner: Partner, signed_in: SignIn, typed: dict[str, str], words: str
) -> None:
    response = _enter(signed_in(global_admin(partner)), **typed)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not CalendarDay.objects.exists()


def test_another_partners_page_is_409(partner: Partner, signed_in: SignIn) -> None:
    response = _enter(signed_in(global_admin(partner)), partner=PartnerFactory.create().pk)

    assert response.status_code == 409
    assert not CalendarDay.objects.exists()


def test_an_entry_is_removed_with_its_trail(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))
    row = CalendarDay.objects.create(partner=partner, date=date(2026, 3, 6), is_working=False)
    url = reverse("partners:calendar_remove", args=[row.pk])

    response = client.post(url, _answers(client, url))

    assert response.status_code == 302
    assert not CalendarDay.objects.exists()
    assert AuditEntry.objects.get().kind == "calendar.day_removed"


def test_an_entry_changed_meanwhile_is_not_removed(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))
    row = CalendarDay.objects.create(partner=partner, date=date(2026, 3, 6), is_working=False)
    url = reverse("partners:calendar_remove", args=[row.pk])
    answers = _answers(client, url)
    CalendarDay.objects.update(is_working=True)

    assert client.post(url, answers).status_code == 409
    assert CalendarDay.objects.exists()


def test_somebody_elses_entry_is_404(partner: Partner, signed_in: SignIn) -> None:
    other = global_admin(PartnerFactory.create())
    row = CalendarDay.objects.create(partner=partner, date=date(2026, 3, 6), is_working=False)
    year = ConfirmedYear.objects.create(
        partner=partner, year=2027, confirmed_by=other, confirmed_at="2026-11-22T00:00Z"
    )
    client = signed_in(other)

    assert client.get(reverse("partners:calendar_remove", args=[row.pk])).status_code == 404
    assert client.get(reverse("partners:calendar_reopen", args=[year.pk])).status_code == 404


def test_a_year_is_confirmed_and_taken_back(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(member(partner, admin_role=AdminRole.GLOBAL, name="王芳"))

    client.post(NEW_YEAR, _answers(client, NEW_YEAR))

    row = ConfirmedYear.objects.get()
    assert calendar.is_working_day(partner, date(2027, 1, 4)) is True
    assert "Confirmed by 王芳" in client.get(f"{URL}?year=2027").content.decode()
    url = reverse("partners:calendar_reopen", args=[row.pk])
    client.post(url, _answers(client, url))
    assert calendar.is_working_day(partner, date(2027, 1, 4)) is None
    assert list(AuditEntry.objects.order_by("id").values_list("kind", flat=True)) == [
        "calendar.year_confirmed",
        "calendar.year_reopened",
    ]


def test_confirming_twice_is_409(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))
    answers = _answers(client, NEW_YEAR)
    client.post(NEW_YEAR, answers)

    assert client.post(NEW_YEAR, answers).status_code == 409
    assert ConfirmedYear.objects.count() == 1


def test_a_known_year_needs_no_person(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))
    url = "/settings/calendar/confirm/?year=2026"

    page = client.post(url, _answers(client, url), follow=True).content.decode()

    assert "The calendar says this already." in page
    assert not ConfirmedYear.objects.exists()


def test_who_may_not_change_is_refused(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(admin_agent(partner))

    assert client.post(URL, {}).status_code == 403
    assert client.post(NEW_YEAR, {}).status_code == 403


def test_without_a_role_it_is_forbidden(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(member(partner)).get(URL).status_code == 403


def test_anonymous_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(URL).status_code == 302
    assert client.post(NEW_YEAR).status_code == 302
