"""Institutions that apply are measured by the conditions of the law, each at its threshold."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from fundflow.base.calendar import day_of
from fundflow.base.draws import Draws
from fundflow.economy import EconomyParameters, Incubators, Makerspaces
from fundflow.policy import load_catalogue
from fundflow.simulation.applicants import recognised

DAY = day_of(2022, 12, 31)
INCUBATOR, MAKERSPACE = "incubator-standard-recognition", "makerspace-filing-conditions"
DESCRIBED = EconomyParameters.baseline().applicants


def exactly(value: float, kind: str) -> dict:
    """An attribute that is the same for all."""
    if kind == "money":
        return {"kind": "money", "mean": value, "sigma": 0}
    return {"kind": kind, "low": value, "high": value}


def share_recognised(condition: str, n: int = 1, floor: int = 3000, changes: dict | None = None, **attributes: dict):
    described = DESCRIBED[condition]
    given = {**described.model_dump()["attributes"], **attributes}
    one = type(described).model_validate({**described.model_dump(), "attributes": given})
    told: dict[str, int] = {}
    world = SimpleNamespace(
        economy=SimpleNamespace(applicants={condition: one}),
        draws=Draws(1, 0),
        catalogue=load_catalogue(changes or {}),
        ledger=SimpleNamespace(indicate=lambda year, name, value: told.__setitem__(name, value)),
    )
    table = Incubators(n) if condition == INCUBATOR else Makerspaces(n)
    table.id[:] = np.arange(n)
    if condition == INCUBATOR:
        table.area[:] = floor
    found = recognised(world, condition, table, 2022, DAY)
    [refused] = told.values()
    assert len(found) + refused == n
    return len(found) / n


MET = {
    INCUBATOR: {
        "incubation_area_share": exactly(0.75, "share"), "professional_staff": exactly(3, "whole"),
        "mentors": exactly(2, "whole"), "tenants": exactly(15, "whole"), "seed_money": exactly(3_000_000, "money"),
        "share_tenants_valid_ip": exactly(0.1, "share"), "share_tenants_applied_patent": exactly(0.19, "share"),
        "invested_tenants": exactly(1, "whole"), "operating_years": exactly(1, "whole"),
    },
    MAKERSPACE: {
        "operating_months": exactly(12, "whole"), "area": exactly(500, "whole"), "tenants": exactly(15, "whole"),
        "filed_firms": exactly(8, "whole"), "fund_size": exactly(3_000_000, "money"),
        "in_western_area": {"kind": "chance", "probability": 0}, "invested_firms": exactly(2, "whole"),
        "managers": exactly(3, "whole"), "mentors": exactly(5, "whole"), "events_per_year": exactly(10, "whole"),
    },
}  # fmt: skip


@pytest.mark.parametrize("condition", MET)
def test_who_just_meets_every_condition_is_recognised(condition):
    assert share_recognised(condition, **MET[condition]) == 1


@pytest.mark.parametrize(
    ("condition", "name", "less"),
    [
        *(
            (condition, name, {**one, "low": one["low"] - (0.000001 if one["kind"] == "share" else 1)})
            for condition, all_met in MET.items()
            for name, one in all_met.items()
            if one["kind"] in ("share", "whole") and name != "share_tenants_applied_patent"
        ),
        (INCUBATOR, "seed_money", exactly(2_999_999, "money")),
        (MAKERSPACE, "fund_size", exactly(2_999_999, "money")),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_who_falls_short_of_one_condition_is_refused(condition, name, less):
    short = {**less, "high": less["low"]} if "low" in less else less
    assert share_recognised(condition, **{**MET[condition], name: short}) == 0


def test_a_square_metre_less_than_the_law_asks_is_too_little_and_a_stricter_law_refuses_more():
    assert share_recognised(INCUBATOR, floor=2999, **MET[INCUBATOR]) == 0
    stricter = {INCUBATOR: {"all": [{"at_least": {"mentors": 6}, "clause": "6(3)"}]}}
    # Mentors from 1 to 12: 7 of 12 have six or more.
    assert share_recognised(INCUBATOR, 20_000, changes=stricter) == pytest.approx(7 / 12, abs=0.015)


@pytest.mark.parametrize("condition", MET)
def test_the_share_that_passes_is_the_one_by_which_the_number_of_applicants_is_worked_out(condition):
    # 40,000 applicants: three deviations are 0.0075.
    assert share_recognised(condition, 40_000) == pytest.approx(DESCRIBED[condition].passing, abs=0.0075)
