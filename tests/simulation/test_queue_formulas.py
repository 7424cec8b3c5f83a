"""One incubator against the formulas of queueing theory, and Little's law in the whole city."""

from __future__ import annotations

import heapq
from math import factorial, sqrt
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from fundflow.base.draws import Draws
from fundflow.policy import load_catalogue
from fundflow.simulation.incubation import admit, apply_to_incubators
from fundflow.simulation.world import month_starts
from tests.simulation.runs import run
from tests.simulation.worlds import START, firms_founded, world_of

PLACES, STAY = 4, 500  # stays are long, so that whole days change nothing
RUNS, WARM_UP = 30, 300


class Free:
    """A condition that everyone fulfils, or that nobody does; the stay that it prints is overwritten."""

    def __init__(self, answer: bool, leaves: object) -> None:
        self.holds = lambda facts, n, day: np.full(n, answer)
        self.leaves = leaves


def no_conditions() -> SimpleNamespace:
    real = load_catalogue().conditions["incubator-tenant-conditions"]
    return SimpleNamespace(
        conditions={
            "incubator-tenant-conditions": Free(True, real.leaves),
            "incubator-graduation": Free(False, real.leaves),
        },
        penalties=lambda: (),
    )


def queue_run(catalogue: object, seed: int, load: float, arrivals: int, intake: str) -> tuple[np.ndarray, np.ndarray]:
    """Application and admission days, and the day each firm leaves: Poisson arrivals, exponential stays."""
    draws, ids = Draws(seed, 0), np.arange(arrivals)
    gap = STAY / (PLACES * load)
    days = START + np.cumsum(gap * draws.exponential("gap", ids)).astype(np.int64)
    stays = np.rint(STAY * draws.exponential("stay", ids)).astype(np.int64)
    world = world_of(firms_founded(days), [PLACES], catalogue=catalogue, seed=seed)
    world.incubators.until = 2**40
    firms = world.firms
    gates = set() if intake == "daily" else set(month_starts(START, int(days[-1]) + 400 * STAY // PLACES))
    coming = sorted({*days.tolist(), *gates})
    heapq.heapify(coming)
    seen, admitted = 0, 0
    while coming and admitted < arrivals:
        day = heapq.heappop(coming)
        upto = int(np.searchsorted(days, day, side="right"))
        if upto > seen:
            apply_to_incubators(world, np.arange(seen, upto), day)
            seen = upto
        if intake == "monthly" and day not in gates:
            continue
        # Daily intake: between an arrival and a departure no admission is possible, so those days are enough.
        before = len(world.waited)
        admit(world, day)
        if len(world.waited) > before:
            rows = np.flatnonzero(firms.incubator_from == day)
            firms.incubator_until[rows] = day + stays[rows]
            admitted = int((firms.incubator >= 0).sum())
            if intake == "daily":
                for row in rows:
                    heapq.heappush(coming, int(firms.incubator_until[row]))
    assert admitted == arrivals
    return days, np.array([firms.incubator_from, firms.incubator_until])


def erlang_wait(load: float) -> float:
    """Mean wait in M/M/c: Erlang C over the spare capacity."""
    offered = PLACES * load
    last = offered**PLACES / factorial(PLACES) / (1 - load)
    waits = last / (sum(offered**k / factorial(k) for k in range(PLACES)) + last)
    return waits * STAY / (PLACES * (1 - load))


def interval(values: list[float]) -> tuple[float, float]:
    """Mean and half-width of its 99.9 % interval from independent runs."""
    return float(np.mean(values)), float(stats.t.ppf(0.9995, len(values) - 1) * np.std(values, ddof=1)) / sqrt(
        len(values)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("load", "arrivals"), [(0.6, 1500), (0.8, 3000)])
def test_daily_intake_is_the_queue_with_c_places_of_erlang(load: float, arrivals: int):
    catalogue = no_conditions()
    waits, inside = [], []
    for seed in range(RUNS):
        days, (start, until) = queue_run(catalogue, seed, load, arrivals, "daily")
        waits.append(float((start - days)[WARM_UP:].mean()))
        first, last = days[WARM_UP], days[-1]
        present = np.clip(until, first, last) - np.clip(days, first, last)
        inside.append(float(present.sum() / (last - first)))
    wait = erlang_wait(load)
    mean, half = interval(waits)
    assert half < 0.25 * wait
    assert abs(mean - wait) < half + 1, f"wait {mean:.1f} +- {half:.1f} days, Erlang C {wait:.1f}"
    number = PLACES * load * (1 + wait / STAY)
    mean, half = interval(inside)
    assert half < 0.1 * number
    assert abs(mean - number) < half + 0.02, f"number {mean:.3f} +- {half:.3f}, formula {number:.3f}"


def test_monthly_intake_waits_longer_than_daily_by_half_a_month_or_more():
    catalogue = no_conditions()
    for seed in range(2):
        waits = []
        for intake in ("daily", "monthly"):
            days, (start, _) = queue_run(catalogue, seed, 0.7, 250, intake)
            waits.append(float((start - days).mean()))
        assert waits[1] > waits[0] + 14


@pytest.mark.slow
def test_the_mean_number_of_tenants_is_the_rate_of_admission_times_the_mean_stay():
    ran = run(
        "population.size=3000", "end=2034-12-31", "budget_year=2027", "economy.incubator_wish=1",
        "economy.incubator_births=0", "economy.incubator_fail=0", "economy.incubator_filing=1",
        "fixed_parameters=true",
    )  # fmt: skip
    years = range(2024, 2030)
    occupied, admitted = ran.indicator("incubator_occupied"), ran.indicator("admitted")
    firms = ran.world.firms
    cohort = (firms.incubator >= 0) & (firms.incubator_from >= 19723) & (firms.incubator_from < 21915)
    stay = float((firms.incubator_until - firms.incubator_from)[cohort].mean()) / 365.25
    rate = float(np.mean([admitted[year] for year in years]))
    number = float(np.mean([occupied[year] for year in years]))
    assert max(ran.indicator("incubator_queue").values()) > 20, "nobody waits: the scenario is not tight"
    assert cohort.sum() == sum(admitted[year] for year in years)
    assert number == pytest.approx(rate * stay, rel=0.1)
