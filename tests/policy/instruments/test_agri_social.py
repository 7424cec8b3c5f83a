"""杭科农〔2020〕86号, projects for agriculture and society: each payment by hand from its clause, at its edges."""

from __future__ import annotations

from typing import Any

import pytest

from fundflow.base.calendar import day_of
from fundflow.policy import load_catalogue
from fundflow.policy.outcome import Reason, Status
from tests.policy.helpers import batch, catalogue, one, run, yuan

MOST = {1: 2_000_000, 2: 1_000_000, 3: 200_000, 4: 100_000}
"""Yuan by class: key, key medical, general, general medical."""
BEFORE = {
    1: "agri-social-key-ex-ante", 2: "agri-social-key-medical-ex-ante",
    3: "agri-social-general-ex-ante", 4: "agri-social-general-medical-ex-ante",
}  # fmt: skip
AFTER = {
    1: "agri-social-key-ex-post", 2: "agri-social-key-medical-ex-post",
    3: "agri-social-general-ex-post", 4: "agri-social-general-medical-ex-post",
}  # fmt: skip
INSTITUTION, FIRM, BREEDER = 0, 1, 2


@pytest.mark.parametrize("code", MOST)
def test_an_institution_gets_what_it_asks_for_up_to_the_most_of_its_class_from_the_city(code: int) -> None:
    # 3.1: 2,000,000 (medical 1,000,000); 3.2: 200,000 (medical 100,000); 3.3: no more than what is asked for.
    most = MOST[code]
    asked = [yuan(most) - 1, yuan(most), yuan(most) + 1]
    got = one(
        batch("2021-06-30", "余杭区", agri_class=code, agri_unit_type=INSTITUTION, grant_asked=asked), BEFORE[code]
    )
    assert got.award_city.tolist() == [yuan(most) - 1, yuan(most), yuan(most)] and not got.award_district.any()
    assert got.reason.tolist()[2] == Reason.CAP


@pytest.mark.parametrize("code", MOST)
def test_a_firm_gets_three_tenths_of_its_outlay_after_acceptance_up_to_the_most_of_its_class(code: int) -> None:
    # 30 % of most x 10/3 is the most: 2,000,000 of 6,666,666.67 yuan and so on. Two fen less give it less one fen.
    most = MOST[code]
    edge = -(-yuan(most) * 10 // 3)
    facts: dict[str, Any] = {"agri_class": code, "agri_unit_type": FIRM}
    got = one(batch("2021-06-30", "余杭区", project_rnd=[edge - 3, edge, edge + 100], **facts), AFTER[code])
    assert got.award_city.tolist() == [yuan(most) - 1, yuan(most), yuan(most)]
    refused = one(batch("2021-06-30", project_rnd=edge, accepted=[True, False], **facts), AFTER[code])
    assert refused.award.tolist() == [yuan(most), 0]


def test_each_project_has_one_payment_by_its_class_and_by_who_carries_it_out() -> None:
    codes, units = [1, 2, 3, 4] * 3, [INSTITUTION] * 4 + [FIRM] * 4 + [BREEDER] * 4
    facts: dict[str, Any] = {"agri_class": codes, "agri_unit_type": units}
    money: dict[str, Any] = {"grant_asked": yuan(50_000), "project_rnd": yuan(100_000)}
    first = run(batch("2021-06-30", **facts, **money), *BEFORE.values())
    later = run(batch("2021-06-30", **facts, **money), *AFTER.values())
    # Institutions and breeders for the public good are paid at the beginning (3.3), firms at the end: 30 % of 100,000.
    assert sum(each.award for each in first).tolist() == [yuan(50_000)] * 4 + [0] * 4 + [yuan(50_000)] * 4
    assert sum(each.award for each in later).tolist() == [0] * 4 + [yuan(30_000)] * 4 + [0] * 4


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({"agri_duration_years": 3}, True),
        ({"agri_duration_years": 4}, False),
        ({"agri_duration_years": 5, "long_field": True}, True),
        ({"agri_duration_years": 6, "long_field": True}, False),
        ({"unfinished_same_class": 1}, False),
        ({"other_city_support": True}, False),
        ({"acceptance_rate": 500_000}, True),
        ({"acceptance_rate": 499_999}, False),
        ({"rnd_ability": False}, False),
        ({"carried_out_in_hangzhou": False}, False),
    ],
)
def test_who_may_apply(facts: dict[str, Any], passes: bool) -> None:
    project = {"agri_class": 3, "grant_asked": yuan(1), "project_rnd": yuan(10)}
    asked = one(batch("2021-06-30", agri_unit_type=INSTITUTION, **project, **facts), BEFORE[3])
    done = one(batch("2021-06-30", agri_unit_type=FIRM, **project, **facts), AFTER[3])
    assert asked.eligible.tolist() == done.eligible.tolist() == [passes]


def test_what_is_paid_of_a_most_falls_with_the_discretion() -> None:
    half = load_catalogue(readings={"discretion": "50%"})
    facts: dict[str, Any] = {"agri_class": 1, "agri_unit_type": FIRM, "project_rnd": yuan(1_000_000)}
    # 30 % x 50 % of 1,000,000 yuan.
    assert one(batch("2021-06-30", **facts), AFTER[1], cat=half).award.tolist() == [yuan(150_000)]


def test_the_measure_runs_from_24_august_2020_to_the_end_of_2022() -> None:
    days = [day_of(2020, 8, 23), day_of(2020, 8, 24), day_of(2022, 12, 31), day_of(2023, 1, 1)]
    facts: dict[str, Any] = {"agri_class": 4, "agri_unit_type": INSTITUTION, "grant_asked": yuan(1)}
    got = [one(batch(day, **facts), BEFORE[4], cat=catalogue("lapses")) for day in days]
    assert [int(each.status[0]) for each in got] == [
        Status.NOT_COVERED, Status.IN_FORCE, Status.IN_FORCE, Status.LAPSED,
    ]  # fmt: skip
