"""Options that the commands of experiments share; only click is imported, so that help stays quick."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from fundflow.report.words import ALL, BLOCKS, MEASURES

BEARERS = ("city", "district", "total")


def spread_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Option ``--cluster`` of a command; give its value to ``spread_on``."""
    return click.option(
        "--cluster", metavar="ADDRESS",
        help="Do the work on a Dask cluster, such as tcp://10.0.0.5:8786; local:2 starts one of two workers here.",
    )(command)  # fmt: skip


def asked(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options ``--measure --bearer --year --of`` of a command."""
    for option in (
        of_option,
        click.option("--year", type=int, help="The fiscal year [default: the scenario's budget year]."),
        click.option("--bearer", type=click.Choice(BEARERS), default="total", show_default=True,
                     help="Who bears the money."),
        click.option("--measure", type=click.Choice(MEASURES), default="entitlement", show_default=True,
                     help="What claims would get, what is granted, or what leaves a treasury."),
    ):  # fmt: skip
        command = option(command)
    return command


def of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Option ``--of``: all instruments, a block of the reports, or one instrument."""
    said = f"{ALL}, one of the blocks {', '.join(BLOCKS)}, or the id of an instrument."
    return click.option("--of", "of", default=ALL, show_default=True, help=said)(command)
