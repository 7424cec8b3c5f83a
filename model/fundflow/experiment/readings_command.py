"""``fundflow readings``: which clause to settle first, by what its other reading would change."""

from __future__ import annotations

from pathlib import Path

import click

from fundflow.experiment.experiment_errors import Refused


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a dotted key of the scenario.")
@click.option("--replications", type=click.IntRange(min=2), default=8, show_default=True)
@click.option("--workers", type=click.IntRange(min=0), help="Processes [default: one for each processor].")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write every row to a .csv file.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def readings(
    scenario: Path, sets: tuple[str, ...], replications: int, workers: int | None, out: Path | None, lang: str
) -> None:
    """Show what the other reading of each open clause would change in the budget year of SCENARIO.

    One row an open reading and one a ceiling that is paid in full (the other case pays 60 %), paired with the
    scenario's own reading, the largest first.
    """
    from rich.console import Console

    from fundflow.experiment.experiment_errors import clear_errors
    from fundflow.experiment.progress import PieceBar
    from fundflow.experiment.readings import reading_effects
    from fundflow.experiment.readings_report import effects_frame, effects_table

    if out is not None and out.suffix != ".csv":
        raise Refused(f"--out {out}: must end in .csv")
    with clear_errors(), PieceBar(Console(stderr=True)) as bar:
        from fundflow.experiment.engine import load

        loaded = load(scenario, [*sets])
        effects, own = reading_effects(loaded, replications, workers=workers, watch=bar)
    Console().print(effects_table(effects, own, loaded, replications, lang))
    if out is not None:
        effects_frame(effects).write_csv(out)
        click.echo(out)
