"""Funds that lend or invest: their sizes, limits and prices as dated values."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from fundflow.policy import table
from fundflow.policy.faults import unknown
from fundflow.policy.instrument import Document
from fundflow.policy.recording import Value
from fundflow.policy.table import Table
from fundflow.policy.values import Dated

KINDS = ("revolving_fund", "equity_fund")
_VALUES: dict[str, Any] = {
    "size": table.money, "loan_cap": table.money, "own_share": table.rate, "free_days": table.count,
    "rate_multiple": table.multiple, "late_multiple": table.multiple, "fee_rate": table.rate,
    "apply_days_before": table.count, "answer_days": table.count, "day_base": table.count,
    "share_cap": table.rate,
}  # fmt: skip


@dataclass(frozen=True)
class Fund:
    """A fund; ``value`` gives one of its terms on a day."""

    id: str
    kind: str
    name_en: str
    name_zh: str
    document: str
    clause: str
    rules: tuple[str, ...]
    terms: dict[str, Dated[Any]]
    in_force: int | None = None
    expires: int | None = None
    values: tuple[Value, ...] = field(default=(), repr=False)

    def value(self, name: str, day: int = 0) -> int | Fraction:
        """One term: money in fen, days as numbers, rates as fractions.

        Raises
        ------
        KeyError
            If the fund has no such term.
        """
        if name not in self.terms:
            raise KeyError(f"fund {self.id}: {name}: {unknown(name, self.terms)}")
        found: int | Fraction = self.terms[name].on(day)
        return found


def read_fund(name: str, source: Table, law: Document) -> Fund:
    """Read one table ``[funds.*]``."""
    kind = source.get("kind", table.one_of(*KINDS))
    en, zh = source.get("name", table.names) or ("", "")
    terms = {key: source.dated(key, read) for key, read in _VALUES.items() if source.has(key)}
    clause, rules = source.get("clause", table.text), source.get("rules", table.texts, ())
    start, end = source.get("in_force", table.day, law.in_force), source.get("expires", table.day, law.expires)
    source.finish()
    return Fund(name, kind, en, zh, law.number, clause, rules, terms, start, end, source.values(start))
