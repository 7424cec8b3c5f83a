"""Engine and reference side by side: claims to the fen, histories to the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.reference.claims import Claim
from tests.reference.days import date_of, number
from tests.reference.world import World

COMPARED = (
    "rnd-increase-subsidy-above-scale-sme",
    "rnd-increase-subsidy-below-scale-sme",
    "rnd-increase-subsidy-manufacturing-high-tech",
    "eaglet-recognition-grant",
    "eaglet-loan-interest-subsidy",
    "key-rd-enterprise-post-subsidy",
    "incubator-specialised-construction-grant",
    "incubator-provincial-award",
    "incubator-national-award",
    "incubator-high-tech-cultivation",
)


def day(value: Any) -> int:
    return number(value) if isinstance(value, date) else int(value)


def rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    """A dict of columns as a list of dicts."""
    columns = {name: list(values) for name, values in table.items()}
    length = len(next(iter(columns.values()), []))
    return [{name: values[i] for name, values in columns.items()} for i in range(length)]


def engine_claims(
    result: dict[str, Any], start: int, instruments: Iterable[str] = COMPARED
) -> dict[tuple, list[Claim]]:
    wanted, found = set(instruments), {}
    for row in rows(result["claims"]):
        # Of the institutions' year before the first day the reference knows nothing.
        if row["instrument"] in wanted and not (
            row["instrument"].startswith("incubator") and day(row["event_day"]) < start
        ):
            claim = Claim(
                int(row["claimant"]), row["instrument"], day(row["event_day"]), day(row["award_day"]),
                row["district"], str(row["reason"]).upper(), int(row["entitlement"]), int(row["award"]),
                int(row["city"]), int(row["district_fen"]),
                str(row["status"]),
            )  # fmt: skip
            found.setdefault(claim.key(), []).append(claim)
    return found


def reference_claims(world: World, instruments: Iterable[str] = COMPARED) -> dict[tuple, list[Claim]]:
    wanted, found = set(instruments), {}
    for claim in world.claims:
        if claim.instrument in wanted:
            found.setdefault(claim.key(), []).append(claim)
    return found


def differences(engine: dict[tuple, Any], reference: dict[tuple, Any]) -> list[tuple]:
    """Keys that are on one side only, or differ, the earliest event first."""
    wrong = [key for key in engine.keys() | reference.keys() if engine.get(key) != reference.get(key)]
    return sorted(wrong, key=lambda key: (key[-1], key))


def engine_tenancies(result: dict[str, Any], world: World) -> dict[tuple, Any]:
    found = {}
    for row in rows(result["trace"].get("tenancies", {})):
        until = day(row["until"])
        if until <= world.start:
            continue
        cause = str(row["cause"]) if until <= world.end else ""
        found[int(row["firm"]), int(row["incubator"]), day(row["from"])] = (min(until, world.end + 1), cause)
    return found


def reference_tenancies(world: World) -> dict[tuple, Any]:
    return {
        (t.firm.id, t.host.id, t.start): (world.end + 1 if t.left is None else t.left, t.cause) for t in world.tenancies
    }


def engine_fund(result: dict[str, Any]) -> Counter:
    return Counter(
        (int(r["firm"]), int(r["number"]), str(r["event"]), day(r["day"]))
        for r in rows(result["trace"].get("fund", {}))
    )


def reference_fund(world: World) -> Counter:
    return Counter((firm, loan, event, when) for firm, loan, event, when, _ in world.fund.log)


def engine_certificates(result: dict[str, Any]) -> set[tuple]:
    return {(int(r["firm"]), day(r["day"]), bool(r["first"])) for r in rows(result["trace"].get("certificates", {}))}


def engine_projects(result: dict[str, Any], start: int) -> set[tuple]:
    return {
        (int(r["firm"]), int(r["number"]), day(r["signed"]), day(r["contract_end"]), min(day(r["accepted"]), 2**40),
         int(r["spending"]))
        for r in rows(result["trace"].get("projects", {}))
        if day(r["signed"]) >= start
    }  # fmt: skip


def reference_projects(world: World) -> set[tuple]:
    return {
        (p.firm, p.number, number(p.signed), number(p.contract_end),
         2**40 if p.accepted is None else number(p.accepted), p.spending)
        for p in world.projects
        if number(p.signed) >= world.start
    }  # fmt: skip


def engine_recoveries(result: dict[str, Any], instruments: Iterable[str] = COMPARED) -> Counter:
    return Counter(
        (int(r["firm"]), str(r["instrument"]), day(r["day"]), int(r["city"]), int(r["district_fen"]))
        for r in rows(result["trace"].get("recoveries", {}))
        if str(r["instrument"]) in instruments
    )


def report(result: dict[str, Any], world: World) -> str:
    """What differs, kind by kind, the first of each with both histories of its claimant; empty where all agrees."""
    kinds: dict[str, tuple[dict[tuple, Any], dict[tuple, Any]]] = {
        "claims": (engine_claims(result, world.start), reference_claims(world)),
        "tenancies": (engine_tenancies(result, world), reference_tenancies(world)),
        "events of the fund": (engine_fund(result), reference_fund(world)),
        "certificates": (Counter(engine_certificates(result)), Counter(world.certificates)),
        "recoveries": (engine_recoveries(result), Counter(world.recoveries)),
        "projects": (Counter(engine_projects(result, world.start)), Counter(reference_projects(world))),
    }
    said = []
    for kind, (engine, reference) in kinds.items():
        wrong = differences(engine, reference)
        if wrong:
            key = wrong[0]
            said.append(f"{len(wrong)} {kind} differ; the first:")
            said += [f"  engine    {engine.get(key)}", f"  reference {reference.get(key)}"]
            said.append(histories(key[0], result, world))
    return "\n".join(said)


def histories(claimant: int, result: dict[str, Any], world: World) -> str:
    """Both histories of one claimant, for the eye."""
    lines = [f"claimant {claimant}", "  engine:"]
    for name, table in result["trace"].items():
        for row in rows(table):
            if claimant in (int(row.get("firm", -1)), int(row.get("incubator", -1))):
                lines.append(f"    {name}: " + ", ".join(f"{k}={_show(k, v)}" for k, v in row.items()))
    for claims in engine_claims(result, world.start).values():
        lines += [f"    claim: {c}" for c in claims if c.claimant == claimant]
    lines.append("  reference:")
    firm = world.firms.get(claimant)
    if firm is not None:
        lines += [f"    {text}" for text in firm.history]
        lines.append(f"    founded {date_of(firm.founded)}, debt {firm.debt}, known {firm.known}")
    for tenancy in world.tenancies:
        if claimant in (tenancy.firm.id, tenancy.host.id):
            left = "" if tenancy.left is None else date_of(tenancy.left)
            lines.append(f"    tenancy of {tenancy.firm.id} in {tenancy.host.id}: "
                         f"{date_of(tenancy.start)} to {left} {tenancy.cause}")  # fmt: skip
    lines += [f"    fund: {entry}" for entry in world.fund.log if entry[0] == claimant]
    lines += [f"    claim: {c}" for c in world.claims if c.claimant == claimant]
    return "\n".join(lines)


def _show(name: str, value: Any) -> Any:
    if name in ("from", "until", "day", "signed", "contract_end", "accepted", "start") and int(value) < 2**40:
        return date_of(int(value))
    return value
