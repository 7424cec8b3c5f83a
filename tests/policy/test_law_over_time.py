"""Events before a document, supersession, who else can bear, and what is said of rules that nobody pays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fundflow.base.calendar import day_of
from fundflow.policy import Catalogue, CatalogueFaults, Level, Status, load_catalogue
from fundflow.policy.split import QUARTERS
from tests.policy.helpers import batch, one, yuan
from tests.policy.test_catalogue import NEW


def law(folder: Path, *changes: tuple[str, str], more: str = "") -> Catalogue:
    body = NEW
    for old, new in changes:
        assert old in body
        body = body.replace(old, new, 1)
    (folder / "patents.toml").write_text(body + more, encoding="utf-8")
    return load_catalogue(directory=folder)


def faults(folder: Path, *changes: tuple[str, str], more: str = "") -> str:
    with pytest.raises(CatalogueFaults) as caught:
        law(folder, *changes, more=more)
    return "\n".join(caught.value.faults)


EARLY = ("in_force = 2024-01-01", "in_force = 2024-01-01\nevents_from = 2023-07-01")
ENTRY = ('clause = "3"', 'clause = "3"\n{}')
SECOND = """
[instruments.patent-reward-new]
name = {{ en = "x", zh = "x" }}
clause = "4"
recipient = "firm"
trigger = "patent-year"
in_force = {in_force}
amount = {{ kind = "per_unit", units = ["patents"], amount = "2万元" }}
"""


@pytest.mark.parametrize(
    ("on", "award", "awarded_on"),
    [
        ("2023-06-30", 0, day_of(2024, 1, 1)),
        ("2023-07-01", 20_000, day_of(2024, 1, 1)),
        ("2023-12-31", 20_000, day_of(2024, 1, 1)),
        ("2024-01-02", 20_000, day_of(2024, 1, 2)),
    ],
)
def test_events_before_a_document_count_and_are_decided_when_it_is_in_force(
    tmp_path: Path, on: str, award: int, awarded_on: int
) -> None:
    got = one(batch(on, patents=2), "patent-reward", cat=law(tmp_path, EARLY))
    assert (got.award[0], got.award_day[0]) == (yuan(award), awarded_on)
    assert set(got.payments["day"].tolist()) == ({awarded_on} if award else set())


def test_events_from_of_one_instrument_stands_over_that_of_the_document(tmp_path: Path) -> None:
    cat = law(tmp_path, EARLY, ("expires = 2026-12-31", ""), (ENTRY[0], ENTRY[1].format("events_from = 2023-12-01")))
    assert one(batch("2023-11-30", patents=2), "patent-reward", cat=cat).award[0] == 0
    assert one(batch("2023-12-01", patents=2), "patent-reward", cat=cat).award[0] == yuan(20_000)


def test_events_from_after_the_start_is_a_fault(tmp_path: Path) -> None:
    told = faults(tmp_path, ("in_force = 2024-01-01", "in_force = 2024-01-01\nevents_from = 2024-01-02"))
    assert "events_from" in told and "after in_force" in told


def test_an_instrument_ends_the_day_before_the_one_that_takes_its_place_even_where_law_is_renewed(
    tmp_path: Path,
) -> None:
    heir = (ENTRY[0], ENTRY[1].format('superseded_by = "patent-reward-new"'))
    cat = law(tmp_path, heir, more=SECOND.format(in_force="2025-03-01"))
    assert cat.instruments["patent-reward"].expires == day_of(2025, 2, 28)
    last, first = (
        [one(batch(on, patents=2), name, cat=cat).award[0] for name in ("patent-reward", "patent-reward-new")]
        for on in ("2025-02-28", "2025-03-01")
    )
    assert last == [yuan(20_000), 0] and first == [0, yuan(40_000)]
    # Its own end is earlier: renewed by assumption until the other begins, and not a day longer.
    cat = law(tmp_path, heir, more=SECOND.format(in_force="2028-01-01"))
    between, after = (one(batch(on, patents=2), "patent-reward", cat=cat) for on in ("2027-12-31", "2028-01-01"))
    assert (between.status[0], between.award[0]) == (Status.ASSUMED_RENEWED, yuan(20_000))
    assert (after.status[0], after.award[0]) == (Status.LAPSED, 0)


def test_an_unknown_heir_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    heir = (ENTRY[0], ENTRY[1].format('superseded_by = "patent-reward-nwe"'))
    assert 'did you mean "patent-reward-new"?' in faults(tmp_path, heir, more=SECOND.format(in_force="2025-03-01"))


def test_the_province_bears_all_and_pays_itself_or_owes_the_district_that_paid(tmp_path: Path) -> None:
    whole = yuan(30_000)
    share = ('"standard-2021"', '"province"')
    got = one(batch("2024-12-31", patents=3), "patent-reward", cat=law(tmp_path, share))
    assert (got.award_city[0], got.award_district[0], got.award_province[0], got.award_other[0]) == (0, 0, whole, 0)
    assert got.entitlement_province[0] == whole
    assert got.payments["province"].tolist() == [whole]
    assert got.payments["paid_by"].tolist() == [Level.PROVINCE] and not len(got.settlements["fen"])
    route = (ENTRY[0], ENTRY[1].format('pay = { route = "via-district" }'))
    got = one(batch("2024-12-31", patents=3), "patent-reward", cat=law(tmp_path, share, route))
    assert got.payments["paid_by"].tolist() == [Level.DISTRICT]
    assert [got.settlements[key].tolist() for key in ("from", "to", "fen")] == [
        [Level.PROVINCE], [Level.DISTRICT], [whole],
    ]  # fmt: skip


def test_money_of_the_province_uses_up_no_pot_of_the_city(tmp_path: Path) -> None:
    pot = (ENTRY[0], ENTRY[1].format('envelope = "city-st-development-fund"'))
    cat = law(tmp_path, ('"standard-2021"', '"province"'), pot)
    got = one(batch("2024-12-31", patents=3), "patent-reward", cat=cat, envelopes={"city-st-development-fund": 0})
    assert got.award_province[0] == yuan(30_000)


@pytest.mark.parametrize(("district", "city"), [("西湖区", 15_000), ("余杭区", 7_500)])
def test_by_the_fiscal_system_is_the_list_of_2021_and_says_that_it_is_assumed(
    tmp_path: Path, district: str, city: int
) -> None:
    cat = law(tmp_path, ('"standard-2021"', '"fiscal-system"'))
    got = one(batch("2024-12-31", district, patents=3), "patent-reward", cat=cat)
    assert got.award_city[0] == yuan(city) and got.award_district[0] == yuan(30_000 - city)
    assert cat.cost_sharing["fiscal-system"].assumed is not None


def test_the_locality_bears_all(tmp_path: Path) -> None:
    got = one(batch("2024-12-31", patents=3), "patent-reward", cat=law(tmp_path, ('"standard-2021"', '"locality"')))
    assert (got.award_city[0], got.award_district[0]) == (0, yuan(30_000))


def test_the_lists_of_a_sharing_name_every_district_once() -> None:
    lists: Any = load_catalogue().cost_sharing["standard-2021"].lists(day_of(2024, 1, 1))
    assert set(lists) == {"1:1", "1:3"} <= set(QUARTERS)
    assert len(lists["1:1"]) + len(lists["1:3"]) == len({*lists["1:1"], *lists["1:3"]}) == 16


REGISTER = """
[register]
targets = ["patents-by-2025"]
[register.gaps]
"patent-insurance" = { en = "no rate", zh = "无费率", needs = { en = "the rate", zh = "费率" } }
[register.procedural]
"patent-filing" = { en = "papers", zh = "材料" }
"""


def test_a_register_is_read_with_its_reasons(tmp_path: Path) -> None:
    register = law(tmp_path, more=REGISTER).register
    assert "patents-by-2025" in register.targets and register.procedural["patent-filing"] == ("papers", "材料")
    gap = register.gaps["patent-insurance"]
    assert (gap.reason, gap.needs) == (("no rate", "无费率"), ("the rate", "费率"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (', needs = { en = "the rate", zh = "费率" }', "", "needs is missing"),
        ("[register.gaps]", "[register.gasp]", 'did you mean "gaps"?'),
        ('{ en = "papers", zh = "材料" }', '"papers"', 'must be { en = "...", zh = "..." }'),
        ('targets = ["patents-by-2025"]', 'targets = ["patent-filing"]', "two parts of the register"),
        ('targets = ["patents-by-2025"]', 'targets = ["key-rd-city-assigned-projects"]', "registered twice"),
    ],
)
def test_a_slip_in_a_register_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in REGISTER
    text = faults(tmp_path, more=REGISTER.replace(old, new, 1))
    assert told in text and "patents.toml: register" in text


def test_values_are_those_really_read_with_unit_and_first_day(tmp_path: Path) -> None:
    more = ('amount = "1万元"', 'amount = { always = "1万元", 2025-01-01 = "2万元" }')
    found = law(tmp_path, more).instruments["patent-reward"].values
    told = {(one.name, one.value, one.unit, one.start) for one in found}
    start = day_of(2024, 1, 1)
    assert told == {
        ("eligible[0].at_least.patents", 2, "count", start),
        ("amount.amount", 10_000, "yuan", start),
        ("amount.amount", 20_000, "yuan", day_of(2025, 1, 1)),
        ("caps[0].amount", 50_000, "yuan", start),
    }


def test_a_scenarios_change_is_among_the_values_and_a_part_under_another_reading_is_not(tmp_path: Path) -> None:
    law(tmp_path)
    changed = load_catalogue({"patent-reward": {"amount": {"amount": "3万元"}}}, directory=tmp_path)
    assert 30_000 in {one.value for one in changed.instruments["patent-reward"].values}
    other = 'eligible = [{ at_least = { patents = 77 }, if_reading = { discretion = "1%" } }, '
    cat = law(tmp_path, ("eligible = [", other))
    assert 77 not in {one.value for one in cat.instruments["patent-reward"].values}
