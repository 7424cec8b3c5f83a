"""The parts of the reference by themselves, on numbers that can be checked by hand in the law text."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tests.reference import days, rnd, towns
from tests.reference.eaglets import EagletLaw, interest_subsidy, may_apply
from tests.reference.fund import Fund, Member, Terms
from tests.reference.projects import Project, ProjectLaw, payment

YUAN = 100
MEASURE = rnd.Measure(
    rate=dict.fromkeys((rnd.ABOVE, rnd.BELOW, rnd.MANUFACTURING), Fraction(1, 5)),
    least={rnd.ABOVE: 2_000_000 * YUAN, rnd.BELOW: 500_000 * YUAN, rnd.MANUFACTURING: 2_000_000 * YUAN},
    cap={rnd.ABOVE: 2_000_000 * YUAN, rnd.BELOW: 500_000 * YUAN, rnd.MANUFACTURING: 2_000_000 * YUAN},
    places={rnd.ABOVE: 2, rnd.BELOW: 2, rnd.MANUFACTURING: None},
    most_assets=200_000_000 * YUAN,
    most_sales=200_000_000 * YUAN,
    most_staff=500,
)


def entrant(firm: int, increase: int, **changes: object) -> rnd.Entrant:
    facts: dict = {
        "firm": firm, "district": "西湖区", "listed_sme": True, "high_tech": False, "manufacturing": False,
        "above_scale": True, "sales": 10_000_000 * YUAN, "assets": 10_000_000 * YUAN, "staff": 50,
        "rd": increase + 10**8, "rd_before": 10**8, "government": 0, "government_before": 0,
        "verified_before": True, "in_statistics": True, "clean": True,
    }  # fmt: skip
    return rnd.Entrant(**(facts | changes))


def test_a_binding_budget_lowers_the_rate_and_keeps_the_caps():
    firms = [entrant(i, x * 1_000_000 * YUAN) for i, x in enumerate((5, 10, 20))]
    law = rnd.Measure(**(vars(MEASURE) | {"places": dict.fromkeys(MEASURE.places)}))
    rate = rnd.settle(firms, law, 2_000_000 * YUAN)
    assert rate == Fraction(2, 15)
    assert [f.award for f in firms] == [666_666_66, 1_333_333_33, 2_000_000_00]
    assert [f.reason for f in firms] == ["RATE", "RATE", "CAP"]


def test_the_third_of_two_places_gets_nothing_although_it_passes():
    firms = [entrant(i, x) for i, x in enumerate((300_000_000, 300_000_001, 299_999_999))]
    rnd.settle(firms, MEASURE, None)
    assert [f.award for f in firms] == [60_000_000, 60_000_000, 0]
    assert firms[2].reason == "RANK"


def test_a_tie_at_the_last_place_goes_to_the_larger_rd_and_then_to_the_lower_number():
    firms = [
        entrant(3, 300_000_000),
        entrant(2, 300_000_000, rd=700_000_000, rd_before=400_000_000),
        entrant(1, 300_000_000),
    ]
    rnd.settle(firms, MEASURE, None)
    assert [f.reason for f in firms] == ["RANK", "NONE", "NONE"]


@pytest.mark.parametrize(
    ("increase", "award"), [(199_999_999, 0), (200_000_000, 40_000_000), (1_200_000_000, 200_000_000)]
)
def test_the_least_increase_and_the_cap(increase, award):
    firm = entrant(1, increase)
    rnd.settle([firm], MEASURE, None)
    assert firm.award == award


def test_a_large_manufacturing_high_tech_firm_is_not_ranked_and_another_large_firm_gets_nothing():
    large = {"sales": 350_000_000 * YUAN, "high_tech": True}
    firms = [entrant(1, 600_000_000, manufacturing=True, **large), entrant(2, 600_000_000, **large)]
    rnd.settle(firms, MEASURE, None)
    assert [f.award for f in firms] == [120_000_000, 0]


def test_government_money_is_no_increase():
    firm = entrant(1, 300_000_000, government=100_000_001)
    rnd.settle([firm], MEASURE, None)
    assert firm.reason == "CONDITION"


def test_the_district_pays_the_odd_fen():
    assert towns.bearers(24_691_357, "桐庐县") == (6_172_839, 18_518_518)
    assert towns.bearers(3, "钱塘区") == (1, 2)


def test_the_map_of_april_2021_joins_and_divides_districts():
    day, eve = date(2021, 4, 9), date(2021, 4, 8)
    assert [towns.district(z, eve) for z in (1, 2, 8, 9)] == ["下城区", "江干区", "余杭区", "钱塘新区"]
    assert [towns.district(z, day) for z in (1, 2, 8, 9)] == ["拱墅区", "上城区", "临平区", "钱塘区"]
    assert all(towns.parts_of_city(towns.district(z, d)) for z in range(15) for d in (day, eve))


def test_months_clip_to_the_last_day_and_a_day_over_six_months_is_seven():
    assert days.plus_months(date(2023, 8, 31), 6) == date(2024, 2, 29)
    end = date(2022, 9, 30)
    assert [days.months_with_rest(end, d) for d in (end, date(2023, 3, 30), date(2023, 3, 31))] == [0, 6, 7]


PROJECT_LAW = ProjectLaw(rate=Fraction(1, 5), cap=5_000_000 * YUAN)


@pytest.mark.parametrize(
    ("accepted", "applied", "expected"),
    [
        (date(2022, 12, 31), True, (246_913_578, "NONE")),
        (date(2023, 3, 30), False, (246_913_578, "NONE")),
        (date(2023, 3, 31), True, (123_456_789, "HALVED")),
        (date(2023, 3, 31), False, (0, "CONDITION")),
    ],
)
def test_a_project_accepted_late_is_halved_or_forfeited(accepted, applied, expected):
    project = Project(1, 0, date(2020, 9, 30), date(2022, 9, 30), accepted, applied, 1_234_567_890)
    assert payment(project, PROJECT_LAW) == expected


EAGLET = EagletLaw(grant=200_000 * YUAN, most_principal=20_000_000 * YUAN)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"sales": 50_000_000_01}, False),
        ({"sales": 30_000_000_00, "rd": 1_500_000_00}, True),
        ({"sales": 30_000_000_00, "rd": 1_499_999_99}, False),
        ({"sales": 30_000_000_01, "rd": 1_200_000_01}, True),
        ({"sales": 3_000_000_00, "rd": 490_000_00}, False),
        ({"staff": 10, "technical_staff": 1}, False),
        ({"staff": 10, "technical_staff": 2}, True),
        ({"founded": date(2020, 5, 31)}, True),
        ({"founded": date(2020, 6, 1)}, False),
        ({"founded": date(2015, 5, 31)}, True),
        ({"founded": date(2015, 5, 30)}, False),
        ({"rights": 0}, False),
    ],
)
def test_who_may_apply_as_an_eaglet(changes, expected):
    facts = {
        "founded": date(2018, 1, 1), "today": date(2021, 5, 31), "sales": 20_000_000_00, "staff": 36,
        "technical_staff": 9, "rd": 2_000_000_00, "rights": 1,
    }  # fmt: skip
    assert may_apply(**(facts | changes), law=EAGLET) is expected


def test_half_of_the_lpr_on_at_most_twenty_million_and_never_above_the_interest_paid():
    lpr = Fraction(385, 10_000)
    assert interest_subsidy(30_000_000_00, 10**9, lpr, 365, EAGLET) == (385_000_00, "NONE")
    assert interest_subsidy(1_000_000_00, 10_000_00, lpr, 365, EAGLET) == (10_000_00, "CAP")


TERMS = Terms(
    size=30_000_000_00, most=20_000_000_00, own_share=Fraction(1, 5), free_days=15, late_multiple=3,
    fee_rate=Fraction(2, 1000),
)  # fmt: skip


def test_interest_of_twenty_two_days_has_two_parts():
    assert Fund(TERMS).interest_of(10_000_000_00, 22, Fraction(435, 10_000)) == (18_125_00, 25_375_00)


def test_the_head_of_the_line_blocks_a_smaller_request_behind_it():
    fund = Fund(TERMS)
    for firm, amount in ((1, 20_000_000_00), (2, 20_000_000_00), (3, 1_000_000_00)):
        fund.apply(Member(firm, 0, 100, 115, amount, 10, True))
    assert fund.grant(102) == []
    assert [m.firm for m in fund.grant(103)] == [1]
    assert fund.grant(104) == []
    fund.give_up(115)
    assert len(fund.queue) == 2
    fund.give_up(116)
    assert fund.queue == []
    fund.check()


def test_the_pool_covers_what_it_can_of_a_loan_written_off_and_the_books_close():
    fund = Fund(TERMS, pool=100)
    member = Member(1, 0, 100, 115, 1_000, 10, False)
    fund.apply(member)
    fund.grant(103)
    fund.pay_out(member)
    fund.write_off(member, 145)
    assert (fund.pool, fund.lost, fund.covered) == (0, 1_000, 100)
    fund.check()


def test_the_fee_is_never_above_the_interest():
    fund = Fund(TERMS)
    fund.volume, fund.interest = 800_000_000_00, 1_450_000_00
    assert fund.close_year() == (1_450_000_00, 0)
    fund.volume, fund.interest = 800_000_000_00, 3_000_000_00
    assert fund.close_year() == (1_600_000_00, 1_400_000_00)
