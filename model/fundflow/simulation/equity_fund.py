"""Funds that invest in other funds: partners apply, the fund pays in, and years later it gets its price or its share.

Any number of such funds run side by side, each by the terms of its table in the catalogue; none is named here. What
becomes of a partner's fund is drawn with its application. Fund money is no subsidy: it stays in the fund's account,
and only what a treasury pays into a fund is a payment.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from fundflow.base.calendar import Phase, add_months, day_of
from fundflow.economy import StreamRows, lpr_one_year, stream_arrivals
from fundflow.policy import Fund
from fundflow.policy.equity import GRADES, MILLION, EquityTerms, excess_reward, lost_cover, part_of, worth
from fundflow.policy.yearly_interest import years_between
from fundflow.simulation.equity_account import Account, Holding
from fundflow.simulation.world import Process, World

APPRAISED_ON = (3, 31)
"""Assumed: the day on which the manager's last year has its grade."""
MULTIPLE, BUY_MONTH, WISH, LOCAL_LOSS = "multiple", "buyout_month", "others_buy", "loss_in_hangzhou"
SIGNING, INVESTED = "months_to_sign", "invested_outside"
"""What a partner's stream says beside the facts of the conditions; docs/processes.md lists them."""


BALANCES = (
    "cash", "invested", "paid_in", "paid_back", "paid_out", "received", "gains", "losses", "covered", "fees", "rewards",
)  # fmt: skip
COUNTS = ("proposed", "refused", "joined", "gave_up", "bought", "breached")
"""Indicators of each fund, by year: balances and sums since the first day, and what happened in the year."""


