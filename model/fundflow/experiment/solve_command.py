"""``fundflow solve``: which value of a key meets a wish."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.options import spread_option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fundflow.scenario import Scenario


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--vary", required=True, metavar="KEY=low:high",
              help="A key that --set knows, and where to search; without a range that of the parameter.")  # fmt: skip
@click.option("--so-that", "so_that", required=True, metavar="WISH",
              help='Such as "city award 2027 <= 3亿 with probability 95%", or "award 2027 = 5亿".')  # fmt: skip
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a dotted key of the scenario.")
@click.option("--replications", type=click.IntRange(min=2), default=40, show_default=True, help="At each value tried.")
@click.option("--steps", type=click.IntRange(min=1, max=100_000), default=100, show_default=True,
              help="How fine the range is cut.")  # fmt: skip
@click.option("--seed", type=int, help="Names the draws [default: the scenario's].")
@click.option("--workers", type=click.IntRange(min=0), help="Processes [default: one for each processor].")
@spread_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of table, answer and figure [default: results/<name>-solve].")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def solve(
    scenario: Path, vary: str, so_that: str, sets: tuple[str, ...], replications: int, steps: int, seed: int | None,
    workers: int | None, cluster: str | None, out: Path | None, lang: str,
) -> None:  # fmt: skip
    """Search the value of a key at which WISH begins to hold in SCENARIO, or say why there is none.

    Every value is run with the same draws, so the total moves as the value does. Finished pieces are found again.
    """
    from rich.console import Console

    from fundflow.experiment.cluster import spread_on
    from fundflow.experiment.engine import SIMULATION, load, load_engine
    from fundflow.experiment.experiment_errors import clear_errors
    from fundflow.experiment.pieces import run_pieces
    from fundflow.experiment.progress import PieceBar
    from fundflow.experiment.running import RESULTS
    from fundflow.experiment.solve import grid_of
    from fundflow.experiment.solve import solve as search
    from fundflow.experiment.solve_report import (
        answer_line,
        draw_solution,
        solution_frame,
        solution_table,
        write_answer,
    )
    from fundflow.experiment.target import read_target
    from fundflow.experiment.varying import check_year, load_cells, written

    target = read_target(so_that)
    if target.fewest > replications:
        raise Refused(f"--so-that: this probability needs at least {target.fewest} replications, not {replications}")
    given = [*sets, *([f"seed={seed}"] if seed is not None else [])]
    key = vary.partition("=")[0].strip()
    until = None if key in ("end", "budget_year") else target.question.years[1]
    with clear_errors():
        base = load(scenario, given)
        low, high, unit, whole = bounds(base, vary)
        # Both ends are read before anything runs, so that a value out of bounds is told at once.
        load_cells(scenario, given, [key], [(written(low, unit),), (written(high, unit),)], until)
        target.question.check({"instruments": load_engine().prepare(base).instruments_meta})

        def run(value: Decimal) -> NDArray[np.int64]:
            cells = load_cells(scenario, given, [key], [(written(value, unit),)], until)
            check_year(cells[0], target.question.years[1])
            with PieceBar(Console(stderr=True)) as bar:
                pieces = run_pieces(cells, range(replications), workers=workers, watch=bar, spread=spread)
            return target.question.values(pieces, 0)

        with spread_on(cluster) as spread:
            found = search(target, grid_of(low, high, steps, whole), run)
    if found.why in ("never", "both ways"):
        raise Refused(answer_line(found, target, key, unit, lang) + f"\n({SIMULATION}: {replications} replications)")
    folder = out or RESULTS / f"{base.name}-solve"
    console = Console()
    console.print(solution_table(found, target, key, unit, base, lang))
    folder.mkdir(parents=True, exist_ok=True)
    solution_frame(found, unit).write_csv(folder / "solve.csv")
    for path in (folder / "solve.csv", write_answer(found, target, key, unit, folder),
                 *draw_solution(found, target, key, unit, base, lang, folder)):  # fmt: skip
        click.echo(path)
    click.echo(answer_line(found, target, key, unit, lang))


def bounds(base: Scenario, vary: str) -> tuple[Decimal, Decimal, str, bool]:
    """Where to search: both ends, their unit, and whether only whole numbers make sense.

    Raises
    ------
    Refused
        With what is allowed.
    """
    from collections.abc import Mapping

    from fundflow.experiment.engine import SIMULATION
    from fundflow.experiment.varying import number_of, value_now

    key, _, text = vary.partition("=")
    now = value_now(base, key.strip(), SIMULATION)
    if not text:
        if not isinstance(now, Mapping) or not {"low", "high"} <= set(now):
            raise Refused(f"--vary {vary}: must be KEY=low:high, such as economy.transitory_share=0.2:0.6")
        text = f"{now['low']}:{now['high']}"
    ends = text.split(":")
    if len(ends) != 2:
        raise Refused(f"--vary {vary}: must be KEY=low:high, such as 10%:30%")
    try:
        (low, unit), (high, other) = (number_of(one) for one in ends)
    except ValueError as error:
        raise Refused(f"--vary {vary}: {error}") from None
    if unit != other:
        raise Refused(f"--vary {vary}: both ends must carry the same unit")
    if low >= high:
        raise Refused(f"--vary {vary}: the ends must stand in rising order")
    least = now.get("low", now.get("value")) if isinstance(now, Mapping) else None
    if low < 0 and least is not None and least >= 0:
        raise Refused(f"--vary {vary}: must be zero or more, as what the scenario has: {least}")
    whole = not unit and isinstance(now, int | str) and all(str(one).strip("-").isdigit() for one in (now, *ends))
    return low, high, unit, whole
