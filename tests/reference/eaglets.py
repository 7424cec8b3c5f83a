"""Eaglets (杭科高〔2020〕71号): who may apply, the grant, and the interest subsidy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.reference.days import plus_years


@dataclass
class EagletLaw:
    """Amounts in fen."""

    grant: int
    most_principal: int
    share_of_lpr: Fraction = Fraction(1, 2)
    most_sales: int = 50_000_000_00
    band: int = 30_000_000_00
    low_ratio: Fraction = Fraction(5, 100)
    high_ratio: Fraction = Fraction(4, 100)
    least_rd: int = 500_000_00
    least_staff: int = 10
    technical: Fraction = Fraction(15, 100)


def may_apply(
    founded: date,
    today: date,
    sales: int,
    staff: int,
    technical_staff: int,
    rd: int,
    rights: int,
    law: EagletLaw,
) -> bool:
    """Chapter 3, items 2 to 5. The first and the sixth anniversary both count (reading 41)."""
    if not plus_years(founded, 1) <= today <= plus_years(founded, 6):
        return False
    if sales > law.most_sales or staff < law.least_staff or rights < 1 or rd < law.least_rd:
        return False
    if technical_staff < law.technical * staff:
        return False
    needed = law.low_ratio if sales <= law.band else law.high_ratio
    return rd >= needed * sales


def interest_subsidy(
    average_principal: int, interest_paid: int, lpr: Fraction, days: int, law: EagletLaw
) -> tuple[int, str]:
    """Half of January's LPR on at most 20 million, never above the interest paid (reading 40)."""
    principal = min(average_principal, law.most_principal)
    # A whole year is paid at the yearly rate, a leap year too.
    raw = principal * lpr * law.share_of_lpr * min(days, 365) / 365
    amount = raw.numerator // raw.denominator
    return min(amount, interest_paid), "CAP" if interest_paid < amount else "NONE"
