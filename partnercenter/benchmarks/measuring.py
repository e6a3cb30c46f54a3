"""Measures pairs in turn and memory at its highest; a ratio inside one run means much."""

import ctypes
import gc
import json
import resource
import statistics
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

WARM_UPS = 1
PAIRS = 5
SAMPLE_SECONDS = 0.02
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True)
class Measurement:
    """One line of the report: medians in seconds, memory in MB above the idle process."""

    bench: str
    n: int
    ours_s: float
    limit_s: float | None = None
    ratio: float | None = None
    spread: str = ""
    rss_mb: float | None = None

    def as_json(self) -> str:
        """The line for machines; nothing here is compared with a peer."""
        return json.dumps(
            {
                "bench": self.bench,
                "n": self.n,
                "ours_s": round(self.ours_s, 6),
                "limit_s": None if self.limit_s is None else round(self.limit_s, 6),
                "ratio": None if self.ratio is None else round(self.ratio, 3),
                "peer_s": None,
                "peer_ratio": None,
                "rss_mb": None if self.rss_mb is None else round(self.rss_mb, 1),
            }
        )


@dataclass(frozen=True)
class Timed:
    """Seconds of one thing, measured several times."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        return f"{min(self.seconds):.4f}–{max(self.seconds):.4f}"


def timed(work: Callable[[], object], *, times: int = PAIRS) -> Timed:
    """Run the work so often after a warm-up."""
    for _ in range(WARM_UPS):
        work()
    return Timed(tuple(_seconds(work) for _ in range(times)))


def in_turn(
    ours: Callable[[], float], floor: Callable[[], float], *, pairs: int = PAIRS
) -> tuple[Timed, Timed, Timed]:
    """A B A B …: both return the seconds they took; the third is the ratio of each pair."""
    for _ in range(WARM_UPS):
        ours()
        floor()
    taken = [(ours(), floor()) for _ in range(pairs)]
    return (
        Timed(tuple(pair[0] for pair in taken)),
        Timed(tuple(pair[1] for pair in taken)),
        Timed(tuple(pair[0] / pair[1] for pair in taken)),
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def memory_above_idle(work: Callable[[], object]) -> float:
    """MB the process needed at most while working, above what it needed before; sampled."""
    _give_back_what_is_free()
    before, highest, stop = _resident_mb(), [0.0], threading.Event()

    def sample() -> None:
        while not stop.wait(SAMPLE_SECONDS):
            highest[0] = max(highest[0], _resident_mb())

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        work()
    finally:
        stop.set()
        sampler.join()
    return max(highest[0], _resident_mb()) - before


def _give_back_what_is_free() -> None:
    """What the migrations left free would hide what the work takes (GNU C library only)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _resident_mb() -> float:
    """Resident memory of this process now; its highest where the system tells nothing else."""
    if not _STATM.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pages = int(_STATM.read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def table(measurements: Iterable[Measurement]) -> Iterable[str]:
    """The lines for people."""
    yield f"{'benchmark':34}{'n':>10}{'ours s':>10}{'floor s':>10}{'ratio':>8}{'MB':>8}  spread"
    for one in measurements:
        floor = "" if one.limit_s is None else f"{one.limit_s:.4f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        memory = "" if one.rss_mb is None else f"{one.rss_mb:.0f}"
        yield (
            f"{one.bench:34}{one.n:>10}{one.ours_s:>10.4f}{floor:>10}{ratio:>8}{memory:>8}"
            f"  {one.spread}"
        )
