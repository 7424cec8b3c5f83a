"""A wish in one line, such as ``city award 2027 <= 3亿 with probability 95%``, and whether replications meet it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from fundflow.base.districts import DISTRICT_EN
from fundflow.base.money import parse_fen, parse_rate
from fundflow.base.order import quantile
from fundflow.experiment.estimate import estimate
from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.options import BEARERS
from fundflow.experiment.question import Question
from fundflow.report.words import ALL, MEASURES
from fundflow.scenario.faults import nearest

FORM = (
    '"[city|district|total] entitlement|award|cash YEAR[-YEAR] [in DISTRICT] [of ITEM] <=|>=|= AMOUNT '
    '[with probability P%]"'
)  # fmt: skip
_LINE = re.compile(
    r"^\s*(?:(?P<bearer>\w+)\s+)?(?P<measure>[^\W\d]+)\s+(?P<first>\d{4})(?:\s*-\s*(?P<last>\d{4}))?"
    r"(?:\s+in\s+(?P<place>[\w'’ ]+?))?(?:\s+of\s+(?P<of>[\w-]+))?\s*(?P<sign><=|>=|=|≤|≥)\s*(?P<amount>[^\s]+)"
    r"(?:\s+(?:with\s+probability\s+|概率\s*)(?P<chance>\S+))?\s*$"
)
_SIGNS = {"≤": "<=", "≥": ">="}
_WORDS = {
    "应兑付": "entitlement", "安排": "award", "支出": "cash", "payment": "cash", "payments": "cash",
    "市级": "city", "区县": "district", "合计": "total", "districts": "district",
}  # fmt: skip
_PLACES = {name.lower().replace("'", ""): zh for zh, name in DISTRICT_EN.items()} | {zh: zh for zh in DISTRICT_EN}


@dataclass(frozen=True)
class Level:
    """What replications say of the total, in fen: the statistic that the wish is about, and its 95 % interval.

    Attributes
    ----------
    value
        The mean; or, with a probability, the amount that a further replication stays below (above) with it.
    low, high
        Interval by Student's t (mean) or by order statistics (probability); infinite where too few were run.
    share
        Part of the replications that meet the wish one by one.
    """

    value: float
    low: float
    high: float
    share: float


@dataclass(frozen=True)
class Target:
    """A wish: the total, ``sign`` (``<=``, ``>=`` or ``=``), an amount in fen, and a chance, or None for the mean."""

    question: Question
    sign: str
    fen: int
    chance: Fraction | None = None

    @property
    def fewest(self) -> int:
        """How many replications the chance needs: with fewer even the largest (smallest) of them says less."""
        return 2 if self.chance is None else ceil(self.chance / (1 - self.chance))

    def text(self, lang: str) -> str:
        """The wish in words."""
        large = self.fen >= 10**10
        line = f"{self.question.text(lang)} {self.sign} {self.fen / 10 ** (10 if large else 6):,.10g}"
        chance = None if self.chance is None else f"{float(self.chance):.6g}"
        if lang == "zh":
            return f"{line} {'亿元' if large else '万元'}（{f'概率 {chance}' if chance else '均值'}）"
        unit = "100 million yuan" if large else "10,000 yuan"
        return f"{line} {unit} ({f'with probability {chance}' if chance else 'on average'})"

    def level(self, fen: NDArray[np.int64]) -> Level:
        """The statistic of some replications.

        With a chance p and ``<=`` it is the order statistic number p (n + 1), rounded up: a further replication is
        below it with at least the chance p, whatever the distribution (Wilks, "Determination of sample sizes for
        setting tolerance limits", 1941). Its interval is between the order statistics that the binomial
        distribution gives.

        Parameters
        ----------
        fen
            Shape (replications,).

        Raises
        ------
        Refused
            If there are fewer than ``fewest``.
        """
        meets = fen >= self.fen if self.sign == ">=" else fen <= self.fen
        share = float(np.mean(meets))
        if self.chance is None:
            mean = estimate(fen)
            return Level(mean.mean, mean.low, mean.high, share)
        found = quantile(fen if self.sign == "<=" else -fen, float(self.chance))
        if found.value is None:
            raise Refused(f"this probability needs at least {self.fewest} replications, not {len(fen)}")
        below = -np.inf if found.low is None else float(found.low)
        above = np.inf if found.high is None else float(found.high)
        at = float(found.value)
        return Level(at, below, above, share) if self.sign == "<=" else Level(-at, -above, -below, share)

    def met(self, level: Level) -> bool:
        """Whether the statistic meets the wish; an equality is met from below."""
        return level.value >= self.fen if self.sign == ">=" else level.value <= self.fen


def read_target(text: str) -> Target:
    """Read one wish.

    Raises
    ------
    Refused
        With what is allowed.
    """
    match = _LINE.match(text)
    if match is None:
        raise Refused(f"--so-that {text!r}: must be {FORM}, such as \"city award 2027 <= 3亿 with probability 95%\"")
    bearer, measure = (_WORDS.get(match[name] or "total", match[name] or "total") for name in ("bearer", "measure"))
    place = (match["place"] or "").strip()
    district = _PLACES.get(place.lower().replace("'", "").replace("’", ""), "")
    faults = []
    if place and not district:
        faults.append(f"no district {place!r}{nearest(place, [*DISTRICT_EN, *DISTRICT_EN.values()])}")
    if bearer not in BEARERS:
        faults.append(f"bearer {bearer!r} must be one of {', '.join(BEARERS)}")
    if measure not in MEASURES:
        faults.append(f"measure {measure!r} must be one of {', '.join(MEASURES)}")
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if last < first:
        faults.append(f"years {first}-{last} run backwards")
    fen, chance, sign = 0, None, _SIGNS.get(match["sign"], match["sign"])
    try:
        fen = parse_fen(match["amount"])
        if fen < 0:
            faults.append(f"amount {match['amount']} is below zero")
    except ValueError as error:
        faults.append(f"amount: {error}")
    if match["chance"]:
        try:
            chance = parse_rate(match["chance"])
        except ValueError as error:
            faults.append(f"probability: {error}")
        else:
            if not 0 < chance < 1:
                faults.append(f"probability {match['chance']} must lie between 0 and 1, such as 95%")
        if sign == "=":
            faults.append("'=' asks for a mean; a probability goes with <= or >=")
    if faults:
        raise Refused("\n".join(f"--so-that: {fault}" for fault in faults))
    return Target(Question(measure, bearer, (first, last), match["of"] or ALL, district), sign, fen, chance)
