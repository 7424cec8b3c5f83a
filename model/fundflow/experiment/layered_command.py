"""``fundflow uncertainty``: how wide the forecast is, and which layer makes it so."""

from __future__ import annotations

from pathlib import Path

import click

from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.options import BEARERS, spread_option
from fundflow.report.words import ALL, MEASURES

FOR_90 = 100
"""Replications from which the bands hold 90%: their edges are then the fifth value from each end."""


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a dotted key of the scenario.")
@click.option("--replications", type=click.IntRange(min=40), default=100, show_default=True, help="Of each layer.")
@click.option("--layers", metavar="LIST", help="Layers to show [default: luck,parameters,readings,risks].")
@click.option("--band", type=click.Choice(["80", "90", "95"]), help="Percent [default: 90 from 100 runs, else 80].")
@click.option("--measure", type=click.Choice(MEASURES), default="entitlement", show_default=True)
@click.option("--bearer", type=click.Choice(BEARERS), default="total", show_default=True)
@click.option(
    "--of", "of", default="headline", show_default=True,
    help="headline, others, assumed, all, or the id of an instrument.",
)
@click.option("--workers", type=click.IntRange(min=0), help="Processes [default: one for each processor].")
@spread_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of table and figure [default: results/<name>-uncertainty].")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def uncertainty(
    scenario: Path, sets: tuple[str, ...], replications: int, layers: str | None, band: str | None, measure: str,
    bearer: str, of: str, workers: int | None, cluster: str | None, out: Path | None, lang: str,
) -> None:  # fmt: skip
    """Show the layers of uncertainty of SCENARIO apart: luck, parameters, readings of the law, policy risks.

    Each layer is a run of its own on the same draws; one fan shows them as nested bands. Finished pieces are kept.
    """
    from rich.console import Console

    from fundflow.experiment.cluster import spread_on
    from fundflow.experiment.engine import load
    from fundflow.experiment.experiment_errors import clear_errors
    from fundflow.experiment.layered import layered
    from fundflow.experiment.layered_report import layered_table, write_layers
    from fundflow.experiment.progress import PieceBar
    from fundflow.experiment.question import Question
    from fundflow.experiment.running import RESULTS
    from fundflow.report.words import BLOCKS
    from fundflow.scenario.faults import nearest
    from fundflow.scenario.uncertainty import LAYERS
    from fundflow.simulation.law import law_of

    share = int(band or (90 if replications >= FOR_90 else 80)) / 100
    with clear_errors():
        # Loading with every layer on checks what each of them says of the law.
        loaded = load(scenario, [*sets, f"uncertainty.layers={layers or ','.join(LAYERS)}", "fixed_parameters=false"])
        known = [*BLOCKS, ALL, *law_of(loaded).instruments]
        if of not in known:
            raise Refused(f"--of {of}: no such instrument{nearest(of, known)}")
        question = Question(measure, bearer, (loaded.start.year, loaded.end.year), of)
        with spread_on(cluster) as spread, PieceBar(Console(stderr=True)) as bar:
            found = layered(
                loaded, replications, question, share, layers=loaded.layers, workers=workers, watch=bar, spread=spread
            )
    Console().print(layered_table(found, lang))
    for path in write_layers(found, lang, out or RESULTS / f"{loaded.name}-uncertainty"):
        click.echo(path)
