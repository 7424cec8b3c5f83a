"""The claim chain: from a batch of claims to awards, payments and settlements.

``trigger -> eligible -> base -> rank and quota -> rate -> amount -> caps -> modifiers -> overlap -> envelope ->
split -> instalments``: each stage is a function of its own module; here they are only put in a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import years_of
from fundflow.base.districts import MAP_CHANGE, districts_of
from fundflow.base.money import times
from fundflow.policy.catalogue import Catalogue
from fundflow.policy.envelopes import scale, serve
from fundflow.policy.history import complete
from fundflow.policy.instrument import DISTRICT, Instrument
from fundflow.policy.outcome import Batch, Outcome, Reason
from fundflow.policy.payment import pay
from fundflow.policy.pools import Pool, common_rate
from fundflow.policy.split import CostSharing
from fundflow.policy.status import right_start, statuses, value_days
from fundflow.policy.totals import Totals
from fundflow.policy.view import View
from fundflow.policy.work import Claims, Work, examine, limit, merge

Fen = NDArray[np.int64]


@dataclass
class _Case:
    """One instrument's claims with their days, grounds and shares."""

    instrument: Instrument
    batch: Batch
    claims: Claims
    award_day: NDArray[np.int64]
    value_day: NDArray[np.int64]
    district: NDArray[np.int64]
    sharing: CostSharing
    quarters: NDArray[np.int64]
    work: Work
    rate: Fraction | None


def settle(
    cat: Catalogue,
    instruments: Sequence[Instrument],
    batch: Batch,
    *,
    award_day: int | None = None,
    totals: Totals,
    envelopes: Mapping[str, int | None] | None = None,
) -> list[Outcome]:
    """Settle a batch of claims under some instruments.

    Parameters
    ----------
    cat
        The catalogue; its pools say which instruments share a rate.
    instruments
        Those that are opened by the batch's event.
    batch
        The claims, in id order where claims of one day compete for one total.
    award_day
        Day of the decision; by default what each instrument's schedule gives.
    totals
        Running totals; read, and updated with the awards.
    envelopes
        City money left in fen by envelope; None or absent: no limit. The mapping is not changed.

    Returns
    -------
    list of Outcome
        One for each instrument, rows in the order of the batch.

    Raises
    ------
    MissingFacts
        If facts that decide are missing.
    """
    left = dict(envelopes or {})
    done: dict[str, Outcome] = {}
    for instrument in instruments:
        if instrument.pool is None:
            case = _prepare(cat, instrument, batch, award_day, totals)
            steps = [*case.work.steps]
            done[instrument.id] = _finish(case, _due(case), steps, left, totals)
    for pool in dict.fromkeys(one.pool for one in instruments if one.pool is not None):
        members = [one for one in instruments if one.pool == pool]
        for outcome in _settle_pool(cat, cat.pools[pool], members, batch, award_day, totals, left):
            done[outcome.instrument.id] = outcome
    return [done[instrument.id] for instrument in instruments]


def _prepare(
    cat: Catalogue, instrument: Instrument, batch: Batch, award_day: int | None, totals: Totals
) -> _Case:
    facts = complete(batch.facts, instrument.history, instrument.lists, batch.ids, totals)
    since = right_start(instrument, facts)
    if award_day is None:
        awarded = instrument.award_days(batch.trigger_day)
    else:
        # A day that was set holds too, unless the document counts events of before and is not in force yet.
        least = instrument.in_force if instrument.events_from < instrument.in_force else award_day
        awarded = np.full(batch.n, max(award_day, least), dtype=np.int64)
    # Which day the shares and the document's validity go by are readings 53 and 52.
    shared = batch.trigger_day if cat.readings["district-day"].value == "trigger-day" else awarded
    covered = awarded if cat.readings["validity-day"].value == "award-day" else batch.trigger_day
    district = _districts(batch, shared)
    if instrument.by_place:
        facts = {**facts, DISTRICT: district}
    whole = Claims(
        batch.ids,
        batch.trigger_day,
        _years(batch.trigger_day),
        statuses(instrument, covered, since),
        facts,
        0,
        batch.barred.get(instrument.id),
    )
    governing = value_days(instrument, covered, awarded, since)
    parts = [(rows, examine(instrument, part, totals)) for rows, part in _versions(instrument, whole, governing)]
    sharing = instrument.sharing.on(int(shared[0]) if batch.n else 0)
    return _Case(
        instrument,
        batch,
        whole,
        awarded,
        governing,
        district,
        sharing,
        sharing.city_quarters(district, shared),
        merge(parts, batch.n),
        instrument.own_rate(int(governing[0])) if batch.n else None,
    )


