"""What money looks like on a page, to prove that it is not there."""

import re

from playwright.sync_api import Page

CURRENCIES = r"(?:CN¥|¥|￥|CNY|USD|US\$|HK\$|€|元|RMB)"
NUMBER = r"\d[\d.,\u00a0\u202f]*"
AMOUNT = re.compile(rf"{CURRENCIES}\s?-?{NUMBER}|{NUMBER}\s?{CURRENCIES}")
INVOICE_NUMBER = re.compile(r"\bINV-\d{4}-\d+|\b[DG]\d{8,10}\b")


def assert_no_amount(page: Page) -> None:
    """Neither what is read on the page nor what its source holds names money or an invoice."""
    source = page.content()
    for pattern in (AMOUNT, INVOICE_NUMBER):
        found = pattern.search(source)
        assert not found, f"{page.url}: {source[max(found.start() - 80, 0) : found.end() + 20]}"
