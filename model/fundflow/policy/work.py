"""One instrument's claims on their way through the chain, up to the limits; no budget is known here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.policy.caps import Reduced, apply_caps
from fundflow.policy.competition import rank
from fundflow.policy.conditions import Judged, judge
from fundflow.policy.faults import MissingFacts
from fundflow.policy.instrument import Instrument
from fundflow.policy.modifiers import apply_factors
from fundflow.policy.outcome import Facts, Reason, Status
from fundflow.policy.totals import Totals
from fundflow.policy.view import View

Fen = NDArray[np.int64]
Stage = tuple[str, Fen, NDArray[np.int8]]
_GROUNDS = {Status.NOT_COVERED: Reason.NOT_COVERED, Status.LAPSED: Reason.EXPIRED}


@dataclass
class Work:
    """What is known of each claim before any budget; arrays of shape (n,).

    ``capped`` is the amount after caps alone, ``due`` after every limit; both for eligible claims at the own rate,
    whether ranked or not. ``within`` is true for claims inside the quota.
    """

    eligible: NDArray[np.bool_]
    failed: NDArray[np.int64]
    reason: NDArray[np.int8]
    base: Fen
    amount: Fen
    capped: Fen
    due: Fen
    within: NDArray[np.bool_]
    steps: list[Stage]
    cut_off: int | None
    presumed: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Claims:
    """The rows of one batch that share one version of every value."""

    ids: NDArray[np.int64]
    trigger_day: NDArray[np.int64]
    years: NDArray[np.int64]
    status: NDArray[np.int8]
    facts: Facts
    value_day: int
    barred: NDArray[np.int64] | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.ids)


def examine(instrument: Instrument, claims: Claims, totals: Totals) -> Work:
    """Judge, value, rank and limit claims.

    Raises
    ------
    MissingFacts
        If facts that decide are missing; it names all of them.
    """
    view = View(claims.facts, instrument.book, claims.n, claims.trigger_day, claims.value_day)
    judged, base, amount = _value(instrument, view)
    covered = np.ones(claims.n, dtype=np.bool_)
    reason = judged.reason.copy()
    for status, ground in _GROUNDS.items():
        rows = claims.status == status
        covered &= ~rows
        reason[rows] = ground
    eligible = judged.eligible & covered
    failed = judged.failed.copy()
    if claims.barred is not None:
        out = eligible & (claims.barred > 0)
        failed[out], reason[out] = -1 - claims.barred[out], Reason.CONDITION
        eligible &= ~out
    amount = np.where(eligible, amount, 0)
    steps: list[Stage] = [
        ("eligible", np.where(eligible, base, 0), reason),
        ("amount", amount, np.zeros(claims.n, dtype=np.int8)),
    ]
    within, cut_off = eligible, None
    ranked_reason = np.zeros(claims.n, dtype=np.int8)
    if instrument.competition is not None and eligible.any():
        ranked = rank(instrument.competition, eligible, view, claims.ids)
        within, cut_off = ranked.within, ranked.cut_off
        ranked_reason[eligible & ~within] = Reason.RANK
        steps.append(("rank", np.where(within, amount, 0), ranked_reason))
    capped, due, limits = limit(instrument, amount, view, claims, totals)
    reason = np.where(ranked_reason > 0, ranked_reason, reason).astype(np.int8)
    steps += [(name, np.where(within, fen, 0), np.where(within, why, 0).astype(np.int8)) for name, fen, why in limits]
    return Work(eligible, failed, reason, base, amount, capped, due, within, steps, cut_off, view.presumed)


def _value(instrument: Instrument, view: View) -> tuple[Judged, Fen, Fen]:
    """Judge conditions and work out base and amount; where facts are missing for either, name all at once."""
    missing: list[str] = []
    judged = None
    base = amount = np.zeros(view.n, dtype=np.int64)
    try:
        judged = judge(instrument.eligible, view)
    except MissingFacts as lack:
        missing += lack.names
    if judged is None or judged.eligible.any():
        try:
            base, amount = instrument.amount.compute(view)
        except MissingFacts as lack:
            missing += lack.names
    if missing or judged is None:
        raise MissingFacts(missing, instrument.id)
    return judged, base, amount


def limit(
    instrument: Instrument, amount: Fen, view: View, claims: Claims, totals: Totals
) -> tuple[Fen, Fen, list[Stage]]:
    """Apply caps, factors and overlap in their order.

    Returns
    -------
    tuple
        Amounts after the caps, amounts after everything, and the stages.
    """
    stages: list[Stage] = []

    def note(name: str, step: Reduced) -> Fen:
        stages.append((name, step.amount, step.reason))
        return step.amount

    early = tuple(one for one in instrument.modifiers if one.before_caps)
    later = tuple(one for one in instrument.modifiers if not one.before_caps)
    if early:
        amount = note("modifier", apply_factors(amount, early, view))
    if instrument.caps:
        amount = note("cap", apply_caps(amount, instrument.caps, view, claims.ids, claims.years, totals))
    capped = amount
    if later:
        amount = note("modifier", apply_factors(amount, later, view))
    if instrument.overlap is not None:
        amount = note("overlap", instrument.overlap.apply(amount, view, claims.ids, claims.years, totals))
    return capped, amount, stages


def merge(parts: list[tuple[NDArray[np.int64], Work]], n: int) -> Work:
    """Put the parts of a batch together again, in the order of the batch."""
    if len(parts) == 1:
        return parts[0][1]

    def scatter(name: str) -> Any:
        first = getattr(parts[0][1], name)
        whole = np.zeros(n, dtype=first.dtype)
        for rows, work in parts:
            whole[rows] = getattr(work, name)
        return whole

    names = [name for name, _, _ in max((work.steps for _, work in parts), key=len)]
    steps: list[Stage] = []
    for name in names:
        fen, why = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int8)
        for rows, work in parts:
            for other, amount, reason in work.steps:
                if other == name:
                    fen[rows], why[rows] = amount, reason
        steps.append((name, fen, why))
    cut_offs = [work.cut_off for _, work in parts if work.cut_off is not None]
    arrays = {
        name: scatter(name) for name in ("eligible", "failed", "reason", "base", "amount", "capped", "due", "within")
    }
    presumed = {name: None for _, work in parts for name in work.presumed}
    return Work(**arrays, steps=steps, cut_off=min(cut_offs) if cut_offs else None, presumed=presumed)
