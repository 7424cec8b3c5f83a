"""Every outcome of the claim chain is written down here, and summed into the tables of a run folder at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.base.calendar import years_of
from fundflow.base.districts import DISTRICTS
from fundflow.policy import Batch, Outcome, Reason, Status
from fundflow.simulation.claim_book import PAYERS, ClaimBook, written_months
from fundflow.simulation.firm_classes import CLASSES
from fundflow.simulation.unpaid import Unpaid

STATUS = tuple(status.name.lower() for status in Status)
LEVELS = ("city", "district", "province")
CAUSES = ("fraud",)
"""Why money comes back."""
Table = dict[str, Any]


@dataclass
class Ledger:
    """The books of one replication.

    ``keep_claims`` keeps every claim with its stages as well, paid or not; the sums are kept always. ``classes`` gives
    the class of claimants by their ids; with it sums by class are kept beside the others.
    """

    keep_claims: bool = False
    first_day: int = 0
    classes: Callable[[NDArray[np.int64]], NDArray[np.int64]] | None = None
    _codes: dict[str, int] = field(default_factory=dict)
    _commitments: list[Table] = field(default_factory=list)
    _payments: list[Table] = field(default_factory=list)
    _settlements: list[Table] = field(default_factory=list)
    _recoveries: list[Table] = field(default_factory=list)
    claims: ClaimBook = field(default_factory=ClaimBook)
    unpaid: Unpaid = field(default_factory=Unpaid)
    _indicators: list[tuple[int, str, str, float]] = field(default_factory=list)
    trace: dict[str, list[Table]] = field(default_factory=dict)

    def indicate(self, year: int, name: str, value: float, district: str = "全市") -> None:
        """Note one indicator of a year, rounded so that it is the same on all processors."""
        self._indicators.append((year, name, district, round(float(value), 6)))

    def note(self, name: str, **columns: Any) -> None:
        """Note rows of a history, for the comparison with the reference model."""
        if self.keep_claims and len(next(iter(columns.values()))):
            self.trace.setdefault(name, []).append({k: np.asarray(v).copy() for k, v in columns.items()})

    def record(
        self,
        outcome: Outcome,
        batch: Batch,
        *,
        shared: bool,
        again: bool = False,
        number: int | NDArray[np.int64] = 0,
        classes: NDArray[np.int64] | None = None,
    ) -> None:
        """Write down one instrument's outcome: commitments, payments, settlements and, if asked, the claims.

        Where several instruments wait for the same event (``shared``) the first condition of each says whose it is:
        a row that fails it is nobody's claim there. Receipts of a fund are no public money; its balances hold them.
        ``again`` marks claims that were put off the year before: they were counted and entitled then. ``number`` is
        that of the decision, which orders the table of claims; ``classes`` are size classes already known.
        """
        claimed = (outcome.failed != 0) if shared else np.ones(batch.n, bool)
        claimed &= (outcome.award > 0) | (not again)
        rows = np.flatnonzero(claimed & (outcome.award_day >= self.first_day))
        if outcome.instrument.receipt:
            return
        if not again:
            self.unpaid.add(outcome, outcome.award_day >= self.first_day)
        code = self._codes.setdefault(outcome.instrument.id, len(self._codes))
        if classes is None:
            classes = np.zeros(batch.n, np.int64) if self.classes is None else self.classes(batch.ids)
        if not len(rows):
            # Awarded before the first day: only what is paid after it belongs to these books.
            self._pay(code, outcome, classes)
            self._settle(code, outcome)
            return
        self._commit(code, outcome, rows, again, classes[rows])
        self._pay(code, outcome, classes)
        self._settle(code, outcome)
        if self.keep_claims:
            self.claims.keep(outcome, batch, rows, number)

    def _commit(
        self, code: int, outcome: Outcome, rows: NDArray[np.int64], again: bool, classes: NDArray[np.int64]
    ) -> None:
        reason = outcome.reason[rows]
        # What was put off last year is awarded now without a new entitlement.
        gap = np.maximum(outcome.entitlement[rows] - outcome.award[rows], 0)
        year, district = years_of(outcome.award_day[rows]), outcome.district[rows]
        status = outcome.status[rows].astype(np.int64)
        # A round of 15,000 claims becomes a few dozen rows at once, or the books would outgrow the firms.
        key = ((year * 100 + district + 1) * 10 + status) * 10 + classes
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        first = order[starts]
        self._commitments.append(
            {
                "year": year[first],
                "instrument": np.full(len(first), code),
                "district": district[first],
                "status": status[first],
                "class": classes[first],
            }
            | {
                name: np.add.reduceat(column[order], starts)
                for name, column in {
                    "claims": np.full(len(rows), not again, np.int64),
                    "eligible": np.where(again, 0, outcome.eligible[rows]).astype(np.int64),
                    "recipients": (outcome.award[rows] > 0).astype(np.int64),
                    "base": np.where(again, 0, outcome.stages[0][1][rows]),
                    "amount": np.where(again, 0, outcome.stages[1][1][rows]),
                    "entitlement_city": outcome.entitlement_city[rows],
                    "entitlement_district": outcome.entitlement_district[rows],
                    "entitlement_province": outcome.entitlement_province[rows],
                    "award_city": outcome.award_city[rows],
                    "award_district": outcome.award_district[rows],
                    "award_province": outcome.award_province[rows],
                    "earlier_city": np.where(again, outcome.award_city[rows], 0),
                    "earlier_district": np.where(again, outcome.award_district[rows], 0),
                    "earlier_province": np.where(again, outcome.award_province[rows], 0),
                    "deferred": np.where(reason == Reason.ENVELOPE_DEFERRED, gap, 0),
                    "refused": np.where(reason == Reason.ENVELOPE_REFUSED, gap, 0),
                    "cut_cap": _taken(outcome, rows, Reason.CAP, Reason.TOTAL_CAP),
                    "cut_quota": _taken(outcome, rows, Reason.RANK),
                    "cut_envelope": gap,
                }.items()
            }
        )

    def _pay(self, code: int, outcome: Outcome, classes: NDArray[np.int64]) -> None:
        paid = _from(self.first_day, outcome.payments)
        row = paid["row"]
        if len(row):
            keys = {
                "month": written_months(paid["day"]),
                "district": outcome.district[row],
                "paid_by": paid["paid_by"],
                "status": outcome.status[row].astype(np.int64),
                "award_year": years_of(outcome.award_day[row]),
                "class": classes[row],
            }
            sums = {
                "city": paid["city"],
                "district_fen": paid["district"],
                "province": paid["province"],
                "count": np.ones(len(row), np.int64),
            }
            self._payments.append(_summed(code, keys, sums))

    def _settle(self, code: int, outcome: Outcome) -> None:
        owed = _from(self.first_day, outcome.settlements)
        row = owed["row"]
        if len(row):
            keys = {
                "month": written_months(owed["day"]),
                "district": outcome.district[row],
                "from_level": owed["from"],
                "to_level": owed["to"],
            }
            self._settlements.append(_summed(code, keys, {"amount": owed["fen"]}))

    def recover(
        self,
        instrument: str,
        due: NDArray[np.int64],
        district: NDArray[np.int64],
        award_year: NDArray[np.int64],
        cause: str,
        shares: dict[str, NDArray[np.int64]],
    ) -> None:
        """Write down money that comes back: when it is due, and to whom by the shares that were borne."""
        if len(due):
            self._recoveries.append(
                {
                    "month": written_months(due),
                    "instrument": np.full(len(due), self._codes[instrument]),
                    "district": district,
                    "cause": np.full(len(due), CAUSES.index(cause)),
                    "award_year": award_year,
                    **shares,
                }
            )

    def tables(self) -> dict[str, Any]:
        """Sum the books into the tables of the run folder (see docs/results.md)."""
        year, name, district, value = (list(column) for column in zip(*self._indicators, strict=True))
        result: dict[str, Any] = {
            "commitments": self._sum(self._commitments, ["year", "instrument", "district", "status"]),
            "payments": self._sum(
                self._payments, ["month", "instrument", "district", "paid_by", "status", "award_year"]
            ),
            "settlements": self._sum(self._settlements, ["month", "instrument", "district", "from_level", "to_level"]),
            "recoveries": self._sum(self._recoveries, ["month", "instrument", "district", "cause", "award_year"]),
            "indicators": {"year": year, "name": name, "district": district, "value": value},
        }
        if self.classes is not None:
            keys = ["instrument", "district", "status", "class"]
            result["by_class"] = {
                "commitments": self._sum(self._commitments, ["year", *keys]),
                "payments": self._sum(self._payments, ["month", "paid_by", *keys]),
            }
        if self.keep_claims:
            result["claims"] = self.claims.table()
            result["trace"] = {
                name: {k: np.concatenate([part[k] for part in parts]) for k in parts[0]}
                for name, parts in self.trace.items()
            }
        return result

    def _sum(self, parts: list[Table], keys: list[str]) -> Table:
        """Add up rows with the same keys, and write the codes out as the words of the run folder."""
        if not parts:
            return {}
        dropped = {"class", "award_year"} - {*keys}
        whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0] if name not in dropped}
        table = pl.DataFrame(whole).group_by(keys).sum()
        for column, names in (
            ("instrument", tuple(self._codes)),
            ("district", (*DISTRICTS, "全市")),
            ("status", STATUS),
            ("paid_by", PAYERS),
            ("from_level", LEVELS),
            ("to_level", LEVELS),
            ("cause", CAUSES),
            ("class", CLASSES),
        ):
            if column in table.columns:
                code = pl.col(column).cast(pl.Int64)
                code = pl.when(code < 0).then(len(names) - 1).otherwise(code)
                words = code.replace_strict(list(range(len(names))), list(names), return_dtype=pl.String)
                table = table.with_columns(words.alias(column))
        return table.sort(keys).to_dict(as_series=True)


def _summed(code: int, keys: dict[str, NDArray[np.int64]], sums: dict[str, NDArray[np.int64]]) -> Table:
    """Add up the rows of one instrument with the same keys; a large round becomes a few dozen rows."""
    joined = np.zeros(len(next(iter(keys.values()))), np.int64)
    for column in keys.values():
        least = int(column.min())
        joined = joined * (int(column.max()) - least + 1) + (column - least)
    order = np.argsort(joined, kind="stable")
    starts = np.flatnonzero(np.diff(joined[order], prepend=-1))
    first = order[starts]
    found: Table = {"instrument": np.full(len(first), code)}
    found |= {name: column[first] for name, column in keys.items()}
    return found | {name: np.add.reduceat(column[order], starts) for name, column in sums.items()}


def _from(first: int, columns: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.int64]]:
    """The rows from a day on."""
    keep = columns["day"] >= first
    return columns if keep.all() else {name: column[keep] for name, column in columns.items()}


def _taken(outcome: Outcome, rows: NDArray[np.int64], *reasons: Reason) -> NDArray[np.int64]:
    """Fen that the stages with some reasons took from claims; a quota counts with the amount before caps."""
    total = np.zeros(len(rows), np.int64)
    before = outcome.stages[1][1][rows]
    for _, amount, why in outcome.stages[2:]:
        cut = np.logical_or.reduce([why[rows] == reason for reason in reasons])
        total += np.where(cut, before - amount[rows], 0)
        before = amount[rows]
    return total
