"""``fundflow policy check``, ``gaps`` and ``diff``: whether the law holds together, what is not known, what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fundflow.experiment.experiment_errors import Refused
from fundflow.policy.law_command import WHOLE_LAW, check_rules, say_faults
from fundflow.policy.options import EXPIRY, READING, clear_errors

if TYPE_CHECKING:
    from fundflow.scenario import Scenario

_LANG = click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="Language of the answer.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
_SCENARIO = click.Path(path_type=Path)


def _load(path: Path) -> Scenario:
    from fundflow.experiment.engine import load
    from fundflow.scenario import ScenarioFaults

    try:
        return load(path)
    except ScenarioFaults as fault:
        raise Refused(str(fault)) from None


@click.command("check")
@click.argument("scenario", type=_SCENARIO, required=False)
@WHOLE_LAW
@EXPIRY
@READING
@clear_errors
@click.pass_context
def check(
    context: click.Context, scenario: Path | None, whole_law: bool, after_expiry: str, readings: tuple[str, ...]
) -> None:
    """Check units, dates, documents and clauses, bands, validity, rule ids and grades of evidence.

    With a SCENARIO: the law as its changes leave it, and whether an instrument claims to be better known than the
    events that open it. Exit status 2 with all faults.
    """
    from fundflow.simulation.law import grades_of_events, law_of

    if scenario is None:
        context.invoke(check_rules, whole_law=whole_law, after_expiry=after_expiry, readings=readings)
        return
    if readings or after_expiry != "renewed":
        raise Refused("--reading and --after-expiry: a scenario names its own; leave them out")
    loaded = _load(scenario)
    say_faults(law_of(loaded), whole_law, grades_of_events(loaded))


@click.command("gaps")
@click.argument("scenario", type=_SCENARIO, required=False)
@_JSON
@_LANG
def gaps(scenario: Path | None, as_json: bool, lang: str) -> None:
    """Tell what the law promises without a number, which number is needed, and every assumed value in use.

    With a SCENARIO: as its changes leave the law, and the assumed values of its economy too.
    """
    from fundflow.policy import load_catalogue
    from fundflow.policy.gaps import as_text, gaps_of
    from fundflow.simulation.law import law_of

    loaded = None if scenario is None else _load(scenario)
    catalogue = load_catalogue() if loaded is None else law_of(loaded)
    found = gaps_of(catalogue, None if loaded is None else loaded.tables().get("economy", {}), lang)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1, default=str) if as_json else as_text(found, lang))


@click.command("diff")
@click.argument("scenario_a", type=_SCENARIO)
@click.argument("scenario_b", type=_SCENARIO)
@click.option("--all", "everything", is_flag=True, help="Every line, also where it is more than a page.")
@_JSON
@_LANG
def diff(scenario_a: Path, scenario_b: Path, everything: bool, as_json: bool, lang: str) -> None:
    """Tell what differs between two scenarios, value by value and date by date, on one page."""
    from fundflow.experiment.difference import as_text, differences

    rows = differences(_load(scenario_a), _load(scenario_b))
    if as_json:
        click.echo(json.dumps([row.__dict__ for row in rows], ensure_ascii=False, indent=1))
    else:
        click.echo(as_text(rows, lang, everything))
