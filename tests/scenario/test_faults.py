"""A file that is wrong gets one clear error that tells everything that is wrong."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fundflow.scenario import Scenario, ScenarioFaults, load_scenario
from fundflow.scenario.toml_text import canonical, to_toml
from tests.scenario.test_loading import BASE, CHILD, SECTIONS

MALFORMED = sorted((Path(__file__).parent / "malformed").glob("*.toml"))
NO_SHRINK_OF_FOLDERS = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("file", MALFORMED, ids=lambda file: file.stem)
def test_a_malformed_file_gets_an_error_with_the_words_in_its_first_lines(file):
    words = [
        line.removeprefix("# error: ")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("# error: ")
    ]
    assert words, f"{file} must say which words its error holds"
    with pytest.raises(ScenarioFaults) as caught:
        load_scenario(file, sections=SECTIONS)
    text = str(caught.value)
    assert file.name in text.splitlines()[0]
    for line in words:
        assert line in text, text
    assert len(caught.value.faults) == len(words), text


def test_a_fault_names_the_file_that_it_stands_in(tmp_path):
    (tmp_path / "base.toml").write_text(BASE.replace("seed = 5", "seed = -5"), encoding="utf-8")
    (tmp_path / "child.toml").write_text(CHILD + "\n[population]\nsize = 0\n", encoding="utf-8")
    with pytest.raises(ScenarioFaults) as caught:
        load_scenario(tmp_path / "child.toml", ["replications=none"])
    sources = {fault.key: fault.source for fault in caught.value.faults}
    assert sources == {
        "seed": str(tmp_path / "base.toml"),
        "population.size": str(tmp_path / "child.toml"),
        "replications": "--set replications=none",
    }


def test_an_absent_file_names_the_one_that_was_meant(tmp_path):
    (tmp_path / "baseline.toml").write_text(BASE, encoding="utf-8")
    with pytest.raises(ScenarioFaults, match='no such file; did you mean "baseline.toml"'):
        load_scenario(tmp_path / "baselne.toml")


@pytest.mark.parametrize("text", ["seed", "=5", "a b=1", "", "seed\n=1", "a.=1"])
def test_an_override_that_is_no_key_and_value_says_how_to_write_one(tmp_path, text):
    (tmp_path / "base.toml").write_text(BASE, encoding="utf-8")
    with pytest.raises(ScenarioFaults, match="must be KEY=VALUE"):
        load_scenario(tmp_path / "base.toml", [text])


def test_scenarios_that_extend_each_other_are_refused(tmp_path):
    (tmp_path / "a.toml").write_text(CHILD.replace('"base"', '"b"'), encoding="utf-8")
    (tmp_path / "b.toml").write_text(CHILD.replace('"base"', '"a"'), encoding="utf-8")
    with pytest.raises(ScenarioFaults, match="in a circle"):
        load_scenario(tmp_path / "a.toml")


def test_a_file_that_is_not_utf_8_says_so(tmp_path):
    (tmp_path / "base.toml").write_bytes(BASE.encode("utf-8").replace(b"Base", "基线".encode("gbk")))
    with pytest.raises(ScenarioFaults, match="not UTF-8"):
        load_scenario(tmp_path / "base.toml")


def test_a_folder_is_no_scenario(tmp_path):
    with pytest.raises(ScenarioFaults, match="cannot be read"):
        load_scenario(tmp_path)


def clear(error: ScenarioFaults, file: Path) -> None:
    """Each line of the error has a source, and no fault is without words."""
    assert error.faults
    for fault in error.faults:
        assert fault.problem.strip()
        assert "\n" not in fault.problem.split(": ")[0]
    assert str(file) in str(error) or "--set" in str(error)


@NO_SHRINK_OF_FOLDERS
@given(
    content=st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_a_file_of_random_bytes_always_gets_the_clear_error(tmp_path, content):
    file = tmp_path / "random.toml"
    file.write_bytes(content)
    with pytest.raises(ScenarioFaults) as caught:
        load_scenario(file, sections=SECTIONS)
    clear(caught.value, file)


@NO_SHRINK_OF_FOLDERS
@given(data=st.data())
def test_a_scenario_with_random_damage_loads_or_gets_the_clear_error(tmp_path, data):
    text = BASE
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        upto = data.draw(st.integers(at, min(len(text), at + 12)))
        text = text[:at] + data.draw(st.text(max_size=6)) + text[upto:]
    file = tmp_path / "damaged.toml"
    file.write_bytes(text.encode("utf-8", "replace"))
    try:
        assert isinstance(load_scenario(file, sections=SECTIONS), Scenario)
    except ScenarioFaults as error:
        clear(error, file)


SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(max_size=8),
    st.dates(),
    st.floats(),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from([*Scenario.model_fields, "extends", "titel", "polcy", "人口"])


@NO_SHRINK_OF_FOLDERS
@given(changes=st.dictionaries(KEYS, VALUES, max_size=5))
def test_valid_toml_with_random_values_loads_or_gets_the_clear_error(tmp_path, changes):
    table = {"title": "t", "author": "a", "date": "2026-01-01", "reason": "r", "economy": {"growth": 0.1}}
    file = tmp_path / "random.toml"
    file.write_text(to_toml(table | changes), encoding="utf-8")
    try:
        scenario = load_scenario(file, sections=SECTIONS)
    except ScenarioFaults as error:
        clear(error, file)
        return
    (tmp_path / "again.toml").write_text(scenario.to_toml(), encoding="utf-8")
    assert load_scenario(tmp_path / "again.toml", sections=SECTIONS).digest == scenario.digest


@given(table=st.dictionaries(st.text(max_size=6), VALUES, max_size=5))
def test_toml_that_we_write_reads_back_as_the_same_values(table):
    import tomllib
    from decimal import Decimal

    again = tomllib.loads(to_toml(table), parse_float=Decimal)
    assert canonical(again) == canonical(table)


@given(text=st.text(max_size=40))
def test_a_random_override_loads_or_gets_the_clear_error(text):
    file = Path(__file__).parent / "valid.toml"
    try:
        load_scenario(file, [text])
    except ScenarioFaults as error:
        clear(error, file)
