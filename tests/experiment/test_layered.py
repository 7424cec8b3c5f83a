"""Luck, parameters, readings and policy risks apart: on the same draws, nested in the figure, each with its error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from fundflow.experiment.layered import Layered, layered, layered_frame, with_layers
from fundflow.experiment.layered_command import uncertainty
from fundflow.experiment.layered_report import layered_table, notes, write_layers
from fundflow.experiment.question import Question
from fundflow.report.texts import Texts
from fundflow.scenario import Scenario
from fundflow.scenario.uncertainty import LAYERS
from tests.experiment.layer_engine import total

ENGINE = "tests.experiment.layer_engine"
QUESTION = Question("entitlement", "total", (2026, 2027), "headline")


def scenario() -> Scenario:
    return Scenario.model_validate(
        {
            "title": "t", "author": "a", "date": "2026-01-01", "reason": "r", "end": "2027-12-31",
            "uncertainty": {
                "layers": list(LAYERS),
                "risks": {"cut": {"probability": 0.2, "changes": {"policy": {"after_expiry": "lapses"}}}},
            },
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Layered:
    store = tmp_path_factory.mktemp("pieces")
    return layered(scenario(), 80, QUESTION, 0.9, workers=0, store=store, engine=ENGINE)


def test_each_layer_keeps_the_draws_of_those_before_it(found: Layered) -> None:
    assert found.layers == LAYERS
    for i in range(4):
        ours = [total(1, number, LAYERS[: i + 1]) for number in range(80)]
        assert found.paths[i][:, 0].tolist() == ours
    ratio = found.paths[1][:, 0] / found.paths[0][:, 0]
    assert ratio.min() >= 0.8 - 1e-9 and ratio.max() <= 1.2 + 1e-9, "luck falls out: what is left is the parameter"


def test_the_bands_of_the_fan_lie_inside_each_other_and_hold_at_least_their_share(found: Layered) -> None:
    for i in range(4):
        low, high = found.nested(i)
        inside = (found.paths[i] >= low) & (found.paths[i] <= high)
        assert (inside.mean(axis=0) >= 0.9).all()
        if i:
            inner_low, inner_high = found.nested(i - 1)
            assert (low <= inner_low).all() and (high >= inner_high).all()
    own, widened = found.band(2)[1], found.nested(2)[1]
    assert (own < widened).all(), "discretion lowers totals: without widening its band would cut the inner one"


def test_a_risk_happens_in_its_share_of_64_replications(found: Layered) -> None:
    # 0.2 x 64 = 12.8 in the first 64; of the next 16 it may be any part of a block.
    assert sum(total(1, k, ("luck", "risks")) < total(1, k, ("luck",)) for k in range(64)) in (12, 13)


def test_the_file_has_a_row_for_each_year_and_layer_with_errors(found: Layered) -> None:
    frame = layered_frame(found)
    assert frame.height == 2 * 4
    last = frame.filter(layers="luck+parameters+readings+risks", year=2027).row(0, named=True)
    assert last["nested_low"] <= last["low"] < last["median"] < last["high"] <= last["nested_high"]
    assert last["low_error"] > 0 and 0 < last["mean_error"] < last["deviation"]
    assert frame["band"].unique().to_list() == [0.9]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_table_and_figure_say_what_each_band_holds(found: Layered, lang: str, tmp_path: Path) -> None:
    from rich.console import Console

    console = Console(width=110, record=True, file=(tmp_path / "out").open("w"))
    console.print(layered_table(found, lang))
    text = console.export_text()
    assert ("＋政策风险" if lang == "zh" else "+ policy risks") in text and "90%" in text
    said = "\n".join(notes(found, Texts(lang)))
    assert "60%" in said and "100%" in said and f"{found.happened['cut']}/80" in said
    assert ("模拟误差" if lang == "zh" else "Monte Carlo error of the edges") in said
    paths = write_layers(found, lang, tmp_path / "figures")
    assert [p.suffix for p in paths] == [".csv", ".png", ".svg"] and all(p.stat().st_size > 1000 for p in paths[1:])
    assert pl.read_csv(paths[0]).height == 8


def test_fewer_layers_can_be_shown_and_a_stated_luck_is_shared(tmp_path: Path) -> None:
    some = layered(scenario(), 40, QUESTION, 0.8, layers=("risks",), workers=0, store=tmp_path, engine=ENGINE)
    assert some.layers == ("luck", "risks")
    halved = some.paths[1][:, 0] < some.paths[0][:, 0]
    assert halved.sum() == some.happened["cut"]


def test_what_a_layer_does_not_draw_does_not_change_the_identity_of_a_run() -> None:
    base = scenario()
    other = Scenario.model_validate({**base.tables(), "uncertainty": {"readings": {"open": 0.1}, "risks": {}}})
    assert with_layers(base, ["luck", "parameters"]).digest == with_layers(other, ["luck", "parameters"]).digest
    assert with_layers(base, LAYERS).digest != with_layers(other, LAYERS).digest
    fixed = Scenario.model_validate({**base.tables(), "fixed_parameters": True})
    assert fixed.layers == ("luck",)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--replications", "39"], "40"),
        (["--layers", "luk"], 'did you mean "luck"'),
        (["--layers", "parameters"], "luck"),
        (["--set", "uncertainty.readings.rnd-bugdet=0.3"], 'did you mean "rnd-budget"'),
        (["--set", "uncertainty.risks.x.probability=0.1"], "uncertainty.risks.x.changes"),
        (["--of", "headlin"], 'did you mean "headline"'),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(options: list[str], words: str, tmp_path: Path) -> None:
    given = ["scenarios/baseline.toml", "--set", "population.size=600", "--set", "uncertainty.risks={}", *options]
    result = CliRunner().invoke(uncertainty, [*given, "--out", str(tmp_path)])
    assert result.exit_code == 2, result.output
    assert words in result.output.replace("\n", " ")


def test_bands_need_replications() -> None:
    short = Layered(scenario(), QUESTION, (2026,), ("luck",), (np.ones((18, 1), np.int64),), 0.9, {})
    with pytest.raises(ValueError, match="at least 19"):
        short.band(0)
