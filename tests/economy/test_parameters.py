from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from fundflow.base.draws import Draws
from fundflow.economy import Economy, EconomyParameters
from fundflow.economy.parameters import Number, Numbers


def as_dict(parameters: EconomyParameters) -> dict[str, object]:
    return parameters.model_dump()


def test_every_number_says_its_source_and_every_assumed_one_says_so(parameters: EconomyParameters) -> None:
    for name in Economy.model_fields:
        given = getattr(parameters, name, None)
        if isinstance(given, Number | Numbers):
            assert len(given.source) >= 7, name
            if given.evidence == "C" and "law text" not in given.source:
                assert given.source.startswith(("assumed", "derived")), name


def test_fixed_parameters_are_the_stated_values(parameters: EconomyParameters) -> None:
    economy = parameters.draw(Draws(1, 5), fixed=True)
    assert economy.transitory_share == 0.4
    assert economy.key_least_rd == 5_000_000_00  # yuan in the file, fen in the model
    assert economy.loan_margin == 8_000  # parts per million
    assert economy.births == 5600


def test_replications_draw_different_values_within_their_ranges(parameters: EconomyParameters) -> None:
    drawn = [parameters.draw(Draws(1, replication)) for replication in range(200)]
    share = np.array([economy.transitory_share for economy in drawn])
    assert share.min() >= 0.2 and share.max() <= 0.6
    assert share.mean() == pytest.approx(0.4, abs=0.02)
    # The triangle over 0.2, 0.4, 0.6 has deviation 0.2 / sqrt(6).
    assert share.std() == pytest.approx(0.2 / 6**0.5, rel=0.15)
    again = parameters.draw(Draws(1, 17))
    assert again == drawn[17]


def test_a_change_of_one_parameter_redraws_no_other(parameters: EconomyParameters) -> None:
    changed = as_dict(parameters) | {"incubator_wish": {"value": 0.1, "low": 0.0, "high": 0.2, "source": "a test"}}
    left, right = parameters.draw(Draws(3, 1)), EconomyParameters.model_validate(changed).draw(Draws(3, 1))
    differing = [name for name in Economy.model_fields if getattr(left, name) != getattr(right, name)]
    assert differing == ["incubator_wish"]


def test_city_counts_are_scaled_and_shares_are_not(parameters: EconomyParameters) -> None:
    whole, tenth = (parameters.draw(Draws(1, 0), fixed=True, scale=s) for s in (1.0, 0.1))
    assert tenth.births == pytest.approx(whole.births / 10)
    assert tenth.eaglet_places == 83
    assert tenth.streams["firm-voucher"].yearly == pytest.approx(150)
    assert tenth.incubator_wish == whole.incubator_wish
    assert parameters.draw(Draws(1, 0), fixed=True, scale=1e-6).key_places == 1


def test_a_scenario_may_write_the_number_alone(parameters: EconomyParameters) -> None:
    changed = EconomyParameters.model_validate(as_dict(parameters) | {"incubator_wish": 0.3, "rd_growth": [0.1]})
    economy = changed.draw(Draws(1, 0))
    assert economy.incubator_wish == 0.3
    assert economy.of_year(economy.rd_growth, 2030) == 0.1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"incubator_wis": 0.3}, "incubator_wis"),
        (
            {"incubator_wish": {"value": 0.3, "low": 0.4, "high": 0.5, "source": "wrong"}},
            "between low 0.4 and high 0.5",
        ),
        ({"incubator_wish": {"value": 0.3, "low": 0.2, "source": "wrong"}}, "both low and high"),
        ({"incubator_wish": {"value": 0.3}}, "source"),
        ({"incubator_wish": "often"}, "incubator_wish"),
    ],
)
def test_a_malformed_parameter_is_refused_with_its_name(
    parameters: EconomyParameters, change: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        EconomyParameters.model_validate(as_dict(parameters) | change)


def test_a_missing_parameter_is_named(parameters: EconomyParameters) -> None:
    given = as_dict(parameters)
    del given["renewal"]
    with pytest.raises(ValidationError, match="renewal"):
        EconomyParameters.model_validate(given)


def test_paths_begin_in_2021_and_their_last_value_continues(parameters: EconomyParameters) -> None:
    economy = parameters.draw(Draws(1, 0), fixed=True)
    path = (0.1, 0.2, 0.3)
    assert [economy.of_year(path, year) for year in (2020, 2021, 2022, 2023, 2040)] == [0.1, 0.1, 0.2, 0.3, 0.3]


@pytest.mark.parametrize(
    ("key", "given", "said"),
    [
        ("births", -5, "zero or more"),
        ("births", {"value": 1, "low": -1, "high": 2, "source": "test"}, "zero or more, not -1"),
        ("high_tech_wish", 1.000001, "between 0 and 1"),
        ("high_tech_wish", {"value": 1, "low": 0.5, "high": 1.1, "source": "test"}, "between 0 and 1, not 1.1"),
        ("exit_hazards", [0.1, -0.2], "zero or more, not -0.2"),
    ],
)
def test_a_number_that_its_kind_cannot_hold_is_refused_at_its_key(key, given, said):
    table = EconomyParameters.baseline().model_dump() | {key: given}
    with pytest.raises(ValidationError, match=said) as fault:
        EconomyParameters.model_validate(table)
    assert fault.value.errors()[0]["loc"] == (key,)


@pytest.mark.parametrize(
    ("key", "given"), [("births", 0), ("high_tech_wish", 1), ("high_tech_wish", 0), ("rd_growth_shift", -0.05)]
)
def test_the_edges_of_a_kind_and_negative_growth_are_taken(key, given):
    table = EconomyParameters.baseline().model_dump() | {key: given}
    assert getattr(EconomyParameters.model_validate(table), key).value == given


@pytest.mark.parametrize("group", ["streams", "firm_events"])
@pytest.mark.parametrize(
    ("day", "fine"), [([12, 31], True), ([13, 1], False), ([2, 28], True), ([2, 29], False), ([4, 31], False)]
)
def test_a_day_of_the_year_is_one_in_every_year(group, day, fine):
    table = EconomyParameters.baseline().model_dump()
    name = next(iter(table[group]))
    table[group][name] |= {"last_day": day}
    if fine:
        assert getattr(EconomyParameters.model_validate(table), group)[name].last_day == tuple(day)
    else:
        with pytest.raises(ValidationError, match="a month and a day of every year"):
            EconomyParameters.model_validate(table)
