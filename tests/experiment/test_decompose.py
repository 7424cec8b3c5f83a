"""A change splits into causes that add up to the fen: between two years of a run, and between two runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fundflow.cli import main
from fundflow.economy import EconomyParameters
from fundflow.experiment import decompose_runs
from fundflow.experiment.decompose_runs import between_runs, differing, group_of, mix
from fundflow.experiment.decompose_years import MEASURES, CannotDecompose, between_years, of_tables
from fundflow.experiment.decomposition import Decomposition, in_means
from fundflow.experiment.engine import load
from fundflow.experiment.running import run_scenario
from fundflow.report import frames
from fundflow.report.source import Tables, tables_of
from fundflow.results import open_run
from fundflow.results.schema import TABLES
from fundflow.scenario import Scenario
from tests.report.synthetic import make_run

LEVELS = ("city", "district", "province")


def row(table: str, **given: Any) -> dict[str, Any]:
    """A row of a table, what is not given being zero or the usual word."""
    words = {"instrument": "rnd", "district": "西湖区", "status": "in_force", "paid_by": "city", "replication": 0}
    return {name: given.get(name, words.get(name, 0)) for name in TABLES[table]}


def tables(commitments: list[dict[str, Any]], payments: list[dict[str, Any]] = ()) -> Tables:  # type: ignore[assignment]
    """Tables of one replication."""
    made = {
        name: pl.DataFrame(rows, schema={column: one.type for column, one in TABLES[name].items()})
        for name, rows in (("commitments", list(commitments)), ("payments", list(payments)), ("settlements", []))
    }
    return Tables(Path(), made["payments"], made["commitments"], made["settlements"], pl.DataFrame(), (0,))


def granted(
    year: int, claims: int, eligible: int, base: int, amount: int, city: int, district: int = 0, **more: Any
) -> dict[str, Any]:
    return row(
        "commitments", year=year, claims=claims, eligible=eligible, base=base, amount=amount, entitlement_city=city,
        entitlement_district=district, **{"award_city": city, "award_district": district, **more},
    )  # fmt: skip


def parts_of(found: Decomposition) -> dict[str, int]:
    """The parts over all cells of the one replication."""
    assert found.exact
    return dict(zip(found.parts, (int(one) for one in found.values.sum(axis=(0, 1))), strict=True))


def test_more_claims_of_a_higher_base_by_hand() -> None:
    # 10 claims, all eligible, base 100 each, rate 20 %, no limit: 200. Then 12 of 150: 360.
    # Number 10 -> 12 with 100 x 0.2 = 20 and 150 x 0.2 = 30 a claim: 2 x (20 + 30) / 2 = 50.
    # Base 20 -> 30 a claim with 10 and 12 claims: 10 x (10 + 12) / 2 = 110. Together 160.
    both = [granted(2026, 10, 10, 1000, 200, 200), granted(2027, 12, 12, 1800, 360, 360)]
    parts = parts_of(of_tables(tables(both), 2026, 2027))
    assert (parts.pop("claimants"), parts.pop("base")) == (50, 110)
    assert not any(parts.values())


def test_limits_and_the_split_are_told_apart() -> None:
    # The same claims; amount 400, of which caps leave 400 and then 300; the city bears a half and then a third.
    # City 200 -> 100. Limits 1 -> 3/4 with shares 1/2 and 1/3: -1/4 x 400 x (1/2 + 1/3) / 2 = -41 2/3.
    # Share 1/2 -> 1/3 with 400 and 300: -1/6 x 350 = -58 1/3. In whole fen -42 and -58.
    both = [granted(2026, 10, 10, 0, 400, 200, 200), granted(2027, 10, 10, 0, 400, 100, 200)]
    parts = parts_of(of_tables(tables(both), 2026, 2027).only(bearer="city"))
    assert (parts.pop("limits"), parts.pop("split")) == (-42, -58)
    assert not any(parts.values())


def test_a_new_rule_counts_as_claimants_that_qualify() -> None:
    # Ten firms stood outside any rule; the next year all ten qualify: the whole change is that.
    found = of_tables(tables([granted(2026, 10, 0, 0, 0, 0), granted(2027, 10, 10, 900, 90, 90)]), 2026, 2027)
    parts = parts_of(found)
    assert parts.pop("conditions") == 90 and not any(parts.values())


def test_districts_that_trade_places_change_the_mix_alone() -> None:
    # 西湖区 has 30 of 40 claims at 8 each, 余杭区 10 at 8: the numbers turn round, the total stays.
    cells = []
    for year, here, there in ((2026, 30, 10), (2027, 10, 30)):
        cells += [granted(year, n, n, n * 8, n * 8, n * 8, district=0) | {"district": place}
                  for place, n in (("西湖区", here), ("余杭区", there))]  # fmt: skip
    found = of_tables(tables(cells), 2026, 2027)
    assert not any(parts_of(found).values())
    assert parts_of(found.only(district="余杭区"))["mix"] == 20 * 8


def test_cash_on_awards_of_earlier_years_and_awards_put_off_are_carried_over() -> None:
    books = [granted(2026, 5, 5, 500, 500, 500), granted(2027, 5, 5, 500, 500, 500, award_city=620, earlier_city=120)]
    paid = [
        row("payments", month=month, city=city, award_year=year)
        for month, city, year in ((202611, 400, 2026), (202703, 100, 2026), (202711, 400, 2027))
    ]
    whole = tables(books, paid)
    award, cash = (parts_of(of_tables(whole, 2026, 2027, one)) for one in ("award", "cash"))
    assert award.pop("carried") == 120 and not any(award.values())
    assert cash.pop("carried") == 100 and not any(cash.values())


def test_what_is_never_entitled_but_paid_is_carried_over_too() -> None:
    books = [granted(2026, 5, 5, 500, 500, 500), row("commitments", year=2027, award_city=80, earlier_city=80)]
    paid = [row("payments", month=202702, city=80, award_year=2027)]
    parts = parts_of(of_tables(tables(books, paid), 2026, 2027, "cash"))
    assert parts["carried"] == 80


amounts = st.integers(0, 10**13)
cell = st.tuples(
    st.sampled_from(["a", "b"]), st.sampled_from(["西湖区", "余杭区"]), st.sampled_from([2026, 2027]),
    st.lists(st.integers(0, 400), min_size=2, max_size=2), st.lists(amounts, min_size=9, max_size=9),
)  # fmt: skip


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(cell, max_size=8), st.sampled_from(MEASURES))
def test_the_parts_of_any_books_add_up_to_the_fen(cells: list[Any], measure: str) -> None:
    books, paid = [], []
    for instrument, district, year, numbers, drawn in cells:
        # As in any books: no more are eligible than claim, and every limit takes something away.
        (eligible, claims), fen = sorted(numbers), sorted(drawn, reverse=True)
        place = {"instrument": instrument, "district": district}
        books.append(granted(year, claims, eligible, fen[0], fen[1], fen[2], fen[3], award_city=fen[4],
                             award_district=fen[5], earlier_city=fen[4] // 3) | place)  # fmt: skip
        for old in (0, 1):
            paid.append(row("payments", month=year * 100 + 6, city=fen[6 + old], district_fen=fen[8],
                            award_year=year - old) | place)  # fmt: skip
    whole = tables(books, paid)
    found = of_tables(whole, 2026, 2027, measure)
    assert found.exact
    for side, year in ((found.before, 2026), (found.after, 2027)):
        columns = [f"{measure}_{level}" for level in LEVELS]
        if measure in ("cash", "budget"):
            expected = whole.payments.filter(pl.col("month") // 100 == year).select(frames.cash().sum()).item()
        else:
            expected = whole.commitments.filter(year=year).select(pl.sum_horizontal(columns).sum()).item()
        assert int(side.sum()) == int(expected or 0)


def test_means_add_up_within_a_row() -> None:
    # Two replications: 3 and 4 before, 10 and 10 after: 3 (7/2 cut down) and 10, change 7; parts 7/2 + 3 = 6 1/2.
    # -> 3 + 3, and the missing one to the half.
    means = in_means(np.array([3, 4]), np.array([10, 10]), np.array([[4, 3], [3, 3]]))
    assert means == [3, 10, 7, 4, 3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up run of realistic size."""
    folder = tmp_path_factory.mktemp("made")
    return Path(make_run(folder, 2).path)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_run_splits_exactly_and_its_totals_are_those_of_the_reports(made: Path, measure: str) -> None:
    run = open_run(made)
    found = between_years(run, 2026, 2027, measure)
    assert found.exact
    frame = found.frame()
    whole = {one["part"]: one for one in frame.filter(dimension="total", bearer="total").iter_rows(named=True)}
    assert sum(whole[part]["sum"] for part in found.parts) == whole["change"]["sum"] != 0
    assert sum(whole[part]["fen"] for part in found.parts) == whole["change"]["fen"]
    for dimension in ("instrument", "district"):
        for part in ("change", *found.parts):
            rows = frame.filter(dimension=dimension, part=part)
            assert rows.filter(bearer="total")["sum"].sum() == whole[part]["sum"]
            assert rows.filter(pl.col("bearer") != "total")["sum"].sum() == whole[part]["sum"]
    tables = tables_of(run)
    if measure == "budget":
        for level in ("city", "district"):
            fen = frames.treasury(tables, level).filter(year=2027)["fen"].sum()
            assert int(found.only(bearer=level).after.sum()) == fen
    else:
        table = frames.payments_by_year(tables) if measure == "cash" else tables.commitments
        value = {"cash": frames.cash, "award": frames.award, "entitlement": frames.entitlement}[measure]()
        assert int(found.after.sum()) == table.filter(year=2027).select(value.sum()).item()


