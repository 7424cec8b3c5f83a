"""``fundflow sweep``: what a total does when keys of the scenario take other values."""

from __future__ import annotations

from pathlib import Path

import click

from fundflow.experiment.options import asked, spread_option


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--vary", "varies", multiple=True, required=True, metavar="KEY=a,b,c | KEY=from:to:n",
              help="A key that --set knows, with its values; several keys make a grid.")  # fmt: skip
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a dotted key of the scenario.")
@click.option("--replications", type=click.IntRange(min=1), default=20, show_default=True, help="In each cell.")
@click.option("--workers", type=click.IntRange(min=0), help="Processes [default: one for each processor].")
@spread_option
@asked
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of table and figure [default: results/<name>-sweep].")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def sweep(
    scenario: Path, varies: tuple[str, ...], sets: tuple[str, ...], replications: int, workers: int | None,
    cluster: str | None, measure: str, bearer: str, year: int | None, of: str, out: Path | None, lang: str,
) -> None:  # fmt: skip
    """Run SCENARIO over a grid of values, in pairs, and show the mean in each cell.

    The first cell is the one that the others are compared with. Finished pieces are kept and found again.
    """
    from rich.console import Console

    from fundflow.experiment.cluster import spread_on
    from fundflow.experiment.engine import load, load_engine
    from fundflow.experiment.experiment_errors import clear_errors
    from fundflow.experiment.pieces import run_pieces
    from fundflow.experiment.progress import PieceBar
    from fundflow.experiment.question import Question
    from fundflow.experiment.running import RESULTS
    from fundflow.experiment.sweep import sweep_cells, sweep_frame
    from fundflow.experiment.sweep_report import draw_sweep, sweep_table
    from fundflow.experiment.varying import cells_of, check_year, load_cells, read_varied

    varied = [read_varied(text) for text in varies]
    cells = cells_of(varied)
    with clear_errors():
        base = load(scenario, [*sets])
        asked_year = year or base.budget_year
        keys = [one.key for one in varied]
        until = None if {"end", "budget_year"} & set(keys) else asked_year
        loaded = load_cells(scenario, [*sets], keys, cells, until)
        question = Question(measure, bearer, (asked_year, asked_year), of)
        question.check({"instruments": load_engine().prepare(loaded[0]).instruments_meta})
        for one in loaded:
            check_year(one, asked_year)
        with spread_on(cluster) as spread, PieceBar(Console(stderr=True)) as bar:
            pieces = run_pieces(loaded, range(replications), workers=workers, watch=bar, spread=spread)
        found = sweep_cells(pieces, cells, question)
    folder = out or RESULTS / f"{base.name}-sweep"
    Console().print(sweep_table(varied, found, question, base, lang))
    folder.mkdir(parents=True, exist_ok=True)
    sweep_frame(varied, found).write_csv(folder / "sweep.csv")
    click.echo(folder / "sweep.csv")
    for path in draw_sweep(varied, found, question, base, lang, folder):
        click.echo(path)
