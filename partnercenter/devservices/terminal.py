"""What the person at the terminal reads: plain lines, and trouble as one sentence."""

import sys


class Trouble(Exception):
    """One sentence that says what is wrong and what to do about it."""


def say(text: str) -> None:
    """Print one line at once, also when output is a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print one line on stderr at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
