"""Instruments of one overlap group of the law pay the higher between them, in whatever order they come."""

from __future__ import annotations

import pytest

from fundflow.policy import Totals
from tests.policy.helpers import batch, catalogue, one, yuan

EQUIPMENT = ("voucher-platform-new-professional", "ai19-open-platform")
CONTRACTS = ("voucher-platform-built-professional", "bio21-platform-voucher")
PLATFORM = {
    "platform_kind": 1, "platform_evaluation": 1, "actual_investment": yuan(5_000_000), "serves_industry_well": True,
    "key_platform": True, "related_customers": False, "other_platform_money": 0, "other_same_kind_money": 0,
}  # fmt: skip


@pytest.mark.parametrize("order", [EQUIPMENT, EQUIPMENT[::-1]])
def test_a_platform_that_is_paid_for_its_equipment_twice_has_the_higher_in_the_end(order: tuple[str, str]) -> None:
    # 30 % of 10,000,000 of own money are 3, 30 % of 12,000,000 of equipment and software 3.6 million yuan.
    totals = Totals()
    facts = PLATFORM | {"self_raised_equipment": yuan(10_000_000), "equipment_and_software": yuan(12_000_000)}
    got = [int(one(batch("2021-12-31", ids=[5], **facts), name, totals=totals).award[0]) for name in order]
    assert sum(got) == yuan(3_600_000)
    assert got[0] == (yuan(3_000_000) if order == EQUIPMENT else yuan(3_600_000))


@pytest.mark.parametrize("order", [CONTRACTS, CONTRACTS[::-1]])
def test_contracts_of_one_year_are_paid_by_the_higher_and_those_of_the_next_year_anew(order: tuple[str, str]) -> None:
    # A tenth of 4,000,000 and of 6,000,000 yuan of contracts: 400,000 and 600,000, so 600,000 in each year.
    totals = Totals()
    facts = PLATFORM | {"platform_contracts": yuan(4_000_000), "technology_contracts": yuan(6_000_000)}
    for year in (2022, 2023):
        got = [int(one(batch(f"{year}-12-31", ids=[5], **facts), name, totals=totals).award[0]) for name in order]
        assert sum(got) == yuan(600_000)


def test_two_platforms_do_not_take_each_others_money() -> None:
    totals = Totals()
    facts = PLATFORM | {"self_raised_equipment": yuan(10), "equipment_and_software": yuan(10)}
    for number, name in enumerate(EQUIPMENT):
        assert one(batch("2021-12-31", ids=[number + 1], **facts), name, totals=totals).award.tolist() == [yuan(3)]


@pytest.mark.parametrize(
    "names",
    [
        EQUIPMENT,
        CONTRACTS,
        ("transfer-fund-output-unit-reward", "uni17-university-tech-output-subsidy"),
        ("incubator-provincial-award", "incubator-national-award", "uni17-incubator-recognition"),
        ("key-rd-enterprise-post-subsidy", "ai19-core-tech-project"),
        ("eaglet-loan-interest-subsidy", "srdi-interest-subsidy"),
        ("stu20-youth-leading-team", "ai19-leading-team"),
    ],
)
def test_each_pair_of_the_law_that_pays_for_one_thing_shares_a_group(names: tuple[str, ...]) -> None:
    # Reading 55 names the pairs.
    found = [catalogue().instruments[name].overlap for name in names]
    assert all(each is not None and each.owner for each in found)
    assert len({each.group for each in found if each is not None}) == 1
