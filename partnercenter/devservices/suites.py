"""`make test`: all tests on services of their own, and one closing line."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from partnercenter.devservices import catalogues
from partnercenter.devservices.places import CHECKOUT
from partnercenter.devservices.services import throwaway_services
from partnercenter.devservices.terminal import Trouble, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Browser journeys and real Celery processes measure time: they don't share the cores.
SLOWEST = ("--durations", "15", "--durations-min", "3")
# Journeys share one portal, and the last one moves its clock: they run one after the other.
SUITES = (
    (
        *("-m", "not e2e and not processes", "-n", "2"),
        *("--dist", "loadfile", "--no-loadscope-reorder", *SLOWEST),
    ),
    ("-m", "e2e or processes", *SLOWEST),
)
CLOSING_LINE = re.compile(r"^=+ (.*\d+ \w+.*) in ([\d.]+)s.*=+$", re.MULTILINE)
COUNT = re.compile(r"(\d+) (\w+)")
KEPT_OUTPUT = 4000


def test(arguments: Sequence[str]) -> int:
    """Run both suites, or pytest once with the arguments given; returns the exit code."""
    browser = _browser()
    catalogues.compile_catalogues()
    with throwaway_services() as addresses:
        environment = {**os.environ, **addresses, **browser, "DEMO": "true"}
        if arguments:
            return _pytest(arguments, environment)[0]
        results = [_pytest(suite, environment) for suite in SUITES]
    say(closing_line([output for _code, output in results]))
    return next((code for code, _output in results if code), 0)


def closing_line(outputs: Sequence[str]) -> str:
    """The sum of pytest's closing lines, in the same form."""
    counts: Counter[str] = Counter()
    seconds = 0.0
    for output in outputs:
        for results, duration in CLOSING_LINE.findall(output)[-1:]:
            counts.update({_plural(word): int(number) for number, word in COUNT.findall(results)})
            seconds += float(duration)
    del counts["deselected"]  # by the other run
    results = ", ".join(f"{number} {word}" for word, number in counts.items())
    return f" {results or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


def _plural(word: str) -> str:
    return {"error": "errors", "warning": "warnings"}.get(word, word)


def _pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run pytest with its output shown as it comes; returns its exit code and last words."""
    colour = "yes" if sys.stdout.isatty() else "no"
    command = [sys.executable, "-m", "pytest", f"--color={colour}", *arguments]
    process = subprocess.Popen(  # noqa: S603 - pytest with what the caller asked
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        output = _shown(process)
    except BaseException:  # a signal: nothing of ours goes on without us
        process.terminate()
        raise
    finally:
        process.wait()
    return process.returncode, re.sub(r"\x1b\[[\d;]*m", "", output)


def _shown(process: subprocess.Popen[bytes]) -> str:
    """Pass the output on in the pieces in which it comes; returns its end."""
    output = ""
    while process.stdout and (chunk := os.read(process.stdout.fileno(), 65536)):
        text = chunk.decode(errors="replace")
        sys.stdout.write(text)
        sys.stdout.flush()
        output = (output + text)[-KEPT_OUTPUT:]
    return output


def _browser() -> dict[str, str]:
    """CHROMIUM for the browser journeys; they skip themselves without it, except in CI."""
    if os.environ.get("CHROMIUM"):
        return {}
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return {"CHROMIUM": found}
    if os.environ.get("CI") == "true":
        raise Trouble(f"CI=true needs a browser: none of {', '.join(BROWSERS)} is in PATH.")
    say("No Chromium in PATH: browser journeys will be skipped.")
    return {}
