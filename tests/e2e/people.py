"""A person at a browser: signs in, opens pages, presses buttons, and looks at what they see.

Every page looked at is also checked: accessibility by axe, no breach of the content security
policy, no error in the console, nothing wider than a narrow screen.
"""

import re
import time
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from partnercenter.demo.people import PASSWORD

PATIENCE_SECONDS = 15
FOLLOWED_SECONDS = 30
DESKTOP = (1280, 900)
PHONE = (390, 844)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
# Answers that a page gives on purpose: a form to correct, and a page that was left behind.
DELIBERATE = ("status of 422", "status of 409")
HEAR_CSP = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI}`);
});"""


class Person:
    """Someone with a browser window of their own."""

    def __init__(
        self,
        browser: Browser,
        portal_url: str,
        *,
        size: tuple[int, int] = DESKTOP,
        scripts: bool = True,
        scheme: str = "light",
    ) -> None:
        width, height = size
        self.portal_url = portal_url
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        self.context.add_init_script(HEAR_CSP)
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page = self.context.new_page()
        self._has_scripts = scripts
        self._listen(self.page)

    def sign_in(self, login: str) -> "Person":
        """Sign in as a person of the demo. Pages passed on the way are looked at elsewhere."""
        self.page.goto(f"{self.portal_url}/accounts/login/")
        self.page.get_by_label("Email").fill(f"{login}@demo.example")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.main.get_by_role("button", name="Sign in").first.click()
        self.page.wait_for_url(f"{self.portal_url}/")
        return self

    def open(self, address: str) -> "Person":
        """Go to an address of the portal and look at the page."""
        response = self.page.goto(f"{self.portal_url}{address}")
        assert response, address
        assert response.ok, f"{address}: {response.status}"
        self.look()
        return self

    def follow(self, link: str) -> None:
        """Follow a link of the page's content, named as it is read."""
        self.main.get_by_role("link", name=link).first.click()
        self.look()

    def press(self, button: str) -> None:
        """Press the button that begins so, in the dialog if one is open; look at what comes."""
        begins_so = re.compile(f"^{re.escape(button)}")
        with self.page.expect_navigation():
            self.confirmation.get_by_role("button", name=begins_so).first.click()
        self.look()

    def open_dialog(self, link: str) -> None:
        """Follow a link that opens a dialog, which without scripts is a page of its own."""
        self.main.get_by_role("link", name=link, exact=True).first.click()
        expect(self.dialog.or_(self.page.locator("main #confirm"))).to_be_visible()
        self.look()

    def search(self, text: str) -> None:
        """Search by the bar on every page."""
        self.page.get_by_role("searchbox", name="Search", exact=True).fill(text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look()

    def choose_language(self, name: str) -> None:
        """By the account menu in the bar."""
        self.page.locator("header details.menu").last.locator("summary").click()
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()
        self.look()

    def move_clock(self, days: int) -> None:
        """Move the demo's clock by the banner on every page."""
        banner = self.page.get_by_role("complementary", name="Demo clock")
        banner.get_by_label("+ days").fill(str(days))
        with self.page.expect_navigation():
            banner.get_by_role("button", name="Move", exact=True).click()
        self.sees(f"Moved by {days} day")

    def sees(self, text: str, *, within_seconds: float = PATIENCE_SECONDS) -> None:
        """The text comes up in the page's content, without reloading it."""
        place = self.main.get_by_text(text).locator("visible=true").first
        expect(place).to_be_visible(timeout=within_seconds * 1000)

    def sees_status(self, status: str) -> None:
        """The status label comes to say this by itself: nobody reloads the page."""
        label = self.main.locator(".status-live .status").first
        expect(label).to_have_text(status, timeout=FOLLOWED_SECONDS * 1000)

    def reloads_until(self, status: str) -> None:
        """Without scripts the label follows by reloading the page."""
        label = self.main.locator(".status-live .status").first
        deadline = time.monotonic() + FOLLOWED_SECONDS
        while label.inner_text() != status:
            assert time.monotonic() < deadline, label.inner_text()
            self.page.wait_for_timeout(500)
            self.page.reload()

    @property
    def main(self) -> Locator:
        """The page's content, without bar, navigation and banner."""
        return self.page.locator("main")

    @property
    def dialog(self) -> Locator:
        """The dialog that is open over the page, if one is."""
        return self.page.locator("dialog[open]")

    @property
    def confirmation(self) -> Locator:
        """Where the person decides: the open dialog, else the page."""
        return self.dialog if self.dialog.is_visible() else self.main

    @property
    def path(self) -> PurePosixPath:
        """Where the person is: the address without host and query."""
        return PurePosixPath(urlsplit(self.page.url).path)

    def look(self) -> None:
        """Check the page as it is now."""
        assert not self.complaints, f"{self.page.url}: {self.complaints}"
        if self._has_scripts:
            self.page.wait_for_load_state("load")
            _assert_accessible(self.page)
            _assert_fits(self.page)

    def picture(self, file: Path) -> None:
        """Keep what the window shows."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=file, animations="disabled")

    def leave(self) -> None:
        """Close the window; complaints that nobody looked at count as well."""
        self.context.close()
        assert not self.complaints, self.complaints

    def _listen(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._hear_failure)

    def _hear(self, message: ConsoleMessage) -> None:
        is_deliberate = any(words in message.text for words in DELIBERATE)
        if message.type in {"error", "warning"} and not is_deliberate:
            self.complaints.append(f"{message.type}: {message.text} ({message.location})")

    def _hear_failure(self, request: Request) -> None:
        """A style sheet or script that is missing; a page that is left ends its own requests."""
        if request.resource_type in {"stylesheet", "script", "image", "font"}:
            self.complaints.append(f"{request.url}: {request.failure}")


def _assert_accessible(page: Page) -> None:
    results = Axe().run(page, options=AXE_OPTIONS)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def _assert_fits(page: Page) -> None:
    """No page scrolls sideways, on a phone least of all."""
    excess = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert excess <= 0, f"{page.url} is {excess} px wider than the window: {_widest(page)}"


def _widest(page: Page) -> str:
    """The innermost element that reaches out farthest, to find it by."""
    found: str = page.evaluate(
        """() => [...document.querySelectorAll("main *, header *")]
            .sort((one, other) => one.getBoundingClientRect().right
                - other.getBoundingClientRect().right)
            .at(-1).outerHTML.slice(0, 300)"""
    )
    return found
