"""What can go wrong in an experiment, as a clear line and an exit status, for every command."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from fundflow.experiment.command import Refused


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn the errors of loading, running and stopping into messages; finished pieces are kept in any case.

    Raises
    ------
    click.ClickException
        With exit status 2 for bad input, 1 for a run that failed.
    SystemExit
        130 after Ctrl-C, with the command that goes on.
    """
    from fundflow.experiment.workers import Interrupted, ReplicationFailed, WorkersLost
    from fundflow.policy import CatalogueFaults
    from fundflow.scenario import ScenarioFaults

    try:
        yield
    except (Interrupted, KeyboardInterrupt):
        again = shlex.join(["fundflow", *sys.argv[1:]])
        click.echo(f"Interrupted; finished pieces are kept.\nTo go on: {again}", err=True)
        raise SystemExit(130) from None
    except (ReplicationFailed, WorkersLost) as fault:
        raise click.ClickException(str(fault)) from fault
    except (ScenarioFaults, CatalogueFaults) as fault:
        raise Refused(str(fault)) from fault