@pytest.mark.slow
def test_the_command_prints_the_parts_and_writes_table_and_figures(made: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    out = str(tmp_path / "out")
    asked = ["decompose", str(made), "--from", "2026", "--to", "2027", "--bearer", "city", "--out", out]
    said = run(main, [*asked, "--lang", "en"])
    assert said.exit_code == 0, said.output
    assert "Number of claims" in said.output and said.output.strip().splitlines()[-1].startswith("Total change")
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"decomposition.csv", "decomposition-zh.png", "decomposition-en.svg"} <= written
    told = json.loads(run(main, [*asked[:-2], "--json"]).stdout)
    rows = [one for one in told["rows"] if (one["dimension"], one["bearer"]) == ("total", "total")]
    fen = {one["part"]: one["fen"] for one in rows}
    assert fen["to"] - fen["from"] == fen["change"] == sum(fen[part] for part in told["parts"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--from", "2019"], "the run holds 2021 to 2035"),
        (["--from", "2027", "--to", "2027"], "two different years"),
        (["--district", "西胡区"], 'did you mean "西湖区"'),
        (["--instrument", "eaglet-recognition-grand"], 'did you mean "eaglet-recognition-grant"'),
        (["--measure", "budget", "--bearer", "province"], "treasury of the city and of each district"),
        (["--year", "2027"], "only with two runs"),
    ],
)
def test_bad_questions_are_refused_with_what_is_allowed(made: Path, options: list[str], words: str) -> None:
    said = CliRunner().invoke(main, ["decompose", str(made), *options])
    assert said.exit_code == 2 and words in said.output and "Traceback" not in said.output


