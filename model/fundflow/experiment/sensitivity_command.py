"""``fundflow sensitivity``: which numbers move a total."""

from __future__ import annotations

from pathlib import Path

import click

from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.options import asked, spread_option

METHODS = ("tornado", "morris", "sobol")
MOST_OF_SOBOL = 10


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--method", type=click.Choice(METHODS), default="tornado", show_default=True,
              help="One at a time; steps all over the ranges; shares of the variance (few parameters).")  # fmt: skip
@click.option("--parameters", "names", multiple=True, metavar="KEY | KEY=low:high",
              help="Which numbers [default: all of [economy] that have a range]; several by commas.")  # fmt: skip
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a dotted key of the scenario.")
@click.option("--replications", type=click.IntRange(min=1), default=10, show_default=True, help="At each point.")
@click.option("--points", type=click.IntRange(min=2), help="Trajectories of Morris [10] or base points of Sobol [64].")
@click.option("--seed", type=int, help="Names the draws and the plan [default: the scenario's].")
@click.option("--workers", type=click.IntRange(min=0), help="Processes [default: one for each processor].")
@spread_option
@asked
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of table and figure [default: results/<name>-sensitivity].")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def sensitivity(
    scenario: Path, method: str, names: tuple[str, ...], sets: tuple[str, ...], replications: int, points: int | None,
    seed: int | None, workers: int | None, cluster: str | None, measure: str, bearer: str, year: int | None, of: str,
    out: Path | None, lang: str,
) -> None:  # fmt: skip
    """Say which numbers of SCENARIO move a total most; the same draws at every point, the other numbers held.

    An index that luck could explain is called so. Finished pieces are kept and found again.
    """
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from rich.console import Console

    from fundflow.experiment import sensitivity as method_of
    from fundflow.experiment.cluster import spread_on
    from fundflow.experiment.engine import load, load_engine
    from fundflow.experiment.experiment_errors import clear_errors
    from fundflow.experiment.pieces import run_pieces
    from fundflow.experiment.progress import PieceBar
    from fundflow.experiment.question import Question
    from fundflow.experiment.running import RESULTS
    from fundflow.experiment.sensitivity_report import draw_sensitivity, sensitivity_frame, sensitivity_table
    from fundflow.experiment.varying import load_cells

    if method != "tornado" and replications < 2:
        raise Refused(f"--method {method}: needs at least 2 --replications to tell an effect from luck")
    given = [*sets, "fixed_parameters=true", *([f"seed={seed}"] if seed is not None else [])]
    with clear_errors():
        base = load(scenario, given)
        known = {one.key: one for one in method_of.ranged(base.tables())}
        listed = [part.strip() for name in names for part in name.split(",") if part.strip()]
        factors = [method_of.read_factor(one, known) for one in listed] or list(known.values())
        keys = [one.key for one in factors]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise Refused(f"--parameters: a key stands twice: {', '.join(sorted(twice))}")
        if method == "sobol" and len(factors) > MOST_OF_SOBOL:
            raise Refused(f"--method sobol: name 1 to {MOST_OF_SOBOL} --parameters, not {len(factors)}; "
                          "find them with --method morris")  # fmt: skip
        asked_year = year or base.budget_year
        question = Question(measure, bearer, (asked_year, asked_year), of)
        question.check({"instruments": load_engine().prepare(base).instruments_meta})

        def run(cells: Sequence[tuple[str, ...]]) -> list[NDArray[np.int64]]:
            loaded = []
            for cell in cells:
                some = [(key, value) for key, value in zip(keys, cell, strict=True) if value]
                loaded += load_cells(scenario, given, [k for k, _ in some], [tuple(v for _, v in some)], asked_year)
            with PieceBar(Console(stderr=True)) as bar:
                pieces = run_pieces(loaded, range(replications), workers=workers, watch=bar, spread=spread)
            return [question.values(pieces, number) for number in range(len(cells))]

        # Both ends of every number are read before anything runs, so that a value out of bounds is told at once.
        ends = [(key, one.at(end)) for key, one in zip(keys, factors, strict=True) for end in (0.0, 1.0)]
        for key, value in ends if listed else []:
            load_cells(scenario, given, [key], [(value,)], asked_year)
        with spread_on(cluster) as spread:
            middle = run([("",) * len(keys)])[0]
            found: list[method_of.Swing] | list[method_of.Effect] | list[method_of.Share]
            if method == "tornado":
                found = method_of.tornado(factors, run, lambda: middle)
            elif method == "morris":
                found = method_of.morris(factors, run, points or 10, base.seed)
            else:
                found = method_of.sobol(factors, run, points or 64, base.seed)
    folder = out or RESULTS / f"{base.name}-sensitivity"
    Console().print(sensitivity_table(found, question, base, replications, float(middle.mean()), lang))
    folder.mkdir(parents=True, exist_ok=True)
    sensitivity_frame(found).write_csv(folder / f"{method}.csv")
    drawn = draw_sensitivity(found, question, base, replications, float(middle.mean()), lang, folder, method)
    for path in (folder / f"{method}.csv", *drawn):
        click.echo(path)
