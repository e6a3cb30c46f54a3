"""From an answer to the exception that says what to do about it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import uuid4

import pytest

from vianet import errors

REQUEST_ID = uuid4()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 2001, errors.Refused),
        (400, "2055", errors.StaleResource),
        (412, "", errors.StaleResource),
        (400, 2006, errors.Refused),
        (403, 2006, errors.Forbidden),
        (403, 20002, errors.Forbidden),
        (401, 800001, errors.Unauthorized),
        (404, 20003, errors.NotFound),
        (409, 27009, errors.Conflict),
        (409, 2055, errors.Conflict),
        (429, "", errors.Throttled),
        (405, "", errors.Refused),
        (417, 800036, errors.Refused),
        (499, "", errors.Refused),
    ],
)
def test_from_answer_keys_on_status_and_code(
    status: int, code: object, kind: type[errors.VianetError]
) -> None:
    body = {"Code": code, "Description": "why", "data": [], "source": "PartnerFD"}

    error = errors.from_answer(status, {}, body, REQUEST_ID)

    assert type(error) is kind
    assert (error.status, error.code) == (status, str(code))
    assert (error.description, error.request_id) == ("why", REQUEST_ID)


def test_from_answer_shows_what_support_asks_for() -> None:
    body = {"code": 27009, "description": "parent is not Active"}

    shown = str(errors.from_answer(409, {}, body, REQUEST_ID))

    assert shown == f"409/27009 parent is not Active (request {REQUEST_ID})"


@pytest.mark.parametrize("body", [None, [], "text", {}, {"code": None, "description": None}])
def test_from_answer_survives_any_body(body: object) -> None:
    error = errors.from_answer(400, {}, body, REQUEST_ID)

    assert (type(error), error.code) == (errors.Refused, "")


def test_from_answer_keeps_logs_to_one_line() -> None:
    body = {"code": 1, "description": "a\r\nforged \x1b[31mline" + "x" * 5000}

    error = errors.from_answer(400, {}, body, REQUEST_ID)

    assert error.description.isprintable()
    assert len(error.description) == errors.DESCRIPTION_LENGTH


@pytest.mark.parametrize(
    ("header", "seconds"), [("57", 57), (" 0 ", 0), (None, 12), ("nonsense", 12), ("-5", 12)]
)
def test_retry_after_prefers_the_header(header: str | None, seconds: int) -> None:
    sentence = "Rate limit is exceeded. Try again in 12 seconds."

    assert errors.retry_after_seconds(header, sentence) == seconds


def test_retry_after_reads_an_http_date() -> None:
    until = datetime.now(UTC) + timedelta(seconds=90)

    seconds = errors.retry_after_seconds(format_datetime(until, usegmt=True), "")

    assert seconds is not None
    assert 85 <= seconds <= 91


def test_retry_after_in_the_past_is_now() -> None:
    assert errors.retry_after_seconds("Tue, 21 Jul 2020 04:10:58 GMT", "") == 0


def test_retry_after_unknown_is_none() -> None:
    assert errors.retry_after_seconds(None, "Rate limit is exceeded.") is None


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (200, True),
        (202, True),
        (400, True),
        (429, True),
        (499, True),
        (301, False),
        (307, False),
        (408, False),
        (500, False),
        (503, False),
    ],
)
def test_is_answer(status: int, says: bool) -> None:
    assert errors.is_answer(status) is says
