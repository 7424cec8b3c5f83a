"""What is left of each envelope in a fiscal year, and what the residual instrument must leave to the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import day_of, year_of, years_of
from fundflow.policy import Batch, Catalogue, Instrument, Outcome

YEAR = 365


class Budget:
    """City money of the envelopes, by fiscal year of the award.

    Parameters
    ----------
    catalogue
        Its pools say which instruments share an envelope's residual.
    amount
        City money of an envelope in a fiscal year, in fen; None where it is not limited.
    scale
        Size of the population over that of the whole city, for limits that the law prints.
    """

    def __init__(
        self, catalogue: Catalogue, amount: Callable[[str, int], int | None], scale: Fraction = Fraction(1)
    ) -> None:
        self._catalogue = catalogue
        self._given = amount
        self._scale = scale
        self._limited: dict[str, bool] = {}
        self._awards: defaultdict[str, list[tuple[int, int, bool]]] = defaultdict(list)

    def _amount(self, name: str, year: int) -> int | None:
        """What a scenario gives, else the most that the law prints for the whole city."""
        envelope = self._catalogue.envelopes[name]
        given, most = self._given(name, year), envelope.most
        early = envelope.in_force is not None and day_of(year, 12, 31) < envelope.in_force
        if given is not None or most is None or early:
            return given
        return int(most.on(day_of(year)) * self._scale)

    def envelope_of(self, instrument: Instrument) -> str | None:
        """The envelope that feeds an instrument, by itself or through its pool."""
        if instrument.pool is not None:
            return self._catalogue.pools[instrument.pool].envelope
        return instrument.envelope

    def limited(self, instrument: Instrument) -> bool:
        """Whether an instrument's envelope has a limit in any year."""
        name = self.envelope_of(instrument)
        if name is None:
            return False
        if name not in self._limited:
            self._limited[name] = any(self._amount(name, year) is not None for year in range(2019, 2071))
        return self._limited[name]

    def by_award_day(
        self, instruments: Sequence[Instrument], batch: Batch
    ) -> list[tuple[list[Instrument], NDArray[np.int64], int]]:
        """Group instruments and claims by fiscal year of the award, in order of the first award day."""
        if len(instruments) == 1 and not self.limited(instruments[0]):
            # Without a limit the fiscal year of the award decides nothing.
            days = instruments[0].award_days(batch.trigger_day)
            return [(list(instruments), np.arange(batch.n), int(days.min()))]
        # Instruments that decide the same claims share a group, so that a pool is settled as one.
        groups: defaultdict[tuple[int, int, bytes], list[Instrument]] = defaultdict(list)
        for instrument in instruments:
            days = instrument.award_days(batch.trigger_day)
            years = years_of(days)
            for year in np.unique(years):
                rows = np.flatnonzero(years == year)
                groups[int(days[rows].min()), int(year), rows.tobytes()].append(instrument)
        return [(group, np.frombuffer(key[2], np.int64), key[0]) for key, group in sorted(groups.items())]

    def left(self, instruments: Sequence[Instrument], day: int) -> dict[str, int | None]:
        """City money that instruments may use on an award day, in fen, for each envelope.

        A pool takes the residual: it leaves what the others took after this day of the year before.
        """
        found: dict[str, int | None] = {}
        for instrument in instruments:
            name = self.envelope_of(instrument)
            if name is None or name in found:
                continue
            total = self._amount(name, year_of(day))
            if total is None:
                found[name] = None
                continue
            taken = sum(fen for when, fen, _ in self._awards[name] if year_of(when) == year_of(day))
            reserve = 0
            if instrument.pool is not None:
                last = year_of(day) - 1
                reserve = sum(
                    fen
                    for when, fen, residual in self._awards[name]
                    if not residual and year_of(when) == last and when + YEAR > day
                )
            found[name] = max(total - taken - reserve, 0)
        return found

    def spend(self, outcomes: Sequence[Outcome]) -> None:
        """Note the city's awards."""
        for outcome in outcomes:
            name = self.envelope_of(outcome.instrument)
            if name is not None and len(outcome.award_day) and self.limited(outcome.instrument):
                fen = int(np.asarray(outcome.award_city).sum())
                self._awards[name].append((int(outcome.award_day[0]), fen, outcome.instrument.pool is not None))
