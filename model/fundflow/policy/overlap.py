"""Other money for the same thing: what a fact tells of it, and what other instruments of one group have paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fundflow.policy import table
from fundflow.policy.caps import Reduced, reduced
from fundflow.policy.facts import FactBook
from fundflow.policy.outcome import Reason
from fundflow.policy.table import Table
from fundflow.policy.totals import Totals
from fundflow.policy.view import View

if TYPE_CHECKING:
    from fundflow.policy.instrument import Instrument

Fen = NDArray[np.int64]


@dataclass(frozen=True)
class Overlap:
    """Other money for the same thing.

    Attributes
    ----------
    group
        The overlap group of the law.
    fact
        Tells other money that no instrument of the catalogue paid.
    rule
        ``difference`` (pay what this one gives more), ``higher`` (of a told amount: pay this one only where it gives
        more; of what other instruments paid: only the excess, so that in the end the higher is paid) or ``none``.
    among
        Whose payments are other money: those of other ``documents`` of the group, or of all other ``instruments``.
    matter
        A fact that numbers the matter (a project, a loan) where a claimant may have several; else the claimant counts.
    per
        What one payment excludes: ``life``, or the same ``year`` only.
    owner
        Under which name this instrument's payments are noted; empty where nothing else belongs to the group.
    """

    group: str
    fact: str | None
    rule: str
    clause: str
    among: str = "documents"
    matter: str | None = None
    per: str = "life"
    owner: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts that it may read."""
        return tuple(name for name in (self.fact, self.matter) if name)

    def apply(self, amount: Fen, view: View, ids: Any, years: Any, totals: Totals) -> Reduced:
        """Reduce amounts by other money that was given for the same thing."""
        told = self._told(amount, view)
        if not self.owner or self.rule == "none":
            return told
        left = self._left(told.amount, self._keys(view, ids), years, totals)
        return reduced(amount, left, Reason.DIFFERENCE)

    def note(self, award: Fen, before: Fen, due: Fen, view: View, ids: Any, years: Any, totals: Totals) -> None:
        """Note what was paid, and what would have been without the others; put off claims come again."""
        if self.owner:
            keys = self._keys(view, ids)
            totals.add(self._name(), keys, years, award)
            totals.add(self._name("own"), keys, years, award)
            alone = self._told(before, view).amount
            totals.add(self._name("alone"), keys, years, np.where(award == due, alone, award))

    def _told(self, amount: Fen, view: View) -> Reduced:
        other = None if self.fact is None else view.given(view.book[self.fact])
        if other is None or self.rule == "none":
            return reduced(amount, amount, Reason.NONE)
        if self.rule == "difference":
            return reduced(amount, np.maximum(amount - np.maximum(other, 0), 0), Reason.DIFFERENCE)
        return reduced(amount, np.where(amount > other, amount, 0), Reason.DIFFERENCE)

    def _left(self, amount: Fen, keys: Fen, years: Any, totals: Totals) -> Fen:
        """What brings the whole to the higher: own claims so far and this one, less what others and oneself had."""

        def had(name: str) -> Fen:
            return totals.paid(name, keys) if self.per == "life" else totals.paid_in_year(name, keys, years)

        own = had(self._name("own"))
        missing = had(self._name("alone")) - (had(self._name()) - own) - own
        if not missing.any():
            return amount
        left: Fen = np.clip(amount + missing, 0, amount)
        periods = np.asarray(years) if self.per == "year" else np.zeros(len(keys), dtype=np.int64)
        places = list(zip(keys.tolist(), periods.tolist(), strict=True))
        if len(set(places)) < len(places):
            # Several claims on one matter share what is set off, in row order.
            rest: dict[tuple[int, int], int] = {}
            for row, place in enumerate(places):
                open_ = rest.get(place, int(missing[row]))
                left[row] = min(max(int(amount[row]) + open_, 0), int(amount[row]))
                rest[place] = open_ + int(amount[row]) - int(left[row])
        return np.asarray(left, np.int64)

    def _keys(self, view: View, ids: Any) -> Fen:
        given = None if self.matter is None else view.given(view.book[self.matter])
        return np.asarray(ids if given is None else given, np.int64)

    def _name(self, part: str = "") -> str:
        return f"overlap {self.group}" + (f", {part} of {self.owner}" if part else "")


def share_groups(instruments: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Tell each instrument whether others belong to its overlap group, so that their payments are noted."""
    documents: dict[str, set[str]] = {}
    members: dict[str, set[str]] = {}
    for one in instruments.values():
        # What is never switched on pays nothing that another could be set against.
        if one.overlap is not None and any(on for _, on in one.active.versions):
            documents.setdefault(one.overlap.group, set()).add(one.law.id)
            members.setdefault(one.overlap.group, set()).add(one.id)
    found = {}
    for name, one in instruments.items():
        overlap = one.overlap
        if overlap is not None and overlap.group in members:
            by_document = overlap.among == "documents"
            several = len((documents if by_document else members)[overlap.group]) > 1
            if several:
                owner = one.law.id if by_document else one.id
                one = replace(one, overlap=replace(overlap, owner=owner))
        found[name] = one
    return found


def read_overlap(source: Table | None, book: FactBook) -> Overlap | None:
    """Read the table ``overlap``."""
    if source is None:
        return None

    def fact(key: str) -> str | None:
        return source.get(key, lambda raw: book[table.text(raw)].name, None)

    found = Overlap(
        source.get("group", table.text),
        fact("fact"),
        source.get("rule", table.one_of("difference", "higher", "none")),
        source.get("clause", table.text, ""),
        source.get("among", table.one_of("documents", "instruments"), "documents"),
        fact("matter"),
        source.get("per", table.one_of("life", "year"), "life"),
    )
    source.finish()
    return found
