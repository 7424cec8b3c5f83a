"""Key R&D projects (杭科资〔2020〕70号): what a project accepted on time, late or never is paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.reference.days import plus_months


@dataclass
class ProjectLaw:
    """Article 15: a fifth of the verified spending, at most 5 million (fen)."""

    rate: Fraction
    cap: int
    late_factor: Fraction = Fraction(1, 2)
    months_on_time: int = 6


@dataclass
class Project:
    firm: int
    number: int
    signed: date
    contract_end: date
    accepted: date | None
    applied_in_time: bool
    spending: int
    old_measure: bool = False


def runs_until(project: Project) -> date:
    """A project blocks the next one until acceptance, or 18 months after its end if that never comes."""
    return project.accepted or plus_months(project.contract_end, 18)


def payment(project: Project, law: ProjectLaw, *, old_rate: Fraction | None = None) -> tuple[int, str]:
    """Cap first, then halve (reading 18); exactly six months is in time (reading 19).

    Not applied for within six months of the contract's end: the subsidy is given up (article 10(1)).
    Old projects (article 25) get the old standard within six months, half of it within a year, then nothing.
    """
    assert project.accepted is not None
    raw = project.spending * (law.rate if old_rate is None else old_rate)
    amount, reason = raw.numerator // raw.denominator, "NONE"
    if amount > law.cap:
        amount, reason = law.cap, "CAP"
    if project.accepted <= plus_months(project.contract_end, law.months_on_time):
        return amount, reason
    if project.accepted > plus_months(project.contract_end, 12):
        # Article 8(2): a year late without a report of extension; article 25 for the old projects.
        return 0, "CONDITION"
    if not project.applied_in_time:
        return 0, "CONDITION"
    half = amount * law.late_factor
    return half.numerator // half.denominator, "HALVED"
