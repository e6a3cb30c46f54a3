"""Rows below a header, cell by cell by what their columns hold. Pure: no database, no clock."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from billing.imports.columns import folded
from billing.imports.problems import Code, Problem
from billing.tables import values
from billing.tables.problems import FileRefused, ValueRefused

SHOWN_CHARACTERS = 80


@dataclass(frozen=True)
class Plan:
    """How a table is read: where its header is, what its columns hold, and what rows don't say.

    `today` is the partner's business date.
    """

    kind: str
    header: Sequence[str]
    header_row: int
    mapping: Mapping[str, int]
    currency: str
    today: date
    bank_account: str = ""


class Row:
    """One row; reading a cell that is wrong notes the problem and gives None."""

    def __init__(self, number: int, cells: Sequence[str], plan: Plan) -> None:
        self.number = number
        self.cells = cells
        self.plan = plan
        self.problems: list[Problem] = []

    @property
    def is_right(self) -> bool:
        """Whether nothing that stops the file was found so far."""
        return all(problem.is_warning for problem in self.problems)

    @property
    def beginning(self) -> str:
        """The first cell that holds something, to name the row by."""
        first = next((cell for cell in self.cells if cell.strip()), "")
        return values.words(first, SHOWN_CHARACTERS)

    def text(self, field: str) -> str:
        """The field's cell; empty when no column holds it or the row ends before."""
        at = self.plan.mapping.get(field, -1)
        return self.cells[at].strip() if 0 <= at < len(self.cells) else ""

    def column(self, field: str) -> str:
        """The name of the field's column, as the file writes it."""
        at = self.plan.mapping.get(field, -1)
        name = self.plan.header[at] if 0 <= at < len(self.plan.header) else ""
        return values.words(name, SHOWN_CHARACTERS)

    def read[T](self, field: str, reader: Callable[[str], T]) -> T | None:
        """The value of the field's cell."""
        try:
            return reader(self.text(field))
        except ValueRefused as refused:
            self.say(Problem(refused.code, details=refused.details), field)
            return None

    def words(self, field: str, limit: int) -> str:
        """The field's cell on one line; what is too long is cut and said."""
        whole = values.words(self.text(field), len(self.text(field)) + 1)
        if len(whole) > limit:
            self.say(Problem(Code.CUT_REMARK, details={"limit": str(limit)}), field)
        return whole[:limit]

    def say(self, problem: Problem, field: str) -> None:
        """Note what is wrong with the field's cell."""
        shown = values.words(self.text(field), SHOWN_CHARACTERS)
        self.problems.append(
            Problem(problem.code, self.number, self.column(field), shown, problem.details)
        )

    def note(self, code: Code, field: str, **details: str) -> None:
        """Note what is wrong with the field's cell, by its code."""
        self.say(Problem(code, details=details), field)


def below_header(rows: Iterable[Sequence[str]], plan: Plan) -> Iterator[Row | Problem]:
    """The rows that hold something. Raises FileRefused when the header is not where it was."""
    names = [folded(name) for name in plan.header]
    if not any(names):
        raise FileRefused(Problem(Code.NO_ROWS))
    for number, cells in enumerate(rows, start=1):
        if number < plan.header_row:
            continue
        is_header = _is_header(cells, names)
        if number == plan.header_row:
            if not is_header:
                raise FileRefused(Problem(Code.OTHER_HEADER, number))
        elif is_header:
            yield Problem(Code.REPEATED_HEADER, number)
        elif any(cell.strip() for cell in cells):
            yield Row(number, cells, plan)


def too_wide(row: Row) -> Problem | None:
    """A row with more cells than the header: something in it is not quoted."""
    width = len(row.plan.header)
    if not any(cell.strip() for cell in row.cells[width:]):
        return None
    details = {"expected": str(width)}
    return Problem(Code.RAGGED, row.number, value=str(len(row.cells)), details=details)


def _is_header(cells: Sequence[str], names: Sequence[str]) -> bool:
    return [folded(cell) for cell in cells[: len(names)]] == list(names)