def _years(days: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(days) > 1 and (days == days[0]).all():
        return np.repeat(years_of(days[:1]), len(days))
    return years_of(days)


def _versions(
    instrument: Instrument, whole: Claims, governing: NDArray[np.int64]
) -> list[tuple[NDArray[np.int64], Claims]]:
    """Cut claims into groups that share one version of every value; as a rule there is one."""
    everything = np.arange(whole.n)
    if not instrument.changes or not whole.n:
        day = int(governing[0]) if whole.n else 0
        return [(everything, _replace(whole, day))]
    version = np.searchsorted(np.array(instrument.changes), governing, side="right")
    groups = [everything[version == one] for one in np.unique(version)]
    if len(groups) == 1:
        return [(everything, _replace(whole, int(governing[0])))]
    return [(rows, _replace(_take(whole, rows), int(governing[rows[0]]))) for rows in groups]


def _replace(claims: Claims, day: int) -> Claims:
    return replace(claims, value_day=day)


def _take(claims: Claims, rows: NDArray[np.int64]) -> Claims:
    facts = {name: column[rows] for name, column in claims.facts.items()}
    barred = None if claims.barred is None else claims.barred[rows]
    return Claims(claims.ids[rows], claims.trigger_day[rows], claims.years[rows], claims.status[rows], facts, 0, barred)


def _districts(batch: Batch, awarded: NDArray[np.int64]) -> NDArray[np.int64]:
    if batch.district is not None:
        return batch.district
    after = districts_of(batch.zone, MAP_CHANGE)
    if (awarded >= MAP_CHANGE).all():
        return after
    return np.where(awarded >= MAP_CHANGE, after, districts_of(batch.zone, MAP_CHANGE - 1))


def _due(case: _Case) -> Fen:
    return np.where(case.work.within, case.work.due, 0)


def _settle_pool(
    cat: Catalogue,
    pool: Pool,
    members: list[Instrument],
    batch: Batch,
    award_day: int | None,
    totals: Totals,
    left: dict[str, int | None],
) -> list[Outcome]:
    cases = [_prepare(cat, one, batch, award_day, totals) for one in members]
    budget = left.get(pool.envelope)
    rate = None if budget is None else _pool_rate(pool, cases, budget)
    outcomes = []
    for case in cases:
        steps, award = [*case.work.steps], _due(case)
        if rate is not None and pool.when_short == "common-rate":
            award, steps = _at_rate(case, rate, totals)
        elif rate is not None:
            award = times(award, rate)
            steps.append(("rate", award, np.where(award < _due(case), Reason.RATE, 0).astype(np.int8)))
        outcome = _finish(case, award, steps, {}, totals)
        own = outcome.rate
        if rate is not None and own is not None:
            outcome.rate = min(rate, own) if pool.when_short == "common-rate" else own * rate
        outcomes.append(outcome)
    if budget is not None:
        left[pool.envelope] = budget - sum(int(one.award_city.sum()) for one in outcomes)
    return outcomes


def _pool_rate(pool: Pool, cases: list[_Case], budget: int) -> Fraction | None:
    """The common rate, or the common factor; None where the money suffices."""
    whole_counts = pool.budget_counts == "city-and-district"
    due = [_due(case) for case in cases]
    shares = [
        fen if whole_counts else case.sharing.split(fen, case.quarters)[0]
        for case, fen in zip(cases, due, strict=True)
    ]
    needed = sum(int(share.sum()) for share in shares)
    if needed <= budget:
        return None
    if not whole_counts and any(case.sharing.odd_to_city for case in cases):
        # Each claim may then cost the city a fen more than its exact share.
        budget = max(budget - sum(case.claims.n for case in cases), 0)
    parts = [np.full_like(case.quarters, 4) if whole_counts else case.quarters for case in cases]
    if pool.when_short == "scale-each":
        return scale(np.concatenate(due), np.concatenate(parts), budget)
    rows = [np.flatnonzero(case.work.within) for case in cases]
    quarters = [part[r] for part, r in zip(parts, rows, strict=True)]
    return common_rate(
        np.concatenate([case.work.base[r] for case, r in zip(cases, rows, strict=True)]),
        np.concatenate([case.work.capped[r] for case, r in zip(cases, rows, strict=True)]),
        np.concatenate(quarters),
        budget,
        max((case.rate for case in cases if case.rate is not None), default=Fraction(1)),
    )


def _at_rate(case: _Case, rate: Fraction, totals: Totals) -> tuple[Fen, list[tuple[str, Fen, NDArray[np.int8]]]]:
    """Amounts at a lower rate, then the caps again: first the rate, then each amount (reading 20)."""
    work, claims = case.work, case.claims
    own = np.where(work.within, work.amount, 0)
    lower = np.minimum(np.where(work.within, times(np.maximum(work.base, 0), rate), 0), own)
    steps = [step for step in work.steps if step[0] in ("eligible", "amount", "rank")]
    steps.append(("rate", lower, np.where(lower < own, Reason.RATE, 0).astype(np.int8)))
    day = int(case.value_day[0]) if claims.n else 0
    view = View(claims.facts, case.instrument.book, claims.n, claims.trigger_day, day)
    _, award, limits = limit(case.instrument, lower, view, claims, totals)
    # What binds at the own rate binds the common rate too, also where values changed within the batch.
    return np.minimum(award, _due(case)), steps + limits


def _finish(
    case: _Case,
    award: Fen,
    steps: list[tuple[str, Fen, NDArray[np.int8]]],
    left: dict[str, int | None],
    totals: Totals,
) -> Outcome:
    instrument, work = case.instrument, case.work
    entitlement = _due(case)
    name = instrument.envelope
    if name is not None and left.get(name) is not None:
        served = serve(award, case.quarters, left[name], instrument.when_short, case.sharing.split)
        award = served.amount
        steps = [*steps, ("envelope", award, served.reason)]
    shares = case.sharing.shares(award, case.quarters)
    due_shares = case.sharing.shares(entitlement, case.quarters)
    if name is not None and left.get(name) is not None:
        left[name] = int(left[name] or 0) - int(shares["city"].sum())
    for group in instrument.counts_into:
        totals.add(group, case.batch.ids, case.claims.years, award)
    if instrument.overlap is not None and instrument.overlap.owner:
        _note_overlap(case, award, entitlement, steps, totals)
    payments, settlements = pay(instrument.pay, shares["city"], shares["district"], shares["province"], case.award_day)
    return Outcome(
        instrument=instrument,
        eligible=work.eligible,
        failed=work.failed,
        stages=steps,
        entitlement=entitlement,
        entitlement_city=due_shares["city"],
        entitlement_district=due_shares["district"],
        entitlement_province=due_shares["province"],
        award=award,
        award_city=shares["city"],
        award_district=shares["district"],
        award_province=shares["province"],
        award_other=shares["other"],
        reason=_reasons(work, steps),
        rate=case.rate,
        district=case.district,
        status=case.claims.status,
        award_day=case.award_day,
        payments=payments,
        settlements=settlements,
        round=_round(work),
        cuts=_cuts(work, entitlement, award),
        presumed=tuple(work.presumed),
    )


def _note_overlap(
    case: _Case, award: Fen, due: Fen, steps: list[tuple[str, Fen, NDArray[np.int8]]], totals: Totals
) -> None:
    """Note the payments of an overlap group; the stage before the overlap is what would be due without the others."""
    overlap, claims = case.instrument.overlap, case.claims
    assert overlap is not None
    place = max(number for number, step in enumerate(steps) if step[0] == "overlap")
    before = steps[place - 1][1]
    view = View(claims.facts, case.instrument.book, claims.n, claims.trigger_day, 0)
    overlap.note(award, before, due, view, claims.ids, claims.years, totals)


def _reasons(work: Work, steps: list[tuple[str, Fen, NDArray[np.int8]]]) -> NDArray[np.int8]:
    reason = work.reason.copy()
    for _, _, why in steps[1:]:
        # After a refusal by condition or rank nothing later counts.
        reason = np.where(work.within & (why > 0), why, reason).astype(np.int8)
    return reason


def _round(work: Work) -> dict[str, Any]:
    listed = work.failed != 0
    at_cap = work.within & (work.capped < work.amount)
    return {
        "on_list": int(listed.sum()),
        "over_threshold": int(work.eligible.sum()),
        "ranked": int(work.within.sum()),
        "cut_off_increase": 0 if work.cut_off is None else work.cut_off,
        "at_cap": int(at_cap.sum()),
    }


def _cuts(work: Work, entitlement: Fen, award: Fen) -> dict[str, int]:
    return {
        "cap": int((work.amount - work.capped)[work.within].sum()),
        "quota": int(work.due[work.eligible & ~work.within].sum()),
        "envelope": int((entitlement - award).sum()),
    }
