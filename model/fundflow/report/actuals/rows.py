"""The rows of a file of actuals, and which months they cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fundflow.report.source import WHOLE_CITY

CASH, AWARD, ENTITLEMENT, STOCK = "cash", "award", "entitlement", "stock"
KINDS = (CASH, AWARD, ENTITLEMENT, STOCK)


@dataclass(frozen=True)
class Row:
    """One line of the file.

    Attributes
    ----------
    line
        Its number in the file.
    kind
        ``cash``, ``award``, ``entitlement`` or ``stock``.
    name
        Id of the instrument; for a stock the name of the indicator.
    bearer
        ``city``, ``district`` or ``province``; empty for a stock.
    place
        The district, or `WHOLE_CITY` where the amount is that of all districts together.
    first, last
        First and last month, written yyyymm.
    fen, count
        Amount and number; None where the file does not say.
    award_year
        Fiscal year of the award that was paid, where the file says it.
    """

    line: int
    kind: str
    name: str
    bearer: str
    place: str
    first: int
    last: int
    fen: int | None
    count: int | None
    award_year: int | None = None

    @property
    def year(self) -> int:
        """Calendar year of the row; it never spans two."""
        return self.first // 100

    @property
    def unit(self) -> tuple[str, str]:
        """Whose books the row is from: bearer and place."""
        return self.bearer, self.place


@dataclass(frozen=True)
class Actuals:
    """A file of actuals that holds no fault."""

    path: Path
    rows: tuple[Row, ...]
    warnings: Sequence[str] = ()

    def of(self, *kinds: str) -> list[Row]:
        """The rows of some kinds, in the order of the file."""
        return [row for row in self.rows if row.kind in kinds]

    @cached_property
    def spans(self) -> dict[tuple[str, str], tuple[int, int]]:
        """First and last covered month of each unit that reports cash.

        A unit's books cover every month between; a line named in them has nothing paid in a month without a row.
        """
        spans: dict[tuple[str, str], tuple[int, int]] = {}
        for row in self.of(CASH):
            low, high = spans.get(row.unit, (row.first, row.last))
            spans[row.unit] = min(low, row.first), max(high, row.last)
        return spans

    @property
    def last_month(self) -> int | None:
        """The last month that any unit's cash covers."""
        return max((last for _, last in self.spans.values()), default=None)

    def lines(self) -> list[tuple[str, str, str]]:
        """The covered lines: bearer, place and instrument."""
        return sorted({(*row.unit, row.name) for row in self.of(CASH)})

    def covered(self) -> list[tuple[str, str, str, int]]:
        """Every covered cell: bearer, place, instrument and month."""
        return [(*line, month) for line in self.lines() for month in months_between(*self.spans[line[:2]])]


def months_between(first: int, last: int) -> list[int]:
    """Months from first to last, written yyyymm."""
    count = (last // 100 - first // 100) * 12 + last % 100 - first % 100 + 1
    start = first // 100 * 12 + first % 100 - 1
    return [(m // 12) * 100 + m % 12 + 1 for m in range(start, start + count)]


def place_text(bearer: str, place: str) -> str:
    """A unit in words, for faults and warnings."""
    return bearer if place == WHOLE_CITY else f"{bearer} of {place}"
