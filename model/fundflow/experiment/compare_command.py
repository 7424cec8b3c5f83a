"""``fundflow compare``: what a reform costs, paired with the base, and who gains."""

from __future__ import annotations

from pathlib import Path

import click

from fundflow.experiment.experiment_errors import Refused


@click.command()
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("reforms", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REFORM [MORE...]")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a dotted key of every scenario.")
@click.option("--replications", type=click.IntRange(min=1), default=40, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the draws, instead of the scenarios'.")
@click.option("--workers", type=click.IntRange(min=0), help="Processes [default: one for each processor].")
@click.option("--measure", type=click.Choice(["entitlement", "award", "cash"]), default="entitlement",
              show_default=True)  # fmt: skip
@click.option("--response", "mode", type=click.Choice(["static", "dynamic", "both"]),
              help="Firms respond to the reforms: no, yes, once each [default: as the scenarios say].")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write differences and figures there.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def compare(
    base: Path,
    reforms: tuple[Path, ...],
    sets: tuple[str, ...],
    replications: int,
    seed: int | None,
    workers: int | None,
    measure: str,
    mode: str | None,
    out: Path | None,
    lang: str,
) -> None:
    """Show what each REFORM changes against BASE, replication by replication with the same draws.

    Differences by year, bearer, district, instrument and size class, each with the 95 % interval of its mean. The last
    line states the total difference of the budget year. Finished pieces are found again; Ctrl-C loses nothing.
    """
    from rich.console import Console

    from fundflow.experiment import compare_report as report
    from fundflow.experiment.compare import CannotCompare
    from fundflow.experiment.compare import compare as paired
    from fundflow.experiment.compare_response import responding
    from fundflow.experiment.compare_response import tables as response_tables
    from fundflow.experiment.compare_response import write as write_response
    from fundflow.experiment.experiment_errors import clear_errors
    from fundflow.experiment.forecast import overrides
    from fundflow.experiment.progress import PieceBar

    console = Console(stderr=True)
    with clear_errors(), PieceBar(console) as bar:
        from fundflow.experiment.engine import load

        scenarios = [load(path, [*sets, *overrides(seed, False)]) for path in (base, *reforms)]
        try:
            scenarios, modes = responding(scenarios, mode)
            result = paired(scenarios, replications, measure=measure, workers=workers, watch=bar, modes=modes)
        except CannotCompare as fault:
            raise Refused(str(fault)) from fault
    wide = Console() if Console().is_terminal else Console(width=130)
    for reform in range(1, len(scenarios)):
        for table in report.tables(result, reform, lang):
            wide.print(table)
    for table in response_tables(result, lang):
        wide.print(table)
    for note in report.notes(result, lang):
        click.echo(note)
    if out is not None:
        for path in [*report.write(result, out), *write_response(result, out)]:
            click.echo(path)
    click.echo(report.last_line(result, lang))
