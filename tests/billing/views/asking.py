"""Answers dialogs about receipts as a person does: first look, then confirm what was shown."""

import html
import re
from collections.abc import Mapping

from django.http import HttpResponseBase
from django.test import Client

SHOWN = re.compile(r'name="shown" value="([^"]+)"')


def shown_on(response: HttpResponseBase) -> str:
    """What the page says it has shown."""
    found = SHOWN.search(b"".join(response).decode())
    return html.unescape(found[1]) if found else ""


def look_at(client: Client, url: str, facts: Mapping[str, object]) -> dict[str, object]:
    """Fill the form in and look at what would happen; returns what the second click sends."""
    response = client.post(url, facts)
    return {**facts, "shown": shown_on(response)}


def confirm(client: Client, url: str, facts: Mapping[str, object]) -> HttpResponseBase:
    """Both clicks."""
    return client.post(url, look_at(client, url, facts))
