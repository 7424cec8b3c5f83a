"""From a scenario to one replication: the world is set up, the processes run by the calendar, the books are closed."""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from fundflow.base.calendar import Phase, clock, date_of, parse_day
from fundflow.base.draws import Draws
from fundflow.economy import SET_BY_SCENARIO, EconomyParameters, Population, build_population, loan_principal
from fundflow.policy import Catalogue
from fundflow.scenario import Scenario
from fundflow.simulation import (
    bridge_fund,
    deferral,
    derived,
    equity_fund,
    firm_events,
    firm_titles,
    firms,
    incidents,
    incubation,
    indicators,
    institutions,
    loans,
    projects,
    promises,
    recognition,
    rnd_round,
    streams,
    super_deduction,
)
from fundflow.simulation.budget import Budget
from fundflow.simulation.drawn_law import drawn_scenario
from fundflow.simulation.firm_classes import FirmClasses
from fundflow.simulation.law import events_of, law_of, silent
from fundflow.simulation.ledger import Ledger
from fundflow.simulation.options import SimulationOptions
from fundflow.simulation.response import Response
from fundflow.simulation.response_options import ResponseOptions
from fundflow.simulation.world import STAY_LIMIT, World


@dataclass(frozen=True)
class Inputs:
    """What all replications of a scenario share."""

    scenario: Scenario
    economy: EconomyParameters
    options: SimulationOptions
    catalogue: Catalogue
    population: Population
    warnings: tuple[str, ...]
    instruments_meta: dict[str, Any]
    response: ResponseOptions = ResponseOptions()


def simulate(
    inputs: Inputs, replication: int, keep_claims: bool = False, keep_classes: bool = False
) -> dict[str, Any]:
    """Run one replication.

    Parameters
    ----------
    inputs
        What ``prepare`` returned; it is not changed.
    replication
        Number of the replication, from 0; it keys the draws.
    keep_claims
        Keep every claim with its stages, and the histories of firms (``claims`` and ``trace``).
    keep_classes
        Keep sums by size class of the claimant (``by_class``: commitments and payments with a column ``class``).

    Returns
    -------
    dict
        The tables of a run folder by name, each a dict of columns (docs/results.md).
    """
    world, fund, book, running = set_up(of_replication(inputs, replication), replication, keep_claims)
    world.response = response_of(inputs, replication, world.catalogue)
    env = world.env
    if keep_classes:
        world.ledger.classes = FirmClasses(world)
    standings = firm_events.Standings(world)
    firm_events.run_before(world, standings)
    for process in (
        firms.firm_years(world),
        firms.reporting(world),
        firms.founding(world),
        incubation.incubation(world),
        incubation.daily_intake(world),
        recognition.small_firm_list(world),
        recognition.certification(world),
        recognition.eaglet_round(world),
        incidents.incidents(world),
        loans.eaglet_interest(world, book),
        loans.lending(world, fund, book),
        bridge_fund.run_fund(world, fund, loans.boundaries(world)),
        bridge_fund.close_fund_years(world, fund),
        *equity_fund.equity_funds(world),
        firm_titles.certificates(world),
        firm_titles.listings(world),
        firm_titles.patent_applications(world),
        rnd_round.tax_list(world),
        projects.key_calls(world, running),
        projects.acceptances(world, running),
        institutions.year_before(world),
        institutions.institution_years(world),
        super_deduction.top_up(world),
        streams.streams(world),
        firm_events.firm_events(world, standings),
        firm_events.loans_of_standings(world, standings, book),
        derived.shares_of_payments(world),
        deferral.next_years_money(world),
        indicators.yearly_indicators(world),
        promises.promises(world),
    ):
        env.process(process)
    # SimPy does not process events at the end itself, so the end is the first phase of the day after.
    env.run(until=clock(world.end + 1, Phase.EXPIRY))
    world.close_books()
    incubation.note_tenancies(world)
    world.ledger.claims.bans = world.consequences.causes
    for instrument, what, times in world.ledger.unpaid.most():
        world.ledger.indicate(world.years[-1], f"unmet:{instrument}:{what}", times)
    tables = world.ledger.tables()
    # Processes and world refer to each other; without this the firms of one run lie beside those of the next.
    del world, env
    gc.collect()
    return tables


