"""The first day of the reference: the population's tables are taken apart into single firms and incubators.

Shared with the engine: the population artefact, the drawn numbers of the economy, the parsed catalogue.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from fundflow.base.draws import Draws
from tests.reference import incubation, lending
from tests.reference.days import date_of, number
from tests.reference.fund import Fund
from tests.reference.law import read_law
from tests.reference.offices import fate_of, start_project
from tests.reference.projects import Project
from tests.reference.purse import Purse
from tests.reference.world import World


def build(
    *,
    catalogue: Any,
    population: Any,
    economy: Any,
    draws: Draws,
    start: date,
    end: date,
    fund_size: int | None = None,
    risk_pool: int = 0,
    city_money: Any = None,
    intake: str = "monthly",
    lapses: bool = False,
) -> World:
    """Build a world; ``city_money`` maps a fiscal year to the fen that the R&D round may use, or is None."""
    law = read_law(catalogue, number(start), lapses=lapses)
    if fund_size is not None:
        law.terms = dataclasses.replace(law.terms, size=fund_size)
    purse = Purse(city_money or (lambda year: None))
    world = World(
        economy=economy,
        draws=draws,
        law=law,
        start=number(start),
        end=number(end),
        fund=Fund(law.terms, pool=risk_pool),
        intake=intake,
        purse=purse,
    )
    hosts = [incubation.from_table(population.incubators.take([i])) for i in range(population.incubators.n)]
    for host in sorted(hosts, key=lambda h: h.id):
        world.add_incubator(host)
    for i in range(population.firms.n):
        firm = world.add_firm(population.firms.take([i]))
        firm.known = firm.figures()
        if firm.get("incubator") >= 0 and firm.get("incubator_until") > world.start:
            host = hosts[firm.get("incubator")]
            incubation.start_stay(world, firm, host, firm.get("incubator_from"), firm.get("incubator_until"))
        if firm.get("has_loan"):
            principal = world.loan_principal(firm)
            # Of the year before nothing else is known: the loan is taken to have run all through it.
            firm.owe(number(date(start.year - 1, 1, 1)), principal)
            world.env.process(lending.borrow(world, firm, firm.get("loan_number"), firm.get("loan_due"), principal))
        firm.project_until = firm.get("key_until")
        firm.projects = firm.get("key_number")
        world.start_firm(firm, world.first_year)
    held = population.projects
    firms = list(world.firms.values())
    for i in range(held.n):
        firm, number_ = firms[int(held.firm[i])], int(held.number[i])
        end_day = date_of(int(held.contract_end[i]))
        accepted, applied = fate_of(world, firm, number_, end_day)
        project = Project(
            firm.id, number_, date_of(int(held.signed[i])), end_day, accepted, applied,
            int(held.verified_spending[i]), bool(held.before_2020[i]),
        )  # fmt: skip
        start_project(world, firm, project)
    return world
