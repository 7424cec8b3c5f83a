"""A total in words: ``"city award 2027"``, ``"headline entitlement"``; any order, what is not said by default."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fundflow.experiment.experiment_errors import Refused
from fundflow.report.reserve import Asked
from fundflow.report.words import ALL, BEARERS, BLOCKS, MEASURES
from fundflow.scenario.faults import nearest

_YEAR = re.compile(r"^\d{4}$")
_ZH = {
    "应兑付": "entitlement", "安排": "award", "支出": "cash", "市级": "city", "区县": "district", "省级": "province",
    "合计": "total",
}  # fmt: skip


def read_total(text: str, instruments: Iterable[str]) -> tuple[Asked, int | None]:
    """Read which total is meant, and its year if one is named.

    Parameters
    ----------
    text
        Words: a measure, a bearer, a year, a block or an instrument, each at most once.
    instruments
        Ids that the scenario knows.

    Raises
    ------
    Refused
        With every word that says nothing, and the nearest that would.
    """
    known = {"measure": MEASURES, "bearer": BEARERS, "of": (*BLOCKS, ALL, *instruments)}
    found: dict[str, str] = {}
    year: int | None = None
    wrong = []
    for raw in text.split():
        word = _ZH.get(raw, raw)
        kind = next((name for name, words in known.items() if word in words), None)
        if _YEAR.match(word) and year is None:
            year = int(word)
        elif kind is None:
            wrong.append(f'"{raw}" says nothing{nearest(raw, [w for words in known.values() for w in words])}')
        elif kind in found:
            wrong.append(f'"{raw}": {found[kind]} is named already')
        else:
            found[kind] = word
    if wrong:
        raise Refused(f'--total "{text}": {"; ".join(wrong)}. Such as "city award 2027"')
    return Asked(found.get("measure", "entitlement"), found.get("bearer", "total"), found.get("of", "headline")), year
