"""What a client asks before each request and tells after it, so that others can be spared."""

from typing import Protocol


class Pacing(Protocol):
    """Decides when a request may be sent; shared by everybody who sends for the same tenant."""

    def before(self) -> None:
        """Wait for leave to send. Raises `errors.Throttled` where that would take too long."""

    def after(self, status: int | None) -> None:
        """An exchange ended with this HTTP status, or with none."""

    def told_to_wait(self, seconds: int | None) -> None:
        """Partner Center answered that there were too many requests."""


class Unpaced:
    """No limit but Partner Center's own."""

    def before(self) -> None:
        """At once."""

    def after(self, status: int | None) -> None:
        """Nobody counts."""

    def told_to_wait(self, seconds: int | None) -> None:
        """Whoever asked hears of it by the exception."""