def set_up(
    inputs: Inputs, replication: int, keep_claims: bool
) -> tuple[World, bridge_fund.BridgeFund, loans.LoanBook, projects.Projects]:
    """Build the world of the first day from the shared population."""
    scenario = inputs.scenario
    draws = Draws(scenario.seed, replication)
    start, end = parse_day(scenario.start), parse_day(scenario.end)
    people = inputs.population
    world = World(
        draws=draws,
        economy=inputs.economy.draw(draws, fixed="parameters" not in scenario.layers, scale=people.scale),
        catalogue=inputs.catalogue,
        options=inputs.options,
        firms=people.firms.copy(),
        incubators=people.incubators.copy(),
        makerspaces=people.makerspaces.copy(),
        start=start,
        end=end,
        budget=Budget(inputs.catalogue, scenario.policy.envelope, Fraction(people.scale).limit_denominator(10**6)),
        paid=derived.PaidByZone(inputs.catalogue),
        waiting=deferral.Waiting(),
        ledger=Ledger(keep_claims=keep_claims, first_day=start),
    )
    world.publish()
    held = world.firms.has_loan
    world.notes["loan_principal"][held] = loan_principal(world.firms.sales[held], world.firms.loan_ratio[held])
    for one in inputs.catalogue.triggered_by("makerspace-assessed"):
        for group in one.counts_into:
            # Years that were paid before the first day count (the legacy clause).
            world.totals.set_count(group, world.makerspaces.id, world.makerspaces.paid_years)
    tenants = world.firms.incubator >= 0
    world.firms.left_cause[tenants & (world.firms.left_cause == 0)] = STAY_LIMIT
    running = projects.Projects()
    place_projects(world, running, people)
    terms = inputs.catalogue.funds["working-capital"]
    size = terms.value("size", start) if inputs.options.fund_size is None else inputs.options.fund_size * 100
    fund = bridge_fund.BridgeFund(
        size=int(size),
        pool=inputs.options.risk_pool * 100,
        free_days=int(terms.value("free_days", start)),
        multiple=Fraction(terms.value("rate_multiple", start)),
        late_multiple=Fraction(terms.value("late_multiple", start)),
        fee_rate=Fraction(terms.value("fee_rate", start)),
        answer_days=int(terms.value("answer_days", start)),
        day_base=int(terms.value("day_base", start)),
        last_day_counts=inputs.catalogue.readings["repayment-day"].value == "counted",
    )
    return world, fund, loans.LoanBook(world.firms.n), running


def of_replication(inputs: Inputs, replication: int) -> Inputs:
    """What one replication starts from: the shared inputs, with its own law where a layer of uncertainty draws one."""
    scenario = drawn_scenario(inputs.scenario, inputs.catalogue, replication)
    if scenario is inputs.scenario:
        return inputs
    same = scenario.policy.model_copy(update={"envelopes": inputs.scenario.policy.envelopes}) == inputs.scenario.policy
    return replace(inputs, scenario=scenario, catalogue=inputs.catalogue if same else _catalogue(scenario))


def response_of(inputs: Inputs, replication: int, law: Catalogue) -> Response | None:
    """What tells firms of a change of law; None where they do not respond, or the scenario changes no law.

    The law to compare with is the replication's own without ``[policy.changes]``, so that what a layer of uncertainty
    draws is the same in both.
    """
    scenario, options = inputs.scenario, inputs.response
    if not (options.on and options.elasticity.value and scenario.policy.changes):
        return None
    plain = scenario.model_copy(update={"policy": scenario.policy.model_copy(update={"changes": {}})})
    before = _catalogue(plain)
    drawn = drawn_scenario(plain, before, replication)
    return Response(law, before if drawn is plain else _catalogue(drawn), options.elasticity.value)


def place_projects(world: World, running: projects.Projects, people: Population) -> None:
    """Go on with the key projects under contract on the first day; their outcome is drawn as for later ones."""
    held = people.projects
    order = np.argsort(world.firms.id[held.firm], kind="stable")
    projects.conclude(
        world, running, held.firm[order], held.number[order], held.contract_end[order],
        held.verified_spending[order], held.before_2020[order],
        held.signed[order],
    )  # fmt: skip


