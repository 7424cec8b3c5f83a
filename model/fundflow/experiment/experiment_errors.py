"""What can go wrong in an experiment, as a clear line and an exit status, for every command."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


class Refused(click.ClickException):
    """Bad input: the text says what is wrong, the exit code is 2."""

    exit_code = 2


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn the errors of loading, running and stopping into messages; what is finished is kept in any case.

    Raises
    ------
    click.ClickException
        With exit status 2 for bad input, 1 for a run that failed.
    SystemExit
        130 after Ctrl-C, with the command that goes on.
    """
    from fundflow.experiment.workers import Interrupted, ReplicationFailed, WorkersLost
    from fundflow.policy import CatalogueFaults
    from fundflow.report.actuals import ActualsFaults, TooFewLeft
    from fundflow.results import FolderInUse, OtherRun
    from fundflow.scenario import ScenarioFaults

    try:
        yield
    except (Interrupted, KeyboardInterrupt) as stop:
        kept = str(stop) or "Finished pieces are kept."  # a run says itself what it keeps and where
        click.echo(f"Interrupted. {kept}\nTo go on: {shlex.join(['fundflow', *sys.argv[1:]])}", err=True)
        raise SystemExit(130) from None
    except (ReplicationFailed, WorkersLost) as fault:
        raise click.ClickException(str(fault)) from fault
    except (ScenarioFaults, CatalogueFaults, ActualsFaults, TooFewLeft, OtherRun, FolderInUse) as fault:
        raise Refused(str(fault)) from fault
