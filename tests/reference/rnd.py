"""One round of the R&D increase subsidy (杭科资〔2020〕72号), firm by firm, with plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tests.reference import towns

ABOVE, BELOW, MANUFACTURING = "above", "below", "manufacturing"


@dataclass
class Measure:
    """The printed numbers: rate, and for each class the least increase, the cap and the places."""

    rate: dict[str, Fraction]
    least: dict[str, int]
    cap: dict[str, int]
    places: dict[str, int | None]
    most_assets: int
    most_sales: int
    most_staff: int


@dataclass
class Entrant:
    """One firm on the tax list of a year. Amounts in fen."""

    firm: int
    district: str
    listed_sme: bool
    high_tech: bool
    manufacturing: bool
    above_scale: bool
    sales: int
    assets: int
    staff: int
    rd: int
    rd_before: int
    government: int
    government_before: int
    verified_before: bool
    in_statistics: bool
    clean: bool
    other_city_money: int = 0
    # filled by the round
    reason: str = "NONE"
    entitlement: int = 0
    award: int = 0
    city: int = 0

    @property
    def increase(self) -> int:
        """Own money only, in both years (article 5, reading 23)."""
        return (self.rd - self.government) - (self.rd_before - self.government_before)


def within_size(entrant: Entrant, law: Measure) -> bool:
    """Article 7(1): at most 200 million assets, 200 million sales, 500 staff."""
    return entrant.assets <= law.most_assets and entrant.sales <= law.most_sales and entrant.staff <= law.most_staff


def class_of(entrant: Entrant, law: Measure) -> str | None:
    """Which of the three paragraphs of article 8 a firm falls under, if any."""
    if within_size(entrant, law):
        if entrant.listed_sme or entrant.high_tech:
            return ABOVE if entrant.above_scale else BELOW
        return None
    return MANUFACTURING if entrant.high_tech and entrant.manufacturing else None


def passes(entrant: Entrant, kind: str, law: Measure) -> bool:
    """Articles 6 and 8: verified in both years, in the statistics, no incident, and the least increase."""
    return entrant.verified_before and entrant.in_statistics and entrant.clean and entrant.increase >= law.least[kind]


def settle(entrants: list[Entrant], law: Measure, city_money: int | None) -> Fraction:
    """Rank, find the common rate, and give each firm its amount; returns the rate."""
    ranked: list[tuple[Entrant, str]] = []
    for kind in (ABOVE, BELOW, MANUFACTURING):
        field = [e for e in entrants if class_of(e, law) == kind]
        good = [e for e in field if passes(e, kind, law)]
        for entrant in field:
            if entrant not in good:
                entrant.reason = "CONDITION"
        good.sort(key=lambda e: (-e.increase, -e.rd, e.firm))
        places = law.places[kind]
        for position, entrant in enumerate(good, start=1):
            if places is not None and position > places:
                entrant.reason = "RANK"
            else:
                ranked.append((entrant, kind))
    for entrant in entrants:
        if class_of(entrant, law) is None:
            entrant.reason = "CONDITION"
    for entrant, kind in ranked:
        entrant.entitlement, entrant.reason = amount_at(entrant, kind, law.rate[kind], law)
    rate = common_rate(ranked, law, city_money)
    for entrant, kind in ranked:
        own = law.rate[kind] if rate is None else min(law.rate[kind], rate)
        entrant.award, why = amount_at(entrant, kind, own, law)
        entrant.city = towns.bearers(entrant.award, entrant.district)[0]
        if entrant.award < entrant.entitlement:
            entrant.reason = why if why != "NONE" else "RATE"
    return max(law.rate.values()) if rate is None else rate


def amount_at(entrant: Entrant, kind: str, rate: Fraction, law: Measure) -> tuple[int, str]:
    raw = entrant.increase * rate
    amount, reason = raw.numerator // raw.denominator, "NONE"
    if amount > law.cap[kind]:
        amount, reason = law.cap[kind], "CAP"
    if entrant.other_city_money:
        amount, reason = max(amount - entrant.other_city_money, 0), "DIFFERENCE"
    return amount, reason


def common_rate(ranked: list[tuple[Entrant, str]], law: Measure, city_money: int | None) -> Fraction | None:
    """The highest one rate at which the city's shares fit its money, caps kept; None: the printed rates fit.

    The sum of the city's exact shares grows with the rate along straight lines that bend where a firm meets
    its cap. Walk the bends upwards, and stop on the line that crosses the money (reading 13: the city's money
    limits the rate; reading 20: first the rate, then each amount; reading 21: one rate).
    """
    if city_money is None:
        return None

    def spent(rate: Fraction) -> Fraction:
        total = Fraction(0)
        for entrant, kind in ranked:
            parts, of = towns.parts_of_city(entrant.district)
            full = min(entrant.increase * min(rate, law.rate[kind]), Fraction(law.cap[kind]))
            total += max(full - entrant.other_city_money, 0) * parts / of
        return total

    top = max(law.rate.values())
    if sum(towns.bearers(e.entitlement, e.district)[0] for e, _ in ranked) <= city_money:
        return None
    bends = {Fraction(0), top}
    for entrant, kind in ranked:
        for point in (
            Fraction(law.cap[kind], entrant.increase),
            law.rate[kind],
            Fraction(entrant.other_city_money, entrant.increase),
        ):
            if point < top:
                bends.add(point)
    steps = sorted(bends)
    low, high = 0, len(steps) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if spent(steps[middle]) <= city_money:
            low = middle
        else:
            high = middle
    left, right = steps[low], steps[high]
    at_left, at_right = spent(left), spent(right)
    if at_right == at_left:
        return left
    return left + (right - left) * (city_money - at_left) / (at_right - at_left)