def prepare(scenario: Scenario) -> Inputs:
    """Load what a scenario names: parameters, catalogue, population.

    Raises
    ------
    ScenarioFaults, CatalogueFaults
        With every fault found.
    """
    economy = scenario.section("economy", EconomyParameters)
    options = scenario.section("simulation", SimulationOptions)
    catalogue = _catalogue(scenario)
    population = _population(economy.model_dump_json(), scenario.population.seed, scenario.population.size)
    return Inputs(
        scenario=scenario,
        economy=economy,
        options=options,
        catalogue=catalogue,
        population=population,
        warnings=tuple(warnings_of(catalogue, scenario, economy)),
        instruments_meta=described(catalogue, scenario, economy),
        response=scenario.section("response", ResponseOptions),
    )


def _catalogue(scenario: Scenario) -> Catalogue:
    """The law of a scenario, without the instruments that it leaves out."""
    catalogue = law_of(scenario)
    if scenario.volumes == "all":
        return catalogue
    instruments = catalogue.instruments.items()
    return catalogue.without(name for name, one in instruments if one.evidence == "C" and not one.receipt)


@lru_cache(maxsize=2)
def _population(economy: str, seed: int, size: int) -> Population:
    """Build a population once for all scenarios that differ in law alone; no replication changes it."""
    return build_population(EconomyParameters.model_validate_json(economy), seed, size)


def describe(catalogue: Catalogue) -> dict[str, Any]:
    """What reports must say of each instrument: names, document and clause, department, evidence, assumptions."""
    return {
        one.id: {
            "en": one.name_en, "zh": one.name_zh, "document": one.document, "clause": one.clause,
            "trigger": one.trigger,
            "department": one.department, "evidence": one.evidence,
            "envelope": one.envelope or (catalogue.pools[one.pool].envelope if one.pool else None),
            "in_force": str(date_of(one.in_force)),
            "expires": None if one.expires is None else str(date_of(one.expires)),
            "assumed": list(one.assumed), "rules": list(one.rules), "ceiling": one.ceiling,
            "recipient": one.recipient, "refunds": getattr(one.amount, "of", "") or None,
        }
        for one in catalogue.instruments.values()
    }  # fmt: skip


def described(catalogue: Catalogue, scenario: Scenario, economy: EconomyParameters) -> dict[str, Any]:
    """The same, with the conditions in words and why an instrument cannot pay in this scenario (docs/results.md)."""
    found = describe(catalogue)
    start, end = parse_day(scenario.start), parse_day(scenario.end)
    events = events_of(economy)
    for one in catalogue.instruments.values():
        found[one.id]["silent"] = "" if one.receipt else silent(one, start, end, events)
        found[one.id]["receipt"] = one.receipt
        found[one.id]["conditions"] = [
            {"clause": condition.clause or one.clause}
            | {lang: condition.say(one.book, 2**30, lang) for lang in ("en", "zh")}
            for condition in one.eligible
        ]
    return found


def warnings_of(catalogue: Catalogue, scenario: Scenario, economy: EconomyParameters) -> list[str]:
    """What a reader must know: documents past their end, assumed values in use, numbers outside the calibration."""
    said = []
    first = parse_day(f"{scenario.budget_year}-01-01")
    raised = events_of(economy)
    for one in catalogue.instruments.values():
        if one.trigger not in raised or one.receipt:
            continue
        if one.expires is not None and one.expires < first:
            follows = "assumed renewed" if one.law.after_expiry == "renewed" else "lapsed; rights already running only"
            said.append(f"{one.id}: {one.document} ended on {date_of(one.expires)}: {follows}")
        said += [f"{one.id}: assumed: {text}" for text in one.assumed]
    for fund in catalogue.funds.values():
        if fund.id in economy.funds:
            if fund.expires is not None and fund.expires < first and fund.law.after_expiry == "renewed":
                said.append(f"{fund.id}: {fund.document} ended on {date_of(fund.expires)}: assumed renewed")
            said += [f"{fund.id}: assumed: {text}" for text in fund.assumed]
    for name in type(economy).model_fields:
        if getattr(getattr(economy, name), "source", "") == SET_BY_SCENARIO:
            said.append(f"economy.{name}: set by the scenario, outside the calibration")
    return said
