"""Runs threads to their end."""

from collections.abc import Iterable
from threading import Thread


def run_together(threads: Iterable[Thread]) -> None:
    """Start them all, then wait for each."""
    started = list(threads)
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
