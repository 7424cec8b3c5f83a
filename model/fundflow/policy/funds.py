"""Funds that lend or invest: their sizes, limits and prices as dated values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from fundflow.policy import table
from fundflow.policy.equity import EquityTerms, read_equity
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
    "share_cap": table.rate, "concession_share": table.rate, "term_years": table.count, "long_term_years": table.count,
    "review_days": table.count, "publicity_days": table.count, "sign_within": table.count,
    "fee_excellent": table.rate, "fee_pass": table.rate, "fee_prepaid": table.rate,
    "reward_share": table.rate, "reward_over": table.rate, "exchange_rate": table.multiple, "size_usd": table.count,
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
    law: Document = field(repr=False)
    active: Dated[bool] = field(repr=False)
    in_force: int
    expires: int | None
    equity: EquityTerms | None = None
    access: tuple[str, ...] = ()
    """Condition sets of the firms that may use the fund; one of them suffices."""
    assumed: tuple[str, ...] = ()
    values: tuple[Value, ...] = field(default=(), repr=False)

    def runs(self, day: int) -> bool:
        """Whether the fund is there on a day, be it only to end what it has begun."""
        return self.active.on(day) and day >= self.in_force

    def open(self, day: int) -> bool:
        """Whether the fund may enter into something new on a day: its document holds, or is assumed renewed."""
        if not self.runs(day):
            return False
        return self.expires is None or day <= self.expires or self.law.after_expiry == "renewed"

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


def read_fund(name: str, source: Table, law: Document, names: Mapping[str, Any]) -> Fund:
    """Read one table ``[funds.*]``; ``names`` is what ``"$name"`` stands for."""
    source.names = dict(names)
    kind = source.get("kind", table.one_of(*KINDS))
    en, zh = source.get("name", table.names) or ("", "")
    start = source.get("in_force", table.day, law.in_force)
    fund = Fund(
        id=name,
        kind=kind,
        name_en=en,
        name_zh=zh,
        document=law.number,
        clause=source.get("clause", table.text),
        rules=source.get("rules", table.texts, ()),
        terms={key: source.dated(key, read) for key, read in _VALUES.items() if source.has(key)},
        law=law,
        active=source.dated("active", table.flag, True),
        in_force=start,
        expires=source.get("expires", table.day, law.expires),
        equity=read_equity(source) if kind == "equity_fund" else None,
        access=source.get("access", table.texts, ()),
        assumed=source.get("assumed", table.texts, ()),
    )
    source.finish()
    return replace(fund, values=source.values(start))
