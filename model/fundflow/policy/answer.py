"""What the award calculator answers: one object for each claimant, as JSON or as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import date_of
from fundflow.base.money import yuan_text
from fundflow.policy.assumptions import assumption
from fundflow.policy.conditions import Condition, ConditionSet, judge
from fundflow.policy.facts import FactBook
from fundflow.policy.faults import MissingFacts
from fundflow.policy.history import complete
from fundflow.policy.instrument import Instrument
from fundflow.policy.outcome import Batch, Level, Outcome, Reason, Status
from fundflow.policy.totals import Totals
from fundflow.policy.view import View

REASONS = {
    Reason.NONE: "", Reason.CONDITION: "condition", Reason.USED: "used", Reason.RANK: "rank", Reason.RATE: "rate",
    Reason.CAP: "cap", Reason.TOTAL_CAP: "total-cap", Reason.HALVED: "halved", Reason.DIFFERENCE: "difference",
    Reason.ENVELOPE_DEFERRED: "deferred", Reason.ENVELOPE_SCALED: "scaled", Reason.ENVELOPE_REFUSED: "refused",
    Reason.NOT_COVERED: "not-covered", Reason.EXPIRED: "expired", Reason.PRESUMED: "presumed",
}  # fmt: skip
STATUSES = {
    Status.IN_FORCE: "in force", Status.RUN_OFF: "run-off", Status.ASSUMED_RENEWED: "assumed renewed",
    Status.NOT_COVERED: "not covered", Status.LAPSED: "lapsed",
}  # fmt: skip
_REFUSALS = (Reason.CONDITION, Reason.USED, Reason.RANK, Reason.NOT_COVERED, Reason.EXPIRED)
_LEVELS = {Level.CITY: "city", Level.DISTRICT: "district", Level.PROVINCE: "province"}


def answers(outcomes: Sequence[Outcome], batch: Batch, lang: str) -> list[dict[str, Any]]:
    """One answer for each claim.

    Several outcomes are either the classes of one pool, of which a claimant is in one, or parts of one payment that
    add up; both come out right as a sum over the outcomes that serve the claim.
    """
    failures = [_failures(outcome, batch, lang) for outcome in outcomes]
    payments = [_payments(outcome, batch) for outcome in outcomes]
    return [_answer(row, outcomes, failures, payments) for row in range(batch.n)]


def _answer(
    row: int, outcomes: Sequence[Outcome], failures: list[list[list[dict[str, str]]]], payments: list[Any]
) -> dict[str, Any]:
    serving = [k for k, one in enumerate(outcomes) if one.reason[row] not in _REFUSALS]
    # A claimant whom nobody serves is told about the class that came nearest.
    told = serving or [max(range(len(outcomes)), key=lambda k: (_nearness(outcomes[k], row), -k))]
    shown = [outcomes[k] for k in told]
    shares = {"city": 0, "district": 0, "province": 0}
    for one in shown:
        shares["city"] += int(one.award_city[row])
        shares["district"] += int(one.award_district[row])
        shares["province"] += int(one.award_province[row])
        if one.instrument.other_bearer:
            name = one.instrument.other_bearer
            shares[name] = shares.get(name, 0) + int(one.award_other[row])
    first = shown[0]
    return {
        "instrument": ", ".join(one.instrument.id for one in shown),
        "eligible": bool(serving),
        "reason": REASONS[Reason(first.reason[row])],
        "total": yuan_text(sum(int(one.award[row]) for one in shown)),
        "entitlement": yuan_text(sum(int(one.entitlement[row]) for one in shown)),
        "shares": {name: yuan_text(fen) for name, fen in shares.items()},
        "rate": None if first.rate is None else str(first.rate),
        "legal_status": STATUSES[Status(first.status[row])],
        "decided": date_of(int(first.award_day[row])).isoformat(),
        "payments": [entry for k in told for entry in payments[k].get(row, [])],
        "stages": [stage for one in shown for stage in _stages(one, row)],
        "failed": [] if serving else failures[told[0]][row],
        "presumed": list(dict.fromkeys(name for one in shown for name in one.presumed)),
        "assumed": list(dict.fromkeys(text for one in shown for text in one.instrument.assumed)),
    }


def _nearness(outcome: Outcome, row: int) -> int:
    failed = int(outcome.failed[row])
    return 10_000 if failed < 0 else failed


def _stages(outcome: Outcome, row: int) -> list[dict[str, str]]:
    clauses = _clauses(outcome.instrument)
    return [
        {
            "stage": name,
            "amount": yuan_text(int(amount[row])),
            "reason": REASONS[Reason(reason[row])],
            "clause": f"{outcome.instrument.document} {clauses.get(name, outcome.instrument.clause)}",
        }
        for name, amount, reason in outcome.stages
    ]


def _clauses(instrument: Instrument) -> dict[str, str]:
    found = {
        "rank": instrument.competition.clause if instrument.competition else "",
        "cap": ", ".join(cap.clause for cap in instrument.caps if cap.clause),
        "modifier": ", ".join(one.clause for one in instrument.modifiers if one.clause),
        "overlap": instrument.overlap.clause if instrument.overlap else "",
    }
    return {name: clause for name, clause in found.items() if clause}


def _failures(outcome: Outcome, batch: Batch, lang: str) -> list[list[dict[str, str]]]:
    """Every condition that each claim fails, with its clause."""
    instrument = outcome.instrument
    found: list[list[dict[str, str]]] = [[] for _ in range(batch.n)]
    day = int(batch.trigger_day[0])
    view = View(_completed(outcome, batch), instrument.book, batch.n, batch.trigger_day, day)
    for condition in instrument.eligible:
        for row, entry in _failing(condition, view, instrument.book, instrument.document, day, lang):
            found[row].append(entry)
    for row in np.flatnonzero((outcome.reason > 0) & (outcome.failed < 0)).tolist():
        reason = Reason(outcome.reason[row])
        if reason in _REFUSALS:
            found[row].append({"condition": _ground(instrument, reason, lang), "clause": instrument.clause})
    return found


def _completed(outcome: Outcome, batch: Batch) -> dict[str, NDArray[Any]]:
    return complete(batch.facts, outcome.instrument.history, outcome.instrument.lists, batch.ids, Totals())


def _failing(
    condition: Condition, view: View, book: FactBook, document: str, day: int, lang: str
) -> list[tuple[int, dict[str, str]]]:
    try:
        held = condition.test(view)
    except MissingFacts:
        return []
    rows = np.flatnonzero(~held)
    if not len(rows):
        return []
    said, clause = condition.say(book, day, lang), f"{document} {condition.clause}".strip()
    out = []
    for row in rows:
        given = {}
        for name in condition.facts:
            column = view.given(book[name])
            if column is not None and book[name].type != "list":
                given[name] = book[name].text(column[row])
        shown = ", ".join(f"{name} = {value}" for name, value in given.items())
        out.append((int(row), {"condition": said, "clause": clause, "given": shown}))
    return out


def _ground(instrument: Instrument, reason: Reason, lang: str) -> str:
    valid = f"{date_of(instrument.in_force)} - {date_of(instrument.expires) if instrument.expires else ''}"
    english = {
        Reason.RANK: "outside the quota",
        Reason.NOT_COVERED: f"before the document is in force ({valid})",
        Reason.EXPIRED: f"the rule is not in force any more ({valid})",
    }
    chinese = {
        Reason.RANK: "排名在名额之外",
        Reason.NOT_COVERED: f"文件尚未施行（{valid}）",
        Reason.EXPIRED: f"规则已失效（{valid}）",
    }
    return (chinese if lang == "zh" else english).get(reason, REASONS[reason])


def _payments(outcome: Outcome, batch: Batch) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    columns = outcome.payments
    for k in range(len(columns["row"])):
        payer = _LEVELS[Level(columns["paid_by"][k])]
        for bearer in ("city", "district", "province"):
            if columns[bearer][k] > 0:
                entry = _entry(int(columns["day"][k]), bearer, payer, int(columns[bearer][k]))
                found.setdefault(int(columns["row"][k]), []).append(entry)
    other = outcome.instrument.other_bearer
    for row in np.flatnonzero(outcome.award_other > 0).tolist() if other else ():
        entry = _entry(int(outcome.award_day[row]), other, other, int(outcome.award_other[row]))
        found.setdefault(row, []).append(entry)
    return found


def _entry(day: int, bearer: str, payer: str, fen: int) -> dict[str, str]:
    return {"date": date_of(day).isoformat(), "bearer": bearer, "paid_by": payer, "amount": yuan_text(fen)}


def condition_answers(found: ConditionSet, batch: Batch, lang: str) -> list[dict[str, Any]]:
    """Answers of a set of conditions, which carries no money.

    Raises
    ------
    MissingFacts
        If facts that decide are missing.
    """
    day = int(batch.trigger_day[0])
    view = found.view(batch.facts, batch.n, day)
    judged = judge(found.conditions, view)
    failures: list[list[dict[str, str]]] = [[] for _ in range(batch.n)]
    for condition in found.conditions:
        for row, entry in _failing(condition, view, found.book, found.document, day, lang):
            failures[row].append(entry)
    none = yuan_text(0)
    return [
        {
            "instrument": found.id,
            "eligible": bool(judged.eligible[row]),
            "reason": "" if judged.eligible[row] else "condition",
            "total": none,
            "entitlement": none,
            "shares": {"city": none, "district": none, "province": none},
            "rate": None,
            "legal_status": STATUSES[_ground_of(found, day)],
            "payments": [],
            "stages": [],
            "failed": failures[row],
            "presumed": list(view.presumed),
            "assumed": [],
        }
        for row in range(batch.n)
    ]


def _ground_of(found: ConditionSet, day: int) -> Status:
    if day < found.in_force:
        return Status.NOT_COVERED
    late = found.expires is not None and day > found.expires
    return Status.ASSUMED_RENEWED if late else Status.IN_FORCE


_ZH = {
    "city": "市", "district": "区县", "province": "省", "fund": "基金", "buyer": "付款方",
    "eligible": "基数", "amount": "金额", "rank": "排名", "rate": "比例", "cap": "封顶", "modifier": "调整",
    "overlap": "重叠", "envelope": "预算", "condition": "条件", "used": "已享受", "total-cap": "总额封顶",
    "halved": "减半", "difference": "补差", "deferred": "顺延", "scaled": "同比缩减", "refused": "不予安排",
    "not-covered": "未施行", "expired": "已失效", "in force": "有效期内", "run-off": "存续期内",
    "assumed renewed": "假定延续", "not covered": "未施行", "lapsed": "已失效",
}  # fmt: skip


def as_text(answer: dict[str, Any], lang: str) -> str:
    """One answer for reading on a screen."""
    zh = lang == "zh"

    def word(english: str) -> str:
        return _ZH.get(english, english) if zh else english

    lines = [f"{answer['instrument']}   ({word(answer['legal_status'])})"]
    if not answer["eligible"]:
        lines.append("不符合，原因：" if zh else "not eligible, because:")
        for one in answer["failed"]:
            given = f"   [{one['given']}]" if one.get("given") else ""
            lines.append(f"  - {one['condition']}   {one['clause']}{given}")
    elif answer["stages"] or answer["total"] != "0.00":
        total = f"{answer['total']} {'元' if zh else 'yuan'}"
        why = f"   ({word(answer['reason'])})" if answer["reason"] else ""
        lines.append(("合计 " if zh else "total ") + total + why)
        lines.append(
            "  " + "   ".join(f"{word(name)} {fen}" for name, fen in answer["shares"].items() if fen != "0.00")
        )
    else:
        lines.append("符合全部条件" if zh else "all conditions hold")
    for stage in answer["stages"]:
        why = f"   {word(stage['reason'])}" if stage["reason"] else ""
        lines.append(f"    {word(stage['stage']):<10}{stage['amount']:>18}{why}   {stage['clause']}")
    for entry in answer["payments"]:
        payer = f"{'支付' if zh else 'paid by'} {word(entry['paid_by'])}"
        lines.append(f"  {entry['date']}  {word(entry['bearer']):<9}{entry['amount']:>18}   {payer}")
    if answer["presumed"]:
        lines.append(("未提供、推定成立：" if zh else "presumed, not given: ") + ", ".join(answer["presumed"]))
    for text in answer["assumed"]:
        lines.append(("假定：" if zh else "assumed: ") + assumption(text, lang))
    return "\n".join(lines)
