"""Ranks and quotas: the best so many of a list are served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.policy import table
from fundflow.policy.facts import FactBook
from fundflow.policy.table import Table
from fundflow.policy.values import Dated
from fundflow.policy.view import View

TIES = ("lower-number", "all-tied")


@dataclass(frozen=True)
class Competition:
    """How many places there are and what ranks.

    ``rank_fact`` is a rank that was given by others and stands in for a ranking here; ``then_by`` breaks ties, and
    after it the lower id, so that never more than the quota are served; ``all-tied`` lets everybody in who ties with
    the last one (reading 22).
    """

    places: Dated[int]
    rank_by: str | None
    then_by: str | None
    rank_fact: str | None
    clause: str
    ties: str = TIES[0]

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts that a ranking may read."""
        return tuple(name for name in (self.rank_by, self.then_by, self.rank_fact) if name)


@dataclass(frozen=True)
class Ranked:
    """Who is within the quota; the value of the last one served, None where the quota does not bind."""

    within: NDArray[np.bool_]
    cut_off: int | None


def rank(competition: Competition, eligible: NDArray[np.bool_], view: View, ids: NDArray[np.int64]) -> Ranked:
    """Serve the first places of a list, highest value first; only eligible claims are ranked.

    Parameters
    ----------
    competition
        Places and what ranks.
    eligible, ids
        Shape (n,).

    Returns
    -------
    Ranked
        ``within`` is true for at most ``places`` claims, unless given ranks say otherwise.
    """
    places = competition.places.on(view.value_day)
    if competition.rank_fact is not None:
        given = view.given(view.book[competition.rank_fact])
        if given is not None:
            within = eligible & np.asarray(given <= places, np.bool_)
            return Ranked(within, _cut_off(competition, within, view) if (eligible & ~within).any() else None)
    rows = np.flatnonzero(eligible)
    if len(rows) <= places:
        return Ranked(eligible.copy(), None)
    order = _order(competition, rows, view, ids)
    within = np.zeros(len(eligible), dtype=np.bool_)
    within[order[:places]] = True
    if competition.ties == "all-tied" and places and competition.rank_by is not None:
        values = view.column(competition.rank_by)
        tied = eligible & np.asarray(values == values[order[places - 1]], np.bool_)
        then = None if competition.then_by is None else view.given(view.book[competition.then_by])
        if then is not None:  # what breaks a tie leaves none
            tied &= np.asarray(then == then[order[places - 1]], np.bool_)
        within |= tied
    return Ranked(within, _cut_off(competition, within, view))


def _order(competition: Competition, rows: NDArray[np.int64], view: View, ids: Any) -> NDArray[np.int64]:
    keys: list[NDArray[Any]] = [ids[rows]]
    then = None if competition.then_by is None else view.given(view.book[competition.then_by])
    if then is not None:
        keys.append(-then[rows])
    if competition.rank_by is not None:
        keys.append(-view.column(competition.rank_by)[rows])
    return rows[np.lexsort(keys)]


def _cut_off(competition: Competition, within: NDArray[np.bool_], view: View) -> int | None:
    values = None if competition.rank_by is None else view.given(view.book[competition.rank_by])
    return int(values[within].min()) if values is not None and within.any() else None


def read_competition(source: Table | None, book: FactBook) -> Competition | None:
    """Read the table ``competition``."""
    if source is None:
        return None

    def name(key: str) -> str | None:
        return source.get(key, lambda raw: book[table.text(raw)].name, None)

    found = Competition(
        source.dated("places", table.count),
        name("rank_by"),
        name("then_by"),
        name("rank_fact"),
        source.get("clause", table.text, ""),
        source.get("ties", table.one_of(*TIES), TIES[0]),
    )
    if found.rank_by is None and found.rank_fact is None:
        source.faults.add(source.where, "needs rank_by or rank_fact")
    source.finish()
    return found
