"""Funds that invest in other funds: what binds a fund to conditions, events and dates, and its exact formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fundflow.policy import table
from fundflow.policy.faults import Faults, unknown
from fundflow.policy.table import Table
from fundflow.policy.yearly_interest import GROWTH, grown

if TYPE_CHECKING:
    from fundflow.policy.funds import Fund

MILLION = 1_000_000
FEE_BASES = ("paid-in", "invested")
PREPAID_RATES = ("last", "pass")
AFTER_END = ("keeps", "pays-back")
GRADES = ("excellent", "pass", "fail")
NEEDS = (
    ("proposals", ("sign_within", "term_years", "concession_share")),
    ("long_term", ("long_term_years",)), ("long_term_years", ("long_term",)),
    ("fee_excellent", ("fee_pass",)), ("fee_pass", ("fee_excellent",)), ("fee_prepaid", ("fee_pass",)),
    ("reward_share", ("reward_over",)), ("size_usd", ("exchange_rate",)), ("instalments", ("treasury",)),
)  # fmt: skip
"""Keys of a fund that ask for others."""


@dataclass(frozen=True)
class Check:
    """Conditions that a partner must satisfy some months after the first payment, or the fund leaves."""

    months: int
    conditions: str


@dataclass(frozen=True)
class Instalment:
    """Money that the text lets a treasury pay into the fund on a day."""

    on: int
    amount: int


@dataclass(frozen=True)
class Weighted:
    """A fact that is the weighted sum of others, such as local investment with relocated firms counted double."""

    fact: str
    of: tuple[str, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class EquityTerms:
    """How a fund works, apart from its numbers.

    Attributes
    ----------
    proposals
        Event by which partners apply; streams of the scenario raise it.
    stake, size
        Facts: what the fund is asked to pay in, and the size of the partner's fund.
    entry
        Condition sets that a proposal must satisfy.
    checks
        What is looked at after the first payment.
    sale
        Event whose receipts price a sale of the concession part.
    long_term
        Fact that opens the longer term.
    startups
        Condition set of the firms that the money is meant for.
    """

    proposals: str
    stake: str
    size: str
    entry: tuple[str, ...]
    checks: tuple[Check, ...]
    weighted: tuple[Weighted, ...]
    sale: str
    long_term: str
    startups: str
    fee_base: str
    prepaid_rate: str
    reward_growth: str
    loss_cover: bool
    capital_first: bool
    after_end: str
    treasury: str
    instalments: tuple[Instalment, ...]


def read_equity(source: Table) -> EquityTerms:
    """Read the keys of an ``equity_fund`` that are no dated values."""
    return EquityTerms(
        proposals=source.get("proposals", table.text, ""),
        stake=source.get("stake", table.text, "guidance_fund_paid"),
        size=source.get("partner_size", table.text, "subfund"),
        entry=source.get("entry", table.texts, ()),
        checks=tuple(_check(one) for one in source.tables("checks")),
        weighted=tuple(_weighted(one) for one in source.tables("weighted")),
        sale=source.get("sale", table.text, ""),
        long_term=source.get("long_term", table.text, ""),
        startups=source.get("startups", table.text, ""),
        fee_base=source.get("fee_base", table.one_of(*FEE_BASES), FEE_BASES[0]),
        prepaid_rate=source.get("prepaid_rate", table.one_of(*PREPAID_RATES), PREPAID_RATES[0]),
        reward_growth=source.get("reward_growth", table.one_of(*GROWTH), GROWTH[0]),
        loss_cover=source.get("loss_cover", table.flag, False),
        capital_first=source.get("capital_first", table.flag, False),
        after_end=source.get("after_end", table.one_of(*AFTER_END), AFTER_END[0]),
        treasury=source.get("treasury", table.text, ""),
        instalments=tuple(_instalment(one) for one in source.tables("instalments")),
    )


def _check(source: Table) -> Check:
    found = Check(source.get("after_months", table.count) or 0, source.get("conditions", table.text) or "")
    source.finish()
    return found


def _weighted(source: Table) -> Weighted:
    weights = source.get("weights", lambda raw: tuple(table.count(one) for one in raw)) or ()
    found = Weighted(source.get("fact", table.text) or "", source.get("of", table.texts) or (), weights)
    if len(found.of) != len(weights):
        source.fault("weights", "must be as many as the facts in of")
    source.finish()
    return found


def _instalment(source: Table) -> Instalment:
    found = Instalment(source.get("on", table.day) or 0, source.get("amount", table.money) or 0)
    source.finish()
    return found


def check_funds(
    funds: Iterable[Fund], conditions: Mapping[str, Any], instruments: Mapping[str, Any], faults: Faults
) -> None:
    """Note every condition set, event and instrument that a fund names and nobody has."""
    events = {one.trigger for one in instruments.values()}
    for fund in funds:
        for name in fund.access:
            if name not in conditions:
                faults.add(f"{fund.id}.access = {name!r}", unknown(name, conditions))
        terms = fund.equity
        if terms is None:
            continue
        for key, others in NEEDS:
            if key in fund.terms or getattr(terms, key, None):
                for other in others:
                    if other not in fund.terms and not getattr(terms, other, None):
                        faults.add(f"{fund.id}.{other}", f"is missing: a fund with {key} needs it")
        named = [(f"entry = {one!r}", one) for one in terms.entry]
        named += [(f"checks.conditions = {one.conditions!r}", one.conditions) for one in terms.checks]
        named += [(f"startups = {terms.startups!r}", terms.startups)] if terms.startups else []
        for where, name in named:
            if name not in conditions:
                faults.add(f"{fund.id}.{where}", unknown(name, conditions))
        if terms.sale and terms.sale not in events:
            faults.add(f"{fund.id}.sale = {terms.sale!r}", unknown(terms.sale, sorted(events)))
        if terms.instalments and terms.treasury not in instruments:
            faults.add(f"{fund.id}.treasury = {terms.treasury!r}", unknown(terms.treasury, instruments))


def part_of(amount: int, share: Fraction) -> int:
    """A share of an amount, cut down to whole fen."""
    return amount * share.numerator // share.denominator


def worth(cost: int, multiple: int, days: int, term_days: int) -> int:
    """Value of a holding after some days: on a straight line from its cost to cost x multiple at the end of the term.

    Parameters
    ----------
    cost
        Fen.
    multiple
        Value at the end over cost, in parts per million.
    days, term_days
        Days since the payment, and days of the whole term.
    """
    days = min(days, term_days)
    return cost + cost * (multiple - MILLION) * days // (MILLION * max(term_days, 1))


def lost_cover(size: int, multiple: int, local_share: int, concession: int) -> int:
    """Most that the concession part makes good: the local loss of the partner's fund, never more than the part itself.

    Parameters
    ----------
    size
        Size of the partner's fund, fen.
    multiple
        Value at the end over cost, parts per million.
    local_share
        Share of the loss that lies in local firms, parts per million.
    concession
        The concession part, fen.
    """
    loss = max(size * (MILLION - multiple) // MILLION, 0) * local_share // MILLION
    return min(loss, concession)


def excess_reward(cost: int, returned: int, years: Fraction, over: Fraction, share: Fraction, growth: str) -> int:
    """Part of the return above a yearly rate that goes to the manager; nothing below that rate.

    ``growth`` says how the yearly rate adds up: ``simple`` or ``compound`` (reading 43).
    """
    due = cost * grown(over, years, growth)
    excess = returned - cost - due
    return int(excess * share) if excess > 0 else 0
