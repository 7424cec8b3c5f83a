"""Who is barred from what until when, and what each claimant has had that may be claimed back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import NEVER, add_months, date_of
from fundflow.policy import Batch, Catalogue, Instrument, Outcome
from fundflow.policy.conditions import ConditionSet
from fundflow.policy.penalties import ALL_MONEY, Penalty

Ints = NDArray[np.int64]
FRAUD = "fraud"


@dataclass(frozen=True)
class Ban:
    """One claimant may not apply from a day until the day before another."""

    start: int
    until: int
    cause: int
    decision: int = 0
    """The number of the last decision before anybody knew of the ban."""


class Consequences:
    """Bans by what they keep from, and awards of the instruments that fraud takes back or bars.

    Attributes
    ----------
    causes
        What each ban is called in the record of a claim, by its number less one.
    watched
        Instruments whose awards may be claimed back, so that they must be known while the years pass.
    """

    def __init__(self, catalogue: Catalogue, first_day: int) -> None:
        self._first_day = first_day
        self.penalties = catalogue.penalties()
        self.causes: list[str] = []
        self._numbers: dict[str, int] = {}
        self._bans: defaultdict[str, defaultdict[int, list[Ban]]] = defaultdict(lambda: defaultdict(list))
        self._told: dict[str, list[tuple[Instrument | ConditionSet, Penalty]]] = {}
        for owner, penalty in self.penalties:
            if penalty.event:
                self._told.setdefault(penalty.event, []).append((owner, penalty))
        self.watched = {one.id for one, p in self.penalties if p.on == FRAUD and not p.cancels}
        self._awards: defaultdict[str, list[dict[str, Ints]]] = defaultdict(list)

    def told_by(self, event: str) -> list[tuple[Instrument | ConditionSet, Penalty]]:
        """The penalties for faults that an event tells."""
        return self._told.get(event, [])

    def bar(self, ids: Ints, owner: Instrument | ConditionSet, penalty: Penalty, day: int, decision: int = 0) -> int:
        """Bar claimants from a day on, after so many decisions; the day on which the ban ends is returned."""
        until = NEVER if penalty.forever else int(add_months(np.int64(day), 12 * penalty.ban_years.on(day)))
        if not penalty.bars or until <= day:
            return day
        ends = "" if penalty.forever else f" until {date_of(until)}"
        text = f"barred{ends} ({owner.document} {penalty.clause})"
        if text not in self._numbers:
            self.causes.append(text)
            self._numbers[text] = len(self.causes)
        for name in penalty.bars:
            for claimant in ids.tolist():
                self._bans[name][claimant].append(Ban(day, until, self._numbers[text], decision))
        return until

    def barred(self, names: Iterable[str], ids: Ints, days: Ints, known: Ints | None = None) -> Ints:
        """The number of a ban that keeps a claimant from any of some names on a day, 0 where none does.

        ``known`` are the numbers of the decisions on the claims, where they were to be taken before now: then only bans
        of which one knew at that time count.
        """
        found = np.zeros(len(ids), np.int64)
        for name in names:
            if name not in self._bans:
                continue
            held = self._bans[name]
            # Few are barred: a claimant is looked up among them, and the claimants need no sorting.
            barred = np.sort(np.fromiter(held, np.int64, len(held)))
            place = np.searchsorted(barred, ids).clip(max=len(barred) - 1)
            for row in np.flatnonzero(barred[place] == ids).tolist():
                for ban in held[int(ids[row])]:
                    if ban.start <= days[row] < ban.until and not found[row] and (
                        known is None or ban.decision < known[row]
                    ):
                        found[row] = ban.cause
        return found

    def of_claims(
        self, instruments: Iterable[Instrument], batch: Batch, known: Ints | None = None
    ) -> dict[str, Ints]:
        """The bans that hit the claims of a batch on the days of their applications, by instrument."""
        found: dict[str, Ints] = {}
        if not self._bans:
            return found
        for one in instruments:
            names = [n for n in (ALL_MONEY, one.id, one.law.id, *one.departments) if n in self._bans]
            if not names:
                continue
            hit = self.barred(names, batch.ids, one.pay.application_days(batch.trigger_day), known)
            if hit.any():
                found[one.id] = hit
        return found

    def add(self, outcome: Outcome, batch: Batch) -> None:
        """Remember what was awarded, and the day on which the last of it is paid."""
        name = outcome.instrument.id
        rows = np.zeros(0, np.int64)
        if name in self.watched:
            # What was awarded before the first day is in no book.
            rows = np.flatnonzero((outcome.award > 0) & (outcome.award_day >= self._first_day))
        if not len(rows):
            return
        paid = outcome.award_day.copy()
        np.maximum.at(paid, outcome.payments["row"], outcome.payments["day"])
        columns = {
            "ids": batch.ids, "award_day": outcome.award_day, "paid_day": paid, "district": outcome.district,
            "city": outcome.award_city, "district_fen": outcome.award_district, "province": outcome.award_province,
        }  # fmt: skip
        self._awards[name].append({key: np.asarray(column)[rows] for key, column in columns.items()})

    def had(self, day: int) -> dict[str, dict[str, Ints]]:
        """What was awarded up to a day and not claimed back yet, by instrument."""
        found = {}
        for name, parts in self._awards.items():
            whole = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
            self._awards[name] = [whole]
            rows = whole["award_day"] <= day
            found[name] = {key: column[rows] for key, column in whole.items()}
        return found

    def forget(self, name: str, ids: Ints, day: int) -> None:
        """What has been claimed back cannot be claimed back again."""
        kept = []
        for part in self._awards[name]:
            rows = ~(np.isin(part["ids"], ids) & (part["award_day"] <= day))
            kept.append({key: column[rows] for key, column in part.items()})
        self._awards[name] = kept
