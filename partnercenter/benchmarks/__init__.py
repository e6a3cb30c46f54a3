"""Benchmarks: each compares the portal's way with the database's floor, in turn, in one run."""

from collections.abc import Callable, Iterator

from partnercenter.benchmarks import importing, sweeping
from partnercenter.benchmarks.measuring import Measurement

type Benchmark = Callable[[int], Iterator[Measurement]]

BENCHMARKS: dict[str, Benchmark] = {"import": importing.measure, "sweep": sweeping.measure}
"""By the name given to `--only`; each takes its size and seeds its own data."""
