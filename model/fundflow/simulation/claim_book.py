"""Every claim of one replication with its stages and reasons, kept as columns and written out once at the end."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.base.calendar import months_of, years_of
from fundflow.base.districts import DISTRICTS
from fundflow.policy import Batch, Instrument, Outcome, Reason, Status
from fundflow.results.schema import INSTALMENT, stage_lists

PAYERS = ("city", "district", "province", "fund")
_PLACES = [*DISTRICTS, "全市"]
_AMOUNTS = (
    "entitlement", "entitlement_city", "entitlement_district", "entitlement_province",
    "award", "city", "district_fen", "province",
)  # fmt: skip
_REASONS = {int(reason): reason.name.lower() for reason in Reason}
_STATUS = {int(status): status.name.lower() for status in Status}


_Key = tuple[str, tuple[str, ...]]


def written_months(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Months as yyyymm."""
    count = months_of(days)
    return (count // 12 + 1970) * 100 + count % 12 + 1


class ClaimBook:
    """Claims by instrument and by the stages that they went through."""

    def __init__(self) -> None:
        self.bans: list[str] = []
        self._instruments: dict[str, Instrument] = {}
        self._parts: defaultdict[_Key, list[dict[str, NDArray[Any]]]] = defaultdict(list)
        self._paid: defaultdict[_Key, list[dict[str, NDArray[Any]]]] = defaultdict(list)

    def keep(
        self, outcome: Outcome, batch: Batch, rows: NDArray[np.int64], number: int | NDArray[np.int64]
    ) -> None:
        """Keep some rows of an outcome; the claims are written in the order of the numbers of their decisions."""
        self._instruments[outcome.instrument.id] = outcome.instrument
        columns = {
            "number": np.broadcast_to(np.asarray(number, np.int64), batch.ids.shape),
            "claimant": batch.ids,
            "event_day": batch.trigger_day,
            "award_day": outcome.award_day,
            "district": outcome.district,
            "eligible": outcome.eligible,
            "failed": outcome.failed,
            "reason": outcome.reason,
            "status": outcome.status,
            "entitlement": outcome.entitlement,
            "entitlement_city": outcome.entitlement_city,
            "entitlement_district": outcome.entitlement_district,
            "entitlement_province": outcome.entitlement_province,
            "award": outcome.award,
            "city": outcome.award_city,
            "district_fen": outcome.award_district,
            "province": outcome.award_province,
        }
        for number, (_, amount, why) in enumerate(outcome.stages):
            columns[f"amount{number}"], columns[f"why{number}"] = amount, why
        stages = tuple(name for name, _, _ in outcome.stages)
        self._parts[outcome.instrument.id, stages].append({name: column[rows] for name, column in columns.items()})
        place = np.full(batch.n, -1)
        place[rows] = np.arange(len(rows))
        at = place[outcome.payments["row"]]
        kept = at >= 0
        paid = {name: column[kept] for name, column in outcome.payments.items()}
        self._paid[outcome.instrument.id, stages].append(paid | {"row": at[kept]})

    def table(self) -> dict[str, Any]:
        """The columns of the table ``claims`` (docs/results.md)."""
        # Claims may be decided later than they were made; the table does not show it.
        held = sorted(self._parts.items(), key=lambda item: min(_first(part) for part in item[1]))
        frames = [self._frame(name, stages, parts) for (name, stages), parts in held]
        return pl.concat(frames).to_dict(as_series=True) if frames else {}

    def _frame(self, name: str, stages: tuple[str, ...], parts: list[dict[str, NDArray[Any]]]) -> pl.DataFrame:
        whole = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        sizes = [len(part["claimant"]) for part in parts]
        reason = _words(whole["reason"], _REASONS)
        told = []
        for number, stage in enumerate(stages):
            why = _words(whole[f"why{number}"], _REASONS)
            if number == 0:
                why = self._conditions(name, whole["failed"], why)
            told.append((stage, whole[f"amount{number}"], why))
        frame = pl.DataFrame(
            {
                "claimant": whole["claimant"],
                "instrument": pl.Series([name] * len(reason), dtype=pl.String),
                "event_day": whole["event_day"].astype(np.int32),
                "award_day": whole["award_day"].astype(np.int32),
                "district": _words(whole["district"], {-1: _PLACES[-1], **dict(enumerate(_PLACES))}),
                "eligible": whole["eligible"],
                "reason": reason,
                "status": _words(whole["status"], _STATUS),
                "base": whole["amount0"],
                "amount": whole["amount1"],
                **{key: whole[key] for key in _AMOUNTS},
                "stages": stage_lists(told),
                "payments": _instalments(self._paid[name, stages], sizes),
            }
        )
        return frame[np.lexsort((whole["claimant"], whole["event_day"], whole["number"]))]

    def _conditions(self, name: str, failed: NDArray[np.int64], why: pl.Series) -> pl.Series:
        """Name the condition that failed, and its clause, in place of the bare word."""
        one = self._instruments[name]
        known = {
            number: f"condition {number + 1} ({condition.clause or one.clause})"
            for number, condition in enumerate(one.eligible)
        }
        known |= {-2 - number: text for number, text in enumerate(self.bans)}
        said = _words(failed, {-1: "", **known})
        return pl.select(pl.when(said == "").then(why).otherwise(said)).to_series()


def _first(part: dict[str, NDArray[Any]]) -> tuple[int, int]:
    """The first decision in a part, and the first fiscal year that it awards: years are decided one after the other."""
    number = int(part["number"].min())
    return number, int(years_of(part["award_day"][part["number"] == number]).min())


def _instalments(parts: list[dict[str, NDArray[Any]]], sizes: list[int]) -> pl.Series:
    """The instalments of each claim as a list of structs; ``sizes`` are the numbers of claims in each part."""
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rows = np.concatenate([part["row"] + at for part, at in zip(parts, first, strict=True)])
    columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0] if key != "row"}
    paid = pl.DataFrame(
        {
            "row": rows.astype(np.int64),
            "day": columns["day"],
            "month": written_months(columns["day"]).astype(np.int32),
            "city": columns["city"],
            "district_fen": columns["district"],
            "province": columns["province"],
            "paid_by": _words(columns["paid_by"], dict(enumerate(PAYERS))),
        }
    ).sort("row", "day", maintain_order=True)
    lists = paid.group_by("row", maintain_order=True).agg(pl.struct(list(INSTALMENT.to_schema())).alias("payments"))
    every = pl.DataFrame({"row": np.arange(sum(sizes), dtype=np.int64)}).join(lists, on="row", how="left")
    none = pl.lit([], dtype=pl.List(INSTALMENT))
    return every.sort("row").select(pl.col("payments").cast(pl.List(INSTALMENT)).fill_null(none))["payments"]


def _words(codes: NDArray[Any], words: dict[int, str]) -> pl.Series:
    return pl.Series(codes.astype(np.int64)).replace_strict(list(words), list(words.values()), return_dtype=pl.String)