@dataclass
class Running:
    """One fund in one replication: its terms, its account, and what is to come.

    ``coming`` holds (day, order, id, what, payload); things of one day happen in that order.
    """

    fund: Fund
    terms: EquityTerms
    account: Account = field(default_factory=Account)
    waiting: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    coming: list[tuple[int, int, int, int, str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    closed: tuple[int, int] = (0, 0)
    """Of the last closed year: what its fee is reckoned on, and what was prepaid."""
    number: int = 0

    def plan(self, day: int, phase: Phase, id: int, what: str, payload: Any = None) -> None:
        """Note something for a day."""
        self.number += 1
        heapq.heappush(self.coming, (day, int(phase), id, self.number, what, payload))

    def count(self, what: str) -> None:
        """One more of something in this year."""
        self.counts[what] = self.counts.get(what, 0) + 1


def equity_funds(world: World) -> list[Process]:
    """One process for each fund that invests and that the scenario or the law gives money to."""
    return [
        run_equity_fund(world, Running(fund, fund.equity))
        for fund in world.catalogue.funds.values()
        if fund.equity is not None and (fund.id in world.economy.funds or fund.equity.instalments)
    ]


def run_equity_fund(world: World, run: Running) -> Process:
    """Wake when something is due; the account is checked after every step, and nothing moves between them."""
    start = world.economy.funds.get(run.fund.id)
    days = (world.start, *(day for day in run.fund.active.changes if day > world.start))
    opens = next((day for day in days if run.fund.active.on(day)), None)
    if start is not None and opens is not None:
        run.plan(opens, Phase.EXPIRY, 0, "opening", int(start.opening) * 100)
    for one in run.terms.instalments:
        run.plan(one.on, Phase.REPAYMENT, 0, "instalment", part_of(one.amount, _city(world)))
    for year in world.years:
        run.plan(day_of(year), Phase.FACTS, 0, "year", year)
        run.plan(day_of(year), Phase.PAYMENT, 0, "prepay", year)
        run.plan(day_of(year, *APPRAISED_ON), Phase.PAYMENT, 0, "settle", year - 1)
        run.plan(day_of(year, 12, 31), Phase.RECORD, 0, "close", year)
    while run.coming and run.coming[0][0] <= world.end:
        day, phase = run.coming[0][:2]
        if day >= world.start:
            yield world.at(day, Phase(phase))
        while run.coming and run.coming[0][:2] == (day, phase):
            _, _, id, _, what, payload = heapq.heappop(run.coming)
            if day >= world.start:
                _STEPS[what](world, run, day, id, payload)
                run.account.check()


def _city(world: World) -> Fraction:
    """Part of the city that is simulated: printed sums are those of the whole city."""
    return Fraction(world.economy.scale).limit_denominator(MILLION)


def _room(world: World, run: Running, day: int, amount: int) -> int:
    """What may still be paid in: of a fund with a printed size at most that, or the public share of it."""
    terms = run.fund.terms
    if "size" not in terms and "size_usd" not in terms:
        return amount
    if "size" in terms:
        size = int(run.fund.value("size", day))
    else:
        size = part_of(int(run.fund.value("size_usd", day)) * 100, Fraction(run.fund.value("exchange_rate", day)))
    if "share_cap" in run.fund.terms:
        size = part_of(size, Fraction(run.fund.value("share_cap", day)))
    size = part_of(size, _city(world))
    return max(min(amount, size - run.account.paid_in + run.account.paid_back), 0)


def _opening(world: World, run: Running, day: int, id: int, amount: int) -> None:
    """The money that the fund has on the first day, or on the day on which it is switched on."""
    paid = _room(world, run, day, amount)
    run.account.pay_in(paid)
    _note(world, run, day, id, "paid_in", paid)


def _instalment(world: World, run: Running, day: int, id: int, amount: int) -> None:
    """A treasury pays in; the payment is that of the instrument that the fund names."""
    instrument = world.catalogue.instruments.get(run.terms.treasury)
    if not run.fund.active.on(day) or instrument is None:  # a forecast may leave assumed volumes out
        return
    facts = {"instalment": np.array([_room(world, run, day, amount)], np.int64)}
    # The money of a whole level of government belongs to no district.
    outcomes = world.claim(
        instrument.trigger, np.zeros(1, np.int64), np.zeros(1, np.int64), day, facts, np.array([-1], np.int64)
    )
    paid = sum(int(found.award.sum()) for found in outcomes if found.instrument is instrument)
    run.account.pay_in(paid)
    _note(world, run, day, id, "paid_in", paid)
    _serve(world, run, day)


def _year(world: World, run: Running, day: int, id: int, year: int) -> None:
    """Proposals of the year, each on its own day."""
    for name, stream in world.economy.streams.items():
        if run.terms.proposals and stream.trigger == run.terms.proposals:
            come = stream_arrivals(name, year, world.economy, world.draws)
            for row in range(len(come.ids)):
                facts = _facts(run, come, row)
                run.plan(int(come.day[row]), Phase.APPLICATION, int(come.ids[row]), "proposal", facts)


def _facts(run: Running, come: StreamRows, row: int) -> dict[str, Any]:
    """What is known of a partner, with the weighted sums that the fund counts."""
    facts = {"zone": int(come.zone[row]), **{name: column[row] for name, column in come.attributes.items()}}
    for one in run.terms.weighted:
        if all(name in facts for name in one.of):
            total = sum(int(facts[name]) * weight for name, weight in zip(one.of, one.weights, strict=True))
            facts[one.fact] = np.int64(total)
    return facts


def _holds(world: World, names: tuple[str, ...], facts: dict[str, Any], day: int) -> bool:
    columns = {name: np.array([value]) for name, value in facts.items()}
    return all(bool(world.catalogue.conditions[name].holds(columns, 1, day)[0]) for name in names)


def _proposal(world: World, run: Running, day: int, id: int, facts: dict[str, Any]) -> None:
    """The conditions are judged with the application; who passes signs after review and publicity."""
    run.count("proposed")
    if not run.fund.open(day) or not _holds(world, run.terms.entry, facts, day):
        run.count("refused")
        return
    steps = (run.fund.terms.get(name) for name in ("review_days", "publicity_days"))
    approved = day + sum(int(step.on(day)) for step in steps if step is not None)
    last = int(add_months(approved, int(run.fund.value("sign_within", day))))
    signed = int(add_months(approved, int(facts.get(SIGNING, 0))))
    if signed > last:
        run.count("refused")
        return
    run.plan(signed, Phase.ADMISSION, id, "signing", facts)
    run.plan(last + 1, Phase.WITHDRAWAL, id, "give_up", None)


def _signing(world: World, run: Running, day: int, id: int, facts: dict[str, Any]) -> None:
    run.waiting.append((day, id, facts))
    _serve(world, run, day)


def _give_up(world: World, run: Running, day: int, id: int, payload: None) -> None:
    """The time for signing is over and the fund had no money."""
    if any(one[1] == id for one in run.waiting):
        run.waiting = [one for one in run.waiting if one[1] != id]
        run.count("gave_up")
        _serve(world, run, day)


def _serve(world: World, run: Running, day: int) -> None:
    """Pay in from the head of the line while the cash lasts; who asks for more than the whole fund holds nobody up."""
    place = 0
    while place < len(run.waiting):
        _, id, facts = run.waiting[place]
        paid = int(facts[run.terms.stake])
        if paid > run.account.cash + run.account.invested - run.account.owed:
            place += 1
            continue
        if paid > run.account.cash - run.account.owed:
            return
        run.waiting.pop(place)
        years = "long_term_years" if run.terms.long_term and facts.get(run.terms.long_term) else "term_years"
        ends = int(add_months(day, 12 * int(run.fund.value(years, day))))
        concession = part_of(paid, Fraction(run.fund.value("concession_share", day)))
        holding = Holding(
            id, facts["zone"], day, paid, concession, paid - concession, int(facts[run.terms.size]),
            int(facts[MULTIPLE]), ends, facts,
        )  # fmt: skip
        run.account.invest(holding)
        run.count("joined")
        _note(world, run, day, id, "invested", paid)
        for check in run.terms.checks:
            when = int(add_months(day, check.months)) + 1
            if when < ends:
                run.plan(when, Phase.REPAYMENT, id, "check", (holding, check.conditions))
        buy = int(add_months(day, int(facts.get(BUY_MONTH, 0))))
        if facts.get(WISH, True) and facts.get(BUY_MONTH) is not None and buy < ends:
            run.plan(buy, Phase.REPAYMENT, id, "buy_out", holding)
        run.plan(ends, Phase.REPAYMENT, id, "end", holding)


def _check(world: World, run: Running, day: int, id: int, payload: tuple[Holding, str]) -> None:
    """Who breaks the rules is left at the appraised value of both parts."""
    holding, conditions = payload
    if holding not in run.account.holdings or _holds(world, (conditions,), holding.facts, day):
        return
    run.count("breached")
    for part in ("concession", "equal"):
        if getattr(holding, part):
            _recover(world, run, day, holding, part, _worth(holding, getattr(holding, part), day), "appraised")
    _serve(world, run, day)


def _buy_out(world: World, run: Running, day: int, id: int, holding: Holding) -> None:
    """The other investors take the concession part where it is worth at least its lowest price."""
    if holding.concession and holding in run.account.holdings:
        price = _price(world, run, holding, day)
        if price is not None and _worth(holding, holding.concession, day) >= price:
            holding.priced = price
            run.count("bought")
            _recover(world, run, day, holding, "concession", price, "bought")
            _serve(world, run, day)


def _price(world: World, run: Running, holding: Holding, day: int) -> int | None:
    """Lowest price of the concession part by the receipts of the sale; None where there is no right to buy."""
    if not run.terms.sale:
        return None
    placed = min(max(day - holding.paid_on, 0), 1461)
    facts = {
        **holding.facts,
        "concession_part": holding.concession,
        "first_payment_on": holding.paid_on,
        "lpr_at_transfer": lpr_one_year(day, world.economy),
    }
    if INVESTED in facts:
        # The partner places its money evenly over four years.
        facts[INVESTED] = int(facts[INVESTED]) * placed // 1461
    columns = {name: np.array([value]) for name, value in facts.items()}
    outcomes = world.claim(run.terms.sale, np.array([holding.id]), np.array([holding.zone]), day, columns)
    prices = [int(found.award[0]) for found in outcomes if found.eligible[0]]
    return sum(prices) if prices else None


def _worth(holding: Holding, cost: int, day: int) -> int:
    return worth(cost, holding.multiple, day - holding.paid_on, holding.ends - holding.paid_on)


def _end(world: World, run: Running, day: int, id: int, holding: Holding) -> None:
    """The term is over: the concession part at its price, or what it is worth less the losses it makes good.

    The equal part has its share, of which the manager gets a part where it was high.
    """
    if holding not in run.account.holdings:
        return
    years = years_between(holding.paid_on, day)
    equal = holding.equal
    if holding.concession:
        _end_concession(world, run, day, holding)
    if equal:
        back = _worth(holding, equal, day)
        whole = holding.priced and holding.recovered >= holding.priced
        _recover(world, run, day, holding, "equal", back, "ended")
        if whole and "reward_share" in run.fund.terms:
            terms, since = run.fund, holding.paid_on
            over, share = Fraction(terms.value("reward_over", since)), Fraction(terms.value("reward_share", since))
            reward = excess_reward(equal, back, years, over, share, run.terms.reward_growth)
            paid = run.account.reward(reward)
            _note(world, run, day, id, "reward", paid)
    _serve(world, run, day)


def _end_concession(world: World, run: Running, day: int, holding: Holding) -> None:
    value = _worth(holding, holding.concession, day)
    price = _price(world, run, holding, day)
    if price is not None and value >= price:
        holding.priced = price
        _recover(world, run, day, holding, "concession", price, "bought")
        return
    if run.terms.capital_first:
        # What is left of the partner's fund pays the guidance fund's capital before the others'.
        left = _worth(holding, holding.size, day)
        value = max(value, min(holding.concession, left))
    given_up = 0
    if run.terms.loss_cover and value < holding.concession and _approves(world, run, holding):
        most = lost_cover(holding.size, holding.multiple, int(holding.facts.get(LOCAL_LOSS, 0)), holding.concession)
        given_up = max(value - (holding.concession - most), 0)
    run.account.covered += given_up
    _recover(world, run, day, holding, "concession", value - given_up, "ended")


def _approves(world: World, run: Running, holding: Holding) -> bool:
    start = world.economy.funds.get(run.fund.id)
    chance = 1.0 if start is None else start.approves_loss_cover
    return bool(world.draws.chance("fund-loss-cover", holding.id, chance)[0])


def _recover(world: World, run: Running, day: int, holding: Holding, part: str, amount: int, event: str) -> None:
    if part == "concession":
        holding.recovered += amount
    run.account.recover(holding, part, amount)
    _note(world, run, day, holding.id, event, amount)


def _base(run: Running) -> int:
    """What the fee is reckoned on: money received and not given back, or money invested at the end of last year."""
    account = run.account
    return account.paid_in - account.paid_back if run.terms.fee_base == "paid-in" else account.invested_before


def _prepay(world: World, run: Running, day: int, id: int, year: int) -> None:
    """A part of the fee at the start of the year, at the last rate known or at that of a year that passes."""
    account = run.account
    account.prepaid = 0
    if "fee_prepaid" not in run.fund.terms or not run.fund.runs(day):
        return
    rate = account.last_rate if run.terms.prepaid_rate == "last" else Fraction(run.fund.value("fee_pass", day))
    due = part_of(_base(run), rate * Fraction(run.fund.value("fee_prepaid", day)))
    account.prepaid = due
    _note(world, run, day, id, "fee", account.charge(due))


def _settle(world: World, run: Running, day: int, id: int, year: int) -> None:
    """The grade of last year is known: the rest of its fee, or the prepayment back."""
    if "fee_pass" not in run.fund.terms or year < world.years[0] or not run.fund.runs(day_of(year, 12, 31)):
        return
    base, prepaid = run.closed
    grade = _grade(world, run, year)
    rate = Fraction(0) if grade == "fail" else Fraction(run.fund.value(f"fee_{grade}", day_of(year, 12, 31)))
    run.account.last_rate = rate
    _note(world, run, day, id, "fee", run.account.charge(part_of(base, rate) - prepaid))
    _serve(world, run, day)


def _grade(world: World, run: Running, year: int) -> str:
    """How the manager's year is judged."""
    start = world.economy.funds.get(run.fund.id)
    excellent, fail = (0.0, 0.0) if start is None else (start.excellent, start.fail)
    u = float(world.draws.uniform(f"fund-grade:{run.fund.id}", 0, period=year)[0])
    return GRADES[0] if u < excellent else GRADES[2] if u >= 1 - fail else GRADES[1]


def _close(world: World, run: Running, day: int, id: int, year: int) -> None:
    """On 31 December: what the fee of the year is reckoned on, what goes back, and the balances."""
    account, name = run.account, f"fund_{run.fund.id}"
    if run.terms.after_end == "pays-back" and not run.fund.open(day) and account.cash > account.owed:
        back = account.cash - account.owed
        account.pay_back(back)
        _note(world, run, day, id, "paid_back", back)
    for key in BALANCES:
        world.ledger.indicate(year, f"{name}_{key}", getattr(account, key) / 100)
    for key in COUNTS:
        world.ledger.indicate(year, f"{name}_{key}", run.counts.pop(key, 0))
    world.ledger.indicate(year, f"{name}_partners", len(account.holdings))
    if run.terms.startups:
        world.ledger.indicate(year, f"{name}_startups", startups(world, run.terms.startups, day))
    run.closed = _base(run), account.prepaid
    account.invested_before = account.invested


def startups(world: World, conditions: str, day: int) -> int:
    """Firms of the model that the fund's money is meant for, by what is known of them."""
    firms, notes = world.firms, world.notes
    rows = np.flatnonzero(world.alive(day))
    facts = {
        "employees": notes["known_staff"][rows],
        "last_year_sales": notes["known_sales"][rows],
        "status": world.certified(day)[rows].astype(np.int64),
        "listed": firms.sold_day[rows] <= day,
    }
    return int(world.catalogue.conditions[conditions].holds(facts, len(rows), day).sum())


def _note(world: World, run: Running, day: int, id: int, event: str, amount: int) -> None:
    world.ledger.note("equity_funds", fund=[run.fund.id], partner=[id], event=[event], day=[day], amount=[amount])


_STEPS: dict[str, Callable[[World, Running, int, int, Any], None]] = {
    "opening": _opening, "instalment": _instalment, "year": _year, "proposal": _proposal, "signing": _signing,
    "give_up": _give_up, "check": _check, "buy_out": _buy_out, "end": _end, "prepay": _prepay, "settle": _settle,
    "close": _close,
}  # fmt: skip
