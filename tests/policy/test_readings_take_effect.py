"""The other answer to a question changes what the question is about: who bears, who is served, what is covered."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fundflow.base.calendar import day_of
from fundflow.base.districts import DISTRICTS
from fundflow.policy import Catalogue, Outcome, Totals, load_catalogue
from fundflow.policy.envelopes import serve
from fundflow.policy.faults import CatalogueFaults
from fundflow.policy.outcome import Status
from fundflow.simulation.bridge_fund import BridgeFund, Need
from tests.policy.helpers import ABOVE, batch, catalogue, one, yuan
from tests.policy.probe.claimants import batch_of
from tests.policy.probe.effects import claimants


def under(**readings: str) -> Catalogue:
    return load_catalogue(readings={name.replace("_", "-"): value for name, value in readings.items()})


def some(name: str, cat: Catalogue | None = None, district: str = "西湖区", **facts: Any) -> Outcome:
    """Claims that satisfy an instrument, with what a test says of them."""
    rows, _ = next(iter(claimants(name)))
    n = max([len(v) for v in facts.values() if isinstance(v, list)], default=1)
    claims = batch_of({key: np.resize(column, n) for key, column in rows.items()})
    claims.facts.update({key: np.resize(value, n) for key, value in facts.items()})
    claims.district[:] = batch("2021-12-31", district).district[0]
    return one(claims, name, cat=cat or catalogue())


def test_the_odd_fen_is_the_districts_or_the_citys() -> None:
    # 10,000,000.05 yuan at 1:1 leave one fen over: 500,000,002.5 each; of 1:3 the city's quarter is 250,000,001.25.
    for value, halves, quarter in (("district", 500_000_002, 250_000_001), ("city", 500_000_003, 250_000_002)):
        sharing = under(odd_fen=value).cost_sharing["standard-2020"]
        city, district = sharing.split(np.array([1_000_000_005] * 2), np.array([2, 1]))
        assert city.tolist() == [halves, quarter]
        assert (city + district).tolist() == [1_000_000_005] * 2


def test_an_envelope_is_never_overdrawn_whoever_has_the_odd_fen() -> None:
    award, quarters = np.array([1001, 2003, 3001, 7]), np.array([2, 2, 1, 1])
    for value in ("district", "city"):
        split = under(odd_fen=value).cost_sharing["standard-2020"].split
        for left in range(0, 1800, 7):
            served = serve(award, quarters, left, "scale", split)
            assert split(served.amount, quarters)[0].sum() <= left


@pytest.mark.parametrize(
    ("reading", "name", "other", "city", "changed"),
    [
        # City share of an award in quarters in 临安区, where the standard lists give the city a quarter.
        ("fiscal-system", "phx-listing-grant", "city", 1, 4), ("no-payer", "ff-digital-workshop", "locality", 1, 0),
        ("platform-payer", "voucher-platform-new-professional", "own-list", 4, 1),
        ("platform-payer", "generic-tech-platform-equipment-subsidy", "one-to-one", 4, 2),
        ("no-payer-city", "hz315-major-project-cap", "locality", 4, 0),
        ("student-plan-continued", "stu20-postdoc-running", "locality", 1, 0),
        ("student-plan-new", "stu20-graduate-living-subsidy-bachelor", "own-list", 0, 1),
    ],
)  # fmt: skip
def test_another_list_bears_another_share(reading: str, name: str, other: str, city: int, changed: int) -> None:
    for cat, quarters in ((catalogue(), city), (load_catalogue(readings={reading: other}), changed)):
        sharing = cat.instruments[name].sharing.on(day_of(2022))
        district = batch("2022-01-01", "临安区").district
        assert sharing.city_quarters(district, np.array([day_of(2022)])).tolist() == [quarters]
        assert sharing.reading == reading


def test_all_who_tie_with_the_last_place_are_served_under_the_other_reading() -> None:
    """Three equal increases for two places: the two lower numbers, or all three."""
    two = {ABOVE: {"competition": {"places": 2}}}
    rows, _ = next(iter(claimants(ABOVE)))
    told = ("rank_by_increase", catalogue().instruments[ABOVE].overlap.fact)
    for value, served in (("lower-number", [True, True, False, False]), ("all-tied", [True, True, True, False])):
        cat = load_catalogue(changes=two, readings={"rank-ties": value})
        claims = batch_of({key: np.resize(column[:1], 4) for key, column in rows.items() if key not in told})
        claims.facts["rnd_increase"] = np.array([yuan(3e6), yuan(3e6), yuan(3e6), yuan(2e6)])
        claims.facts["rnd"] = np.array([yuan(9e6)] * 4)
        assert (one(claims, ABOVE, cat=cat).award > 0).tolist() == served
        # Who spends more on R&D breaks the tie, so that nobody ties with the last place any more.
        claims.facts["rnd"] = np.array([yuan(9e6), yuan(8e6), yuan(7e6), yuan(9e6)])
        assert (one(claims, ABOVE, cat=cat).award > 0).tolist() == [True, True, False, False]


def test_the_tax_of_a_major_award_counts_in_one_year_or_in_both() -> None:
    name = "transfer-fund-major-award-second"
    facts = {"yearly_tax": [yuan(4e6)], "tax_of_two_years": [yuan(5e6)]}
    assert some(name, **facts).award.tolist() == [0]
    assert some(name, under(major_award_tax="both-years"), **facts).award.tolist() == [yuan(1e6)]


def test_clinical_phases_share_one_limit_under_the_other_reading() -> None:
    """40 % of 15,000,000 and of 25,000,000 yuan: 6,000,000 in phase I and 10,000,000 in phase II, of 12,000,000."""
    name = "bio21-class1-drug"
    for value, second in (("per-phase", yuan(1e7)), ("per-product", yuan(6e6))):
        cat, totals = under(phase_limit=value), Totals()
        rows, _ = next(iter(claimants(name)))
        awards = []
        for phase, outlay in ((1, 1.5e7), (2, 2.5e7)):
            claims = batch_of(
                {key: column[:1].copy() for key, column in rows.items() if key != "other_same_kind_money"}
            )
            claims.facts["clinical_phase"] = np.array([phase])
            claims.facts["phase_rnd"] = np.array([yuan(outlay)])
            awards.append(int(one(claims, name, cat=cat, totals=totals).award[0]))
        assert awards == [yuan(6e6), second]


def test_the_yearly_limit_of_universities_is_for_each_or_for_all() -> None:
    """3 % of 50,000,000 yuan is 1,500,000: two universities have 3,000,000, or together 2,000,000 in a year."""
    name = "uni17-university-tech-output-subsidy"
    facts = {"transaction_value_of_year": [yuan(5e7)] * 2, "projects_of_year": [9, 9]}
    rows, _ = next(iter(claimants(name)))
    for value, awards in (("each", [yuan(1.5e6)] * 2), ("together", [yuan(1.5e6), yuan(5e5)])):
        kept = {key: np.resize(column[:1], 2) for key, column in rows.items()}
        claims = batch_of(kept)
        claims.facts.update({key: np.array(given) for key, given in facts.items()})
        assert one(claims, name, cat=under(university_limit=value)).award.tolist() == awards


def test_the_validity_goes_by_the_event_or_by_the_decision() -> None:
    """An eaglet recognised on the last day of the document, 31 December 2022, has its grant decided after it."""
    name = "eaglet-recognition-grant"
    rows, _ = next(iter(claimants(name)))
    for value, status in (("trigger-day", Status.IN_FORCE), ("award-day", Status.LAPSED)):
        cat = load_catalogue(readings={"validity-day": value}, after_expiry="lapses")
        claims = batch_of({key: column[:1].copy() for key, column in rows.items()})
        claims.trigger_day[:] = day_of(2022, 12, 31)
        found = one(claims, name, cat=cat)
        assert found.award_day[0] > day_of(2022, 12, 31) and found.status[0] == status


def test_the_map_goes_by_the_decision_or_by_the_event() -> None:
    """A firm of 江干区 with an event before 9 April 2021 and a decision after it: 上城区, or 江干区 still."""
    name = "eaglet-recognition-grant"
    rows, _ = next(iter(claimants(name)))
    found = {}
    for value in ("award-day", "trigger-day"):
        claims = batch_of({key: column[:1].copy() for key, column in rows.items()})
        claims.trigger_day[:] = day_of(2021, 4, 8)
        claims.district = None
        outcomes = [
            int(one(_zone(claims, zone), name, cat=under(district_day=value)).district[0]) for zone in range(15)
        ]
        found[value] = outcomes
    names = {value: [DISTRICTS[code] for code in codes] for value, codes in found.items()}
    # Zones 1, 2, 8 and 9 are 下城, 江干, 临平 and 钱塘; the new map holds from 9 April 2021.
    assert [names["award-day"][zone] for zone in (1, 2, 8, 9)] == ["拱墅区", "上城区", "临平区", "钱塘区"]
    assert [names["trigger-day"][zone] for zone in (1, 2, 8, 9)] == ["下城区", "江干区", "余杭区", "钱塘新区"]


def test_the_interest_of_an_eaglet_is_limited_by_what_was_paid_or_not() -> None:
    """Half of 3.45 % on a million is 17,250 yuan; ten yuan of interest were paid."""
    facts = {
        "filed": True, "average_principal": yuan(1e6), "january_lpr": 34_500, "days_in_pool": 365,
        "interest_paid": yuan(10),
    }  # fmt: skip
    for value, fen in (("at-most-the-interest", yuan(10)), ("by-formula", yuan(17_250))):
        found = one(
            batch("2021-12-31", **facts), "eaglet-loan-interest-subsidy", cat=under(eaglet_interest_limit=value)
        )
        assert found.award.tolist() == [fen], value


def _zone(claims: Any, zone: int) -> Any:
    claims.zone[:] = zone
    return claims


def test_older_rules_come_back_after_the_student_plan_under_the_other_reading() -> None:
    name = "talent16-new-graduate-living-subsidy"
    heir = catalogue().instruments[catalogue().instruments[name].superseded_by or ""]
    assert heir.expires is not None
    rows, _ = next(iter(claimants(name)))
    for value, paid in (("gone", False), ("comes-back", True)):
        cat = load_catalogue(readings={"superseded": value}, after_expiry="lapses")
        claims = batch_of({key: column[:1].copy() for key, column in rows.items()})
        for day, expected in ((heir.expires, False), (heir.expires + 1, paid)):
            claims.trigger_day[:] = day
            assert bool(one(claims, name, cat=cat).award[0] > 0) == expected


def test_the_day_of_repayment_bears_interest_or_not() -> None:
    """3,600,000 yuan for 10 days at 3.6 %: 3,600 yuan; with the last day 3,960."""
    fund = {"size": yuan(1e8), "pool": 0, "free_days": 15, "multiple": Fraction(1), "late_multiple": Fraction(3)}
    for counts, interest in ((False, yuan(3600)), (True, yuan(3960))):
        lends = BridgeFund(**fund, fee_rate=Fraction(0), last_day_counts=counts)
        need = Need(0, 1, 0, 0, yuan(3.6e6), 10, True, Fraction(36, 1000))
        assert lends.interest(need) == interest


def test_two_funds_are_twice_the_size() -> None:
    assert catalogue().funds["hangzhou-innovation"].value("size") == yuan(1e11)
    assert under(innovation_fund="2000亿元").funds["hangzhou-innovation"].value("size") == yuan(2e11)


def test_a_reading_that_is_no_answer_is_refused() -> None:
    with pytest.raises(CatalogueFaults) as fault:
        under(odd_fen="fund")
    assert "odd-fen" in str(fault.value)
