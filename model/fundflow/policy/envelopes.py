"""Budgets: one pot of yearly money that feeds several instruments, and what happens when it is short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.money import split_city, times
from fundflow.policy import table
from fundflow.policy.caps import Reduced, reduced
from fundflow.policy.outcome import Reason
from fundflow.policy.recording import Value
from fundflow.policy.table import Table
from fundflow.policy.values import Dated

Fen = NDArray[np.int64]
WHEN_SHORT = ("defer", "scale", "refuse")
_REASONS = {
    "defer": Reason.ENVELOPE_DEFERRED,
    "scale": Reason.ENVELOPE_SCALED,
    "refuse": Reason.ENVELOPE_REFUSED,
}


@dataclass(frozen=True)
class Envelope:
    """A pot: which instrument or pool takes what is left, how the others are served when it is short."""

    id: str
    name_en: str
    name_zh: str
    source: str
    residual: str
    when_short: str
    carry_over: bool
    most: Dated[int] | None = None
    """What the law lets it pay in a year at most, for the whole city; a scenario's amount takes its place."""
    rules: tuple[str, ...] = ()
    clause: str = ""
    in_force: int | None = None
    expires: int | None = None
    values: tuple[Value, ...] = field(default=(), repr=False)


def serve(
    award: Fen,
    quarters: Fen,
    left: int | None,
    when_short: str,
    split: Callable[[Fen, Fen], tuple[Fen, Fen]] = split_city,
) -> Reduced:
    """Serve claims from a pot in their order.

    Parameters
    ----------
    award
        Fen, shape (n,): the whole awards.
    quarters
        The part of each award that the pot bears, in quarters.
    left
        Fen left in the pot; None for no limit.
    when_short
        ``scale`` gives all the same part; ``defer`` and ``refuse`` serve in row order, and from the first claim
        that does not fit on nobody (the head of the line blocks).
    split
        Divides an award between city and district.

    Returns
    -------
    Reduced
        Awards of zero or less than before, with the reason.
    """
    share = split(award, quarters)[0]
    needed = int(share.sum())
    if left is None or needed <= left:
        return Reduced(award, np.zeros(len(award), dtype=np.int8))
    if when_short == "scale":
        # Where the odd fen is the pot's, each claim may cost it one more than its exact share.
        odd = len(award) if (share > split_city(award, quarters)[0]).any() else 0
        scaled = times(award, scale(award, quarters, max(left - odd, 0)))
        return reduced(award, np.where(share == 0, award, scaled), Reason.ENVELOPE_SCALED)
    fits = np.cumsum(share) <= max(left, 0)
    # What the pot does not bear is not held up by it.
    return reduced(award, np.where(fits | (share == 0), award, 0), _REASONS[when_short])


def scale(award: Fen, quarters: Fen, left: int) -> Fraction:
    """Find the factor at which the pot's parts of all awards fit, before anything is cut down."""
    needed = sum(int(fen) * int(part) for fen, part in zip(award, quarters, strict=True))
    return min(Fraction(4 * max(left, 0), needed), Fraction(1)) if needed else Fraction(1)


def read_envelopes(raw: Any, faults: Any) -> dict[str, Envelope]:
    """Read the tables ``[envelopes.*]``."""
    found = {}
    for name, one in raw.items():
        source = Table(one, f"envelopes.{name}", faults)
        en, zh = source.get("name", table.names) or ("", "")
        start, end = source.get("in_force", table.day, None), source.get("expires", table.day, None)
        found[name] = Envelope(
            name,
            en,
            zh,
            source.get("source", table.text, ""),
            source.get("residual", table.text, ""),
            source.get("when_short", table.one_of(*WHEN_SHORT), "defer"),
            source.get("carry_over", table.flag, False),
            source.dated("most", table.money, None) if source.has("most") else None,
            source.get("rules", table.texts, ()),
            source.get("clause", table.text, ""),
            start,
            end,
            source.values(start),
        )
        source.finish()
    return found