def test_every_number_of_the_economy_counts_to_a_cause_and_the_list_names_no_other() -> None:
    known = set(EconomyParameters.model_fields) | {"streams", "funds", "firm_events"}
    named = [one for table in decompose_runs._declared().values() for one in table.get("economy", ())]
    assert len(named) == len(set(named)) and set(named) <= known
    sections = {one.split(".")[0] for table in decompose_runs._declared().values() for one in table["keys"]}
    own = {key for key in Scenario.model_fields if key not in decompose_runs._OWN}
    assert own <= sections
    words = ("policy.changes.x.rate", "economy.births", "economy.takeup_loading", "population.size", "seed")
    assert [group_of(key) for key in words] == ["policy", "economy", "behaviour", "firms", "luck"]


TINY = ["population.size=150", "end=2022-12-31", "budget_year=2022", "volumes=evidenced"]
OTHER = ["economy.rd_growth=[0.3]", "policy.changes.eaglet-recognition-grant.amount.amount=30万元"]


@pytest.mark.slow
def test_a_change_of_forecast_splits_exactly_and_the_way_back_is_its_opposite(tmp_path: Path) -> None:
    first, second = load("scenarios/baseline.toml", TINY), load("scenarios/rd-rate-25.toml", [*TINY, *OTHER])
    keys = differing(first, second)
    assert set(keys) == {"policy", "economy"} and keys["economy"] == ("economy.rd_growth",)
    runs = [
        run_scenario(one, replications=2, workers=0, out=tmp_path / str(number))
        for number, one in enumerate((first, second))
    ]
    store = tmp_path / "store"
    found = between_runs(*runs, workers=0, store=store)
    # The first and the last scenario are the runs themselves: their pieces were taken from the folders.
    assert sorted(len(list(one.iterdir())) for one in store.iterdir()) == [2, 2, 2, 2]
    assert found.groups == ("policy", "economy") and found.of_year.exact
    rows = found.frame.filter(dimension="total", bearer="total", year=2022)
    fen = dict(zip(rows["part"], rows["sum"], strict=True))
    assert fen["policy"] + fen["economy"] == fen["change"] == fen["to"] - fen["from"] != 0
    assert fen["firms"] == fen["behaviour"] == fen["luck"] == 0 and fen["policy"] and fen["economy"]
    for run, side in zip(runs, ("from", "to"), strict=True):
        value = tables_of(run).commitments.filter(year=2022).select(frames.entitlement().sum()).item()
        assert fen[side] == value
    back = between_runs(*reversed(runs), workers=0, store=store).of_year
    for place, name in enumerate(back.parts):
        assert abs(int(back.values[..., place].sum()) + fen[name]) <= back.values[..., place].size
    same = between_runs(runs[0], runs[0], workers=0, store=store)
    assert same.groups == () and same.of_year.identical


