"""When and by whom money is paid: schedules from the trigger to the award and the payment, routes, settlements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import EPOCH, add_months, years_of
from fundflow.base.money import times
from fundflow.policy import table
from fundflow.policy.outcome import Columns, Level
from fundflow.policy.recording import as_day_of_year
from fundflow.policy.table import Table

Ints = NDArray[np.int64]
ROUTES = ("each-own", "via-district", "district-first", "city-first")


@dataclass(frozen=True)
class Schedule:
    """The steps after a trigger.

    ``opens`` is the next such day of the calendar (month, day) on which the procedure starts, after the trigger;
    ``steps`` follow up to the award, ``transfer`` leads from the award to the payment; each is (months, days).
    ``instalments`` are shares with the time after the first payment.
    """

    opens: tuple[int, int] | None
    steps: tuple[tuple[str, tuple[int, int]], ...]
    transfer: tuple[int, int]
    route: str
    instalments: tuple[tuple[Fraction, tuple[int, int]], ...]

    def application_days(self, trigger: Ints) -> Ints:
        """Days on which claims are put in: the day on which the procedure opens, or that of the event."""
        return trigger if self.opens is None else _next(trigger, self.opens)

    def award_days(self, trigger: Ints) -> Ints:
        """Days on which claims are decided, shape (n,)."""
        if len(trigger) > 1 and (trigger == trigger[0]).all():
            return np.repeat(self.award_days(trigger[:1]), len(trigger))
        days = self.application_days(trigger)
        for _, length in self.steps:
            days = _after(days, length)
        return days

    def pay_days(self, award: Ints) -> Ints:
        """Days of the first payment, shape (n,)."""
        return _after(award, self.transfer)


def _after(days: Ints, length: tuple[int, int]) -> Ints:
    months, rest = length
    return (add_months(days, months) if months else days) + rest


def _next(days: Ints, opens: tuple[int, int]) -> Ints:
    found = np.empty(len(days), dtype=np.int64)
    for year in np.unique(years_of(days)):
        rows = years_of(days) == year
        this = date(int(year), *opens).toordinal() - EPOCH
        following = date(int(year) + 1, *opens).toordinal() - EPOCH
        found[rows] = np.where(days[rows] < this, this, following)
    return found


def pay(schedule: Schedule, city: Ints, district: Ints, province: Ints, award_day: Ints) -> tuple[Columns, Columns]:
    """Turn awards into dated payments and settlements.

    Parameters
    ----------
    schedule
        Route, transfer time and instalments.
    city, district, province
        What each bears of each award in fen, shape (n,).
    award_day
        Shape (n,).

    Returns
    -------
    tuple of Columns
        Payments (row, day, city, district, province, paid_by) and settlements (row, day, from, to, fen). Payments add
        up to the awards; with settlements each level has paid what it bears.
    """
    rows = np.flatnonzero((city + district + province) > 0)
    parts: list[Columns] = []
    debts: list[Columns] = []
    first = schedule.pay_days(award_day[rows])
    left = {"city": city[rows], "district": district[rows], "province": province[rows]}
    for number, (share, after) in enumerate(schedule.instalments):
        last = number == len(schedule.instalments) - 1
        whole = {"city": city[rows], "district": district[rows], "province": province[rows]}
        part = dict(left) if last else {name: times(fen, share) for name, fen in whole.items()}
        left = {name: left[name] - part[name] for name in left}
        _route(schedule.route, rows, _after(first, after), part, parts, debts)
    return _stack(parts, ("row", "day", "city", "district", "province", "paid_by")), _stack(
        debts, ("row", "day", "from", "to", "fen")
    )


def _route(
    route: str, rows: Ints, days: Ints, part: Mapping[str, Ints], parts: list[Columns], debts: list[Columns]
) -> None:
    none = np.zeros(len(rows), dtype=np.int64)
    if route == "each-own":
        for level, name in ((Level.CITY, "city"), (Level.DISTRICT, "district"), (Level.PROVINCE, "province")):
            own = {other: part[other] if other == name else none for other in part}
            parts.append(_payment(rows, days, own, level))
        return
    payer = Level.CITY if route == "city-first" else Level.DISTRICT
    parts.append(_payment(rows, days, part, payer))
    # The city's part follows the payment order at once (via-district) or is settled at the end of the year.
    due = days if route == "via-district" else _next(days - 1, (12, 31))
    for debtor, name in ((Level.CITY, "city"), (Level.DISTRICT, "district"), (Level.PROVINCE, "province")):
        if debtor != payer:
            owing = np.flatnonzero(part[name] > 0)
            debts.append(
                {
                    "row": rows[owing],
                    "day": due[owing],
                    "from": np.full(len(owing), debtor, dtype=np.int64),
                    "to": np.full(len(owing), payer, dtype=np.int64),
                    "fen": part[name][owing],
                }
            )


def _payment(rows: Ints, days: Ints, part: Mapping[str, Ints], level: Level) -> Columns:
    kept = np.flatnonzero((part["city"] + part["district"] + part["province"]) > 0)
    columns = {"row": rows[kept], "day": days[kept]}
    columns.update({name: fen[kept] for name, fen in part.items()})
    columns["paid_by"] = np.full(len(kept), level, dtype=np.int64)
    return columns


def _stack(parts: list[Columns], names: tuple[str, ...]) -> Columns:
    empty = np.zeros(0, dtype=np.int64)
    return {name: np.concatenate([part[name] for part in parts]) if parts else empty for name in names}


def _opens(raw: Any) -> tuple[int, int]:
    try:
        month, day = (int(part) for part in str(raw).split("-"))
        date(2001, month, day)
    except ValueError:
        raise ValueError('must be a day of the year, such as "05-31"') from None
    return month, day


table.WRITERS[_opens] = as_day_of_year


def read_schedule(source: Table | None) -> Schedule:
    """Read the table ``pay``; without one, awards and payments follow on the trigger day."""
    whole = ((Fraction(1), (0, 0)),)
    if source is None:
        return Schedule(None, (), (0, 0), "each-own", whole)
    opens = source.get("opens", _opens, None)
    steps = tuple(
        (name, source.get(name, table.span)) for name in ("list", "review", "publicity", "decision") if source.has(name)
    )
    transfer = source.get("transfer", table.span, (0, 0))
    route = source.get("route", table.one_of(*ROUTES), "each-own")
    instalments = []
    for one in source.tables("instalments"):
        instalments.append((one.get("share", table.rate), one.get("after", table.span, (0, 0))))
        one.finish()
    if instalments and sum(share or 0 for share, _ in instalments) != 1:
        source.fault("instalments", "shares must add up to 100%")
    source.finish()
    return Schedule(opens, steps, transfer, route, tuple(instalments) or whole)
