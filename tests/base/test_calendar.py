from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.base.calendar import (
    NEVER,
    Phase,
    add_months,
    clock,
    date_of,
    day_of,
    months_between,
    parse_day,
    year_of,
    years_of,
)

dates = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


@given(dates)
def test_days_and_dates_are_each_others_inverse(day: date) -> None:
    assert date_of(number(day)) == day
    assert day_of(day.year, day.month, day.day) == number(day) == parse_day(day.isoformat()) == parse_day(day)
    assert year_of(number(day)) == day.year == years_of(np.array([number(day)]))[0]


@pytest.mark.parametrize("text", ["2021-02-29", "yesterday", "2021/01/01", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_day(text)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2021-01-31", 1, "2021-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2020-02-29", 12, "2021-02-28"),
        ("2020-02-29", 48, "2024-02-29"),
        ("2021-08-31", 6, "2022-02-28"),
        ("2021-12-15", 1, "2022-01-15"),
        ("2021-03-31", -1, "2021-02-28"),
        ("2021-05-31", 0, "2021-05-31"),
    ],
)
def test_moving_by_months_stops_at_the_end_of_a_shorter_month(start: str, months: int, end: str) -> None:
    assert add_months(parse_day(start), months) == parse_day(end)


@given(dates, st.integers(-600, 600))
def test_months_are_those_of_the_calendar(day: date, months: int) -> None:
    moved = date_of(int(add_months(number(day), months)))
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == day.day or (moved + timedelta(1)).day == 1


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2021-01-15", "2021-02-14", 0),
        ("2021-01-15", "2021-02-15", 1),
        ("2021-01-31", "2021-02-27", 0),
        ("2021-01-31", "2021-02-28", 1),
        ("2020-02-29", "2021-02-28", 12),
        ("2021-06-01", "2021-05-31", -1),
    ],
)
def test_the_anniversary_day_completes_a_month(start: str, end: str, months: int) -> None:
    assert months_between(parse_day(start), parse_day(end)) == months


@given(dates, st.integers(0, 400))
def test_completed_months_are_the_most_that_fit(day: date, days: int) -> None:
    start, end = number(day), number(day) + days
    months = int(months_between(start, end))
    assert add_months(start, months) <= end < add_months(start, months + 1)


def test_phases_of_a_day_come_in_their_order_and_before_the_next_day() -> None:
    times = [clock(day, phase) for day in (100, 101) for phase in Phase]
    assert all(left < right for left, right in pairwise(times))
    assert [phase.name for phase in Phase] == [
        "EXPIRY", "EXIT", "REPAYMENT", "FACTS", "WITHDRAWAL", "APPLICATION", "ADMISSION", "AWARD", "PAYMENT", "RECORD",
    ]  # fmt: skip


def test_never_is_later_than_any_horizon_and_can_be_added_to() -> None:
    assert day_of(9999, 12, 31) < NEVER < 2**62
