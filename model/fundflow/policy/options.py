"""What the commands on the law share: options, and errors with exit status 2."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from fundflow.policy.faults import CatalogueFaults, MissingFacts

F = TypeVar("F", bound=Callable[..., Any])


class Refused(click.ClickException):
    """Input that cannot be used; exit status 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print the faults, one a line."""
        click.echo(self.message, err=True)


def clear_errors(command: F) -> F:
    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (CatalogueFaults, MissingFacts) as error:
            raise Refused(str(error)) from None
        except OverflowError:
            raise Refused("amounts are too large to be worked out") from None

    return wrapped  # type: ignore[return-value]


LANG = click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="Language of the answer.")
EXPIRY = click.option(
    "--after-expiry",
    type=click.Choice(["renewed", "lapses"]),
    default="renewed",
    help="What happens after a document's end.",
)
READING = click.option("--reading", "readings", multiple=True, metavar="NAME=VALUE", help="Another reading of the law.")
