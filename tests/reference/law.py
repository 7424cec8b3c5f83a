"""The numbers of the law: rates, caps, places and terms from the parsed catalogue, thresholds from the text.

Nothing is taken from the engine but values: no condition, rank, cap, split or schedule code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.reference import rnd
from tests.reference.days import date_of, number, plus_months
from tests.reference.eaglets import EagletLaw
from tests.reference.fund import Terms
from tests.reference.offices import RULE
from tests.reference.projects import ProjectLaw

YUAN = 100
MILLION = 1_000_000 * YUAN


VALID = {
    # first and last day of validity, and the months for which a right that has begun runs on
    "rnd": (date(2020, 8, 9), date(2022, 12, 31), 0),
    "eaglet": (date(2020, 8, 3), date(2022, 12, 31), 36),
    "incubator": (date(2020, 8, 3), date(2022, 12, 31), 0),
    # four years of contract, half a year to apply, a year of extension
    "key": (date(2020, 8, 3), date(2023, 7, 31), 66),
}


@dataclass
class Law:
    """Everything printed that the reference needs. Money in fen."""

    rnd: rnd.Measure
    eaglet: EagletLaw
    project: ProjectLaw
    terms: Terms
    construction: int
    provincial: int
    national: int
    awards_total: int
    per_certified: int
    schedules: dict[str, tuple[tuple[int, int] | None, tuple[tuple[int, int], ...]]] = field(default_factory=dict)

    transfers: dict[str, tuple[int, int]] = field(default_factory=dict)

    after_expiry: str = "assumed_renewed"
    # 杭科高〔2020〕74号 article 8 and 9
    tenant_age_months: int = 24
    tenant_staff: int = 100
    tenant_sales: int = 10 * MILLION
    stay_months: int = 48
    stay_months_special: int = 60
    graduation_venture: int = 5 * MILLION
    graduation_revenue: int = 10 * MILLION
    # 杭科计〔2018〕192号 articles 3 and 9; the size is that of 国科发政〔2017〕115号
    bridge_notice_days: int = 15
    bridge_staff: int = 500
    bridge_sales: int = 200 * MILLION
    bridge_assets: int = 200 * MILLION
    list_staff: int = 500
    list_sales: int = 200 * MILLION

    def status(self, rule: str, event: int, since: int | None) -> str:
        """On what legal ground an event stands; a right that began under the document runs off."""
        starts, ends, months = VALID[rule.split("-")[0]]
        when = date_of(event)
        if when < starts:
            return "not_covered"
        if when <= ends:
            return "in_force"
        if since is not None and months and date_of(since) <= ends and when <= plus_months(date_of(since), months):
            return "run_off"
        return self.after_expiry

    def application_day(self, rule: str, event: int) -> int:
        """The next opening day of the procedure after the event, or the event's own day."""
        opens, _ = self.schedules[rule]
        when = date_of(event)
        if opens is None:
            return event
        this = date(when.year, *opens)
        return number(this if when < this else date(when.year + 1, *opens))

    def paid_day(self, claim: Any) -> int:
        """The day on which an award leaves the treasury."""
        months, days = self.transfers[claim.instrument]
        return number(plus_months(date_of(claim.award_day), months)) + days

    def award_day(self, rule: str, event: int) -> int:
        """The day of decision: the next opening day after the event, then the steps of the procedure."""
        opens, steps = self.schedules[rule]
        when = date_of(event)
        if opens is not None:
            this = date(when.year, *opens)
            when = this if when < this else date(when.year + 1, *opens)
        for months, days in steps:
            when = plus_months(when, months) + timedelta(days=days)
        return number(when)


def read_law(catalogue: Any, on: int, *, lapses: bool = False) -> Law:
    """Take the values that hold on a day out of the catalogue."""

    def one(rule: str) -> Any:
        return next(i for i in catalogue.instruments.values() if rule in (i.id, *i.rules))

    def cap(rule: str) -> int:
        return next(int(c.amount.on(on)) for c in one(rule).caps if c.scope == "claim")

    def rate(rule: str) -> Fraction:
        return Fraction(one(rule).amount.rate.on(on))

    def places(rule: str) -> int | None:
        found = one(rule).competition
        return None if found is None else int(found.places.on(on))

    def fixed(rule: str) -> int:
        return int(one(rule).amount.amount.on(on))

    measure = rnd.Measure(
        rate={kind: rate(rule) for kind, rule in RULE.items()},
        least={rnd.ABOVE: 2 * MILLION, rnd.BELOW: MILLION // 2, rnd.MANUFACTURING: 2 * MILLION},
        cap={kind: cap(rule) for kind, rule in RULE.items()},
        places={kind: places(rule) for kind, rule in RULE.items()},
        most_assets=200 * MILLION,
        most_sales=200 * MILLION,
        most_staff=500,
    )
    fund = catalogue.funds["working-capital"]
    terms = Terms(
        size=int(fund.value("size")),
        most=int(fund.value("loan_cap")),
        own_share=Fraction(fund.value("own_share")),
        free_days=int(fund.value("free_days")),
        late_multiple=int(fund.value("late_multiple")),
        fee_rate=Fraction(fund.value("fee_rate")),
    )
    law = Law(
        rnd=measure,
        eaglet=EagletLaw(grant=fixed("eaglet-recognition-grant"), most_principal=20 * MILLION),
        project=ProjectLaw(rate=rate("key-rd-enterprise-post-subsidy"), cap=cap("key-rd-enterprise-post-subsidy")),
        terms=terms,
        construction=fixed("incubator-specialised-construction-grant"),
        provincial=fixed("incubator-provincial-award"),
        national=fixed("incubator-national-award"),
        awards_total=MILLION,
        after_expiry="lapsed" if lapses else "assumed_renewed",
        per_certified=15 * MILLION // 100,
    )
    for name, instrument in catalogue.instruments.items():
        pay = instrument.pay
        law.transfers[name] = pay.transfer
        law.schedules[name] = (pay.opens, tuple(length for _, length in pay.steps))
    return law