@pytest.mark.slow
def test_runs_of_another_version_are_refused_with_status_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_scenario(load("scenarios/baseline.toml", TINY), replications=1, workers=0, out=tmp_path / "run")
    meta = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    (tmp_path / "run" / "run.json").write_text(json.dumps(meta | {"version": "0.0+old"}), "utf-8")
    with pytest.raises(CannotDecompose, match="version 0.0\\+old"):
        between_runs(open_run(run.path), open_run(run.path), workers=0, store=tmp_path / "store")
    said = CliRunner().invoke(main, ["decompose", str(run.path), str(run.path)])
    assert said.exit_code == 2 and "Run its scenario again" in said.output
    assert not (tmp_path / "store").exists()


@pytest.mark.slow
def test_a_mixed_scenario_takes_the_keys_of_its_causes_alone() -> None:
    first = load("scenarios/baseline.toml", TINY)
    second = load("scenarios/baseline.toml", [*TINY, *OTHER, "population.seed=9", "seed=4", "economy.eaglet_wish=0.5"])
    keys = differing(first, second)
    groups = tuple(name for name in decompose_runs.GROUPS if name in keys)
    assert groups == decompose_runs.GROUPS
    mixed = mix(first, second, frozenset({"firms", "luck"}), groups, 2022, keys)
    assert (mixed.population.seed, mixed.seed) == (9, 4)
    assert set(differing(first, mixed)) == {"firms", "luck"}
    assert set(differing(mixed, second)) == {"policy", "economy", "behaviour"}
    assert not differing(second, mix(first, second, frozenset(groups), groups, 2022, keys))
