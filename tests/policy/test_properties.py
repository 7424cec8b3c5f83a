"""What holds for every claim, whatever its facts."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fundflow.base.calendar import day_of
from fundflow.base.districts import DISTRICTS
from fundflow.policy import Batch, load_catalogue, settle
from fundflow.policy.envelopes import serve
from fundflow.policy.pools import common_rate
from fundflow.policy.totals import Totals
from tests.policy.helpers import ABOVE, BELOW, MANUFACTURING, batch, catalogue, one, run

FUND = "city-st-development-fund"
MONEY = st.integers(0, 10**12)
# A counterexample is told as found: shrinking a whole batch of claims takes minutes.
SLOW = settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])


@st.composite
def claims_of(draw: st.DrawFn, name: str) -> Batch:
    """Random claims that give every fact of an instrument, right or wrong."""
    instrument = catalogue().instruments[name]
    n = draw(st.integers(1, 6))
    facts: dict[str, Any] = {}
    for fact in map(instrument.book.__getitem__, instrument.facts):
        values = {
            "money": st.integers(-(10**10) if fact.signed else 0, 10**11),
            "rate": st.integers(0, 10**6),
            "bool": st.booleans(),
            "enum": st.sampled_from([code for _, code in fact.codes] or [0]),
            "day": st.integers(day_of(2015), day_of(2030)),
        }.get(fact.type, st.integers(0, 400))
        if fact.type != "list" and draw(st.sampled_from([True, True, fact.presumed is None])):
            facts[fact.name] = draw(st.lists(values, min_size=n, max_size=n))
    on = draw(st.integers(day_of(2019), day_of(2030)))
    districts = draw(st.lists(st.sampled_from(DISTRICTS), min_size=n, max_size=n))
    ids = draw(st.lists(st.integers(1, 4), min_size=n, max_size=n))
    made = batch(on, districts, ids=ids)
    return Batch(
        np.array(ids),
        np.zeros(n, np.int64),
        np.full(n, on),
        {k: np.array(v) for k, v in facts.items()},
        made.district[:n],
    )


NAMES = sorted(catalogue().instruments)


@SLOW
@given(data=st.data(), name=st.sampled_from(NAMES), budget=st.none() | st.integers(0, 10**10))
def test_shares_payments_and_settlements_close_and_nothing_is_negative(
    data: st.DataObject, name: str, budget: int | None
) -> None:
    claims = data.draw(claims_of(name))
    envelope = catalogue().instruments[name].envelope
    got = one(claims, name, envelopes={envelope: budget} if envelope else {})
    assert (got.award >= 0).all() and (got.award <= got.entitlement).all()
    assert (got.award_city + got.award_district + got.award_province + got.award_other == got.award).all()
    assert (
        got.entitlement_city + got.entitlement_district + got.entitlement_province
        == (got.entitlement if not got.instrument.other_bearer else 0)
    ).all()
    assert (got.award[~got.eligible] == 0).all()
    if envelope and budget is not None:
        assert got.award_city.sum() <= budget
    paid = got.payments
    public = got.award - got.award_other
    assert paid["city"].sum() == got.award_city.sum() and paid["district"].sum() == got.award_district.sum()
    per_row = np.zeros(claims.n, np.int64)
    np.add.at(per_row, paid["row"], paid["city"] + paid["district"] + paid["province"])
    assert (per_row == public).all()
    assert (paid["day"] >= claims.trigger_day[paid["row"]]).all()
    # After settlement each level has paid what it bears.
    whole = paid["city"] + paid["district"] + paid["province"]
    balance = {level: int(whole[paid["paid_by"] == level].sum()) for level in (0, 1)}
    for source, target, fen in zip(got.settlements["from"], got.settlements["to"], got.settlements["fen"], strict=True):
        balance[int(source)] += int(fen)
        balance[int(target)] -= int(fen)
    assert balance == {0: got.award_city.sum(), 1: got.award_district.sum()}


@SLOW
@given(
    data=st.data(),
    name=st.sampled_from([ABOVE, "key-rd-enterprise-post-subsidy", "transfer-fund-enterprise-project"]),
    more=st.integers(1, 10**9),
)
def test_a_higher_cap_never_lowers_the_award_of_the_same_claim(data: st.DataObject, name: str, more: int) -> None:
    claims = data.draw(claims_of(name))
    before = one(claims, name)
    cap = catalogue().instruments[name].caps[0]
    assert cap.amount is not None
    raised = str((cap.amount.on(0) + more) / 100)
    change = [{"amount": raised if "e" not in raised else "90000000", "scope": "claim"}]
    after = one(claims, name, cat=load_catalogue(changes={name: {"caps": change}}))
    assert (after.award >= before.award).all()


@SLOW
@given(data=st.data(), name=st.sampled_from([ABOVE, "key-rd-national-incentive"]), percent=st.integers(20, 100))
def test_a_higher_rate_never_lowers_the_award_of_the_same_claim(data: st.DataObject, name: str, percent: int) -> None:
    claims = data.draw(claims_of(name))
    # Two claims on one yearly total compete: there more for the one is less for the other.
    claims.ids[:] = np.arange(claims.n)
    before = one(claims, name)
    own = before.instrument.own_rate(0)
    rate = max(Fraction(percent, 100), own or Fraction(0))
    after = one(claims, name, cat=load_catalogue(changes={name: {"amount": {"rate": f"{float(rate) * 100:g}%"}}}))
    assert (after.award >= before.award).all()


@settings(max_examples=120, deadline=None)
@given(
    rows=st.lists(st.tuples(MONEY, st.integers(0, 10**9), st.sampled_from([1, 2, 4])), min_size=1, max_size=12),
    budget=st.integers(0, 10**10),
)
def test_the_common_rate_fits_and_no_larger_one_would(rows: list[tuple[int, int, int]], budget: int) -> None:
    base, cap, quarters = (np.array(column) for column in zip(*rows, strict=True))
    own = Fraction(1, 5)
    rate = common_rate(base, cap, quarters, budget, own)

    def outlay(r: Fraction) -> Fraction:
        return sum((Fraction(q, 4) * min(b * r, Fraction(c)) for b, c, q in rows), Fraction(0))

    assert 0 <= rate <= own
    assert outlay(rate) <= budget
    if rate < own:
        assert outlay(rate) == budget and outlay(rate + Fraction(1, 10**15)) > budget


@settings(max_examples=100, deadline=None)
@given(
    awards=st.lists(st.tuples(MONEY, st.integers(0, 4)), min_size=1, max_size=10),
    left=st.integers(0, 10**12),
    how=st.sampled_from(["defer", "scale", "refuse"]),
)
def test_a_pot_never_gives_more_than_it_holds(awards: list[tuple[int, int]], left: int, how: str) -> None:
    fen, quarters = (np.array(column) for column in zip(*awards, strict=True))
    got = serve(fen, quarters, left, how)
    assert (got.amount * quarters // 4).sum() <= left
    assert (got.amount <= fen).all() and (got.amount >= 0).all()


@SLOW
@given(data=st.data(), budget=st.integers(0, 10**10))
def test_the_three_classes_together_stay_within_the_city_budget(data: st.DataObject, budget: int) -> None:
    claims = data.draw(claims_of(ABOVE))
    status = np.array(data.draw(st.lists(st.integers(0, 2), min_size=claims.n, max_size=claims.n)))
    above = np.array(data.draw(st.lists(st.booleans(), min_size=claims.n, max_size=claims.n)))
    claims.facts.update(status=status, above_sme_size=above)
    cat = catalogue()
    got = settle(
        cat,
        [cat.instruments[name] for name in (ABOVE, BELOW, MANUFACTURING)],
        claims,
        totals=Totals(),
        envelopes={FUND: budget},
    )
    assert sum(int(outcome.award_city.sum()) for outcome in got) <= budget
    assert ((got[0].award > 0).astype(int) + (got[1].award > 0) + (got[2].award > 0) <= 1).all()


@SLOW
@given(data=st.data())
def test_one_claim_more_below_the_last_place_changes_no_other(data: st.DataObject) -> None:
    increases = data.draw(st.lists(st.integers(200_000_000, 10**10), min_size=1, max_size=20, unique=True))
    small = run(batch("2021-12-31", **{"class": 1}, rnd_increase=increases), ABOVE)[0]
    large = run(batch("2021-12-31", **{"class": 1}, rnd_increase=[*increases, 199_999_999]), ABOVE)[0]
    assert large.award[:-1].tolist() == small.award.tolist() and large.award[-1] == 0
