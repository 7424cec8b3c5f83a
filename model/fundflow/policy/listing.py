"""``fundflow policy list``: a hundred instruments on a few pages, by department or by document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from fundflow.base.calendar import date_of
from fundflow.policy.answer import STATUSES
from fundflow.policy.catalogue import Catalogue
from fundflow.policy.faults import unknown
from fundflow.policy.instrument import Instrument
from fundflow.policy.outcome import Status
from fundflow.policy.status import statuses

WORDS = {
    "en": {
        "off": "off by default", "conditions": "conditions without money", "funds": "funds",
        "gaps": "known gaps (promised without a number, not modelled): {}; see `fundflow policy gaps`",
        "count": "{} instruments", "to": "to",
    },
    "zh": {
        "off": "默认关闭", "conditions": "不涉及资金的条件", "funds": "基金",
        "gaps": "已知缺口（承诺而无数额，未建模）：{} 条；见 `fundflow policy gaps`", "count": "{} 项政策", "to": "至",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """What of the catalogue is listed: parts of a department's name, of a document's number, id or title."""

    department: str = ""
    document: str = ""

    def holds(self, catalogue: Catalogue, one: Any) -> bool:
        """Whether an entry is chosen."""
        law = next((law for law in catalogue.documents.values() if law.number == one.document), None)
        department = getattr(one, "department", law.department if law else "")
        told = [one.document, *((law.id, law.title_en, law.title_zh) if law else ())]
        wanted = self.document.lower()
        return self.department in department and any(wanted in text.lower() for text in told)


def status_on(one: Instrument, day: int) -> Status:
    """The legal status of an event on a day."""
    return Status(int(statuses(one, np.array([day], dtype=np.int64), None)[0]))


def lead(department: str) -> str:
    """The department that leads: the first of those named."""
    return department.split("、")[0].strip() or "-"


def listing(catalogue: Catalogue, day: int, lang: str, as_json: bool, by: str, choice: Choice) -> str:
    """List the chosen instruments, condition sets and funds with status, validity and evidence.

    Parameters
    ----------
    by
        ``department`` or ``document``: how instruments are grouped.

    Raises
    ------
    ValueError
        If nothing is chosen; the message names the nearest document or department.
    """
    instruments = [one for one in catalogue.instruments.values() if choice.holds(catalogue, one)]
    sets = [one for one in catalogue.conditions.values() if choice.holds(catalogue, one)]
    funds = [one for one in catalogue.funds.values() if choice.holds(catalogue, one)]
    if not (instruments or sets or funds):
        known = list(dict.fromkeys(law.number for law in catalogue.documents.values()))
        departments = list(dict.fromkeys(one.department for one in catalogue.instruments.values()))
        word, names = (choice.document, known) if choice.document else (choice.department, departments)
        raise ValueError(f'nothing of "{word}": {unknown(word, names)}')
    rows = [_row(one, day, lang) for one in instruments]
    gaps = list(catalogue.register.gaps)
    if as_json:
        named = [{"id": one.id, "name": _name(one, lang), "document": one.document} for one in sets]
        whole = {
            "instruments": rows, "conditions": named, "funds": [one.id for one in funds], "known_gaps": gaps,
        }  # fmt: skip
        return json.dumps(whole, ensure_ascii=False, indent=1)
    words = WORDS[lang]
    lines = [f"{date_of(day).isoformat()}   {words['count'].format(len(rows))}"]
    titles = {law.number: law.title_zh if lang == "zh" else law.title_en for law in catalogue.documents.values()}
    groups = [lead(row["department"]) if by == "department" else row["document"] for row in rows]
    for group in dict.fromkeys(groups):
        mine = [row for row, its in zip(rows, groups, strict=True) if its == group]
        lines += ["", f"{group} {titles.get(group, '')}".rstrip() + f" ({len(mine)})"]
        for row in mine:
            valid = f"{row['in_force']} {words['to']} {row['expires'] or '...'}"
            status = row["status"] if row["active"] else words["off"]
            where = row["clause"] if by == "document" else f"{row['document']} {row['clause']}"
            lines.append(f"{row['id']:<46}{row['evidence']}  {status:<17}{valid:<28}{row['name']}   {where}")
    for title, entries in ((words["conditions"], sets), (words["funds"], funds)):
        if entries:
            lines += ["", f"{title} ({len(entries)}):"]
            lines += [f"{one.id:<46}{_name(one, lang)}   {one.document}" for one in entries]
    return "\n".join([*lines, "", words["gaps"].format(len(gaps))])


def _row(one: Instrument, day: int, lang: str) -> dict[str, Any]:
    return {
        "id": one.id, "name": _name(one, lang), "document": one.document, "clause": one.clause,
        "department": one.department, "status": STATUSES[status_on(one, day)], "active": one.active.on(day),
        "in_force": date_of(one.in_force).isoformat(),
        "expires": date_of(one.expires).isoformat() if one.expires else None, "evidence": one.evidence,
    }  # fmt: skip


def _name(one: Any, lang: str) -> str:
    return str(one.name_zh if lang == "zh" else one.name_en)
