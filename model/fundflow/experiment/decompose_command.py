"""``fundflow decompose``: why one year costs more than another, or why a forecast changed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fundflow.experiment.experiment_errors import Refused


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("other", required=False, type=click.Path(path_type=Path), metavar="[RUN_B]")
@click.option("--from", "first", type=int, help="One run: the year before [default: the year before --to].")
@click.option("--to", "last", type=int, help="One run: the year to explain [default: the budget year].")
@click.option("--year", type=int, help="Two runs: the year to show [default: the budget year of RUN_B].")
@click.option("--measure", type=click.Choice(["entitlement", "award", "cash", "budget"]), default="entitlement",
              show_default=True, help="budget is the budget form's line: cash of a treasury, settlements included.")
@click.option("--instrument", help="Only this instrument.")
@click.option("--district", help="Only this district, by its Chinese name on the map since April 2021.")
@click.option("--bearer", type=click.Choice(["city", "district", "province"]), help="Only what they bear, or pay.")
@click.option("--replications", type=click.IntRange(min=1), help="Two runs: how many [default: those of both runs].")
@click.option("--workers", type=click.IntRange(min=0), help="Processes [default: one for each processor].")
@click.option("--json", "as_json", is_flag=True, help="Everything in JSON, amounts in fen.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write table and figures there.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def decompose(
    run: Path, other: Path | None, first: int | None, last: int | None, year: int | None, measure: str,
    instrument: str | None, district: str | None, bearer: str | None, replications: int | None, workers: int | None,
    as_json: bool, out: Path | None, lang: str,
) -> None:  # fmt: skip
    """Split a change into its causes; the parts add up to the fen, whatever their order.

    With one RUN: why the year --to costs more or less than the year --from. With RUN_B too: why the forecast changed
    from RUN to RUN_B (policy, economy, firm data, behaviour, luck); the scenarios between them are simulated and kept.
    """
    from rich.console import Console

    from fundflow.base.districts import DISTRICT_EN
    from fundflow.experiment import decompose_report as report
    from fundflow.experiment.decompose_runs import between_runs
    from fundflow.experiment.decompose_years import CannotDecompose, between_years, check_names
    from fundflow.experiment.experiment_errors import clear_errors
    from fundflow.experiment.progress import PieceBar
    from fundflow.report.source import WHOLE_CITY
    from fundflow.results import NoRun, open_run

    given = {"--from": first, "--to": last} if other is not None else {
        "--year": year, "--replications": replications, "--workers": workers
    }  # fmt: skip
    wrong = [name for name, value in given.items() if value is not None]
    if wrong:
        raise Refused(f"{', '.join(wrong)}: only {'with one run' if other is not None else 'with two runs'}")
    if other is not None and measure == "budget":
        raise Refused("--measure budget: only with one run; --measure cash splits a change of what is paid")
    if measure == "budget" and bearer == "province":
        raise Refused("--bearer province: the budget form has a treasury of the city and of each district")
    only = {"instrument": instrument, "district": district, "bearer": bearer}
    try:
        opened = [open_run(_home(path)) for path in (run, other) if path is not None]
        if other is None:
            to = int(opened[0].scenario.get("budget_year", 2027)) if last is None else last
            whole = between_years(opened[0], to - 1 if first is None else first, to, measure)
            check_names(instrument, district, opened[0].meta["instruments"], set(whole.cells["district"]))
            found = whole.only(**only)
            frame, keys = found.frame(), None
        else:
            names = {*opened[0].meta["instruments"], *opened[1].meta["instruments"]}
            check_names(instrument, district, names, {WHOLE_CITY, *DISTRICT_EN})
            with clear_errors(), PieceBar(Console(stderr=True)) as bar:
                changes = between_runs(
                    *opened, measure=measure, year=year, replications=replications, only=only, workers=workers,
                    watch=bar,
                )  # fmt: skip
            found, frame, keys = changes.of_year, changes.frame, changes.keys
    except (NoRun, CannotDecompose) as fault:
        raise Refused(str(fault)) from fault
    where = [one for one in (instrument, district, bearer) if one]
    if out is not None:
        for path in report.write(found, frame, where, out):
            click.echo(path, err=as_json)
    if as_json:
        click.echo(json.dumps(report.as_json(found, frame, keys), ensure_ascii=False, indent=1))
        return
    wide = Console() if Console().is_terminal else Console(width=130)
    for table in report.tables(found, frame, where, lang):
        wide.print(table)
    for line in report.notes(found, keys, lang):
        click.echo(line)
    click.echo(report.last_line(found, frame, lang))


def _home(run: Path) -> Path:
    """A run may be called by its name alone."""
    home = Path("results") / run
    return home if not run.exists() and home.exists() else run
