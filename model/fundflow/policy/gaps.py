"""``fundflow policy gaps``: promises without a number, what number is needed, and every assumed value in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fundflow.policy.assumptions import assumption
from fundflow.policy.catalogue import Catalogue
from fundflow.policy.instrument import Instrument
from fundflow.policy.rulebook import rulebook

WORDS = {
    "en": {
        "gaps": "promised without a number, not modelled",
        "needed": "needed",
        "off": "off by default: no number in the text, an assumed one may be switched on",
        "switch": "[policy.changes.{}] active = true",
        "assumed": "assumed values in use: law",
        "sharing": "shares of bearers, for",
        "readings": "answers taken where the text is silent (docs/readings.md)",
        "economy": "assumed values in use: economy",
        "empty": "streams without cases: nobody knows how many come",
    },
    "zh": {
        "gaps": "承诺而无数额，未建模",
        "needed": "需要",
        "off": "默认关闭：文中无数额，可按假定值开启",
        "switch": "[policy.changes.{}] active = true",
        "assumed": "使用中的假定值：政策",
        "sharing": "分担比例，适用于",
        "readings": "文义不明之处所取的读法（docs/readings.md）",
        "economy": "使用中的假定值：经济",
        "empty": "没有案例的来源：无人知道数量",
    },
}


CERTAINTY = {"open": ("open", "未定"), "likely": ("likely", "较有把握")}


def gaps_of(catalogue: Catalogue, economy: Mapping[str, Any] | None, lang: str) -> dict[str, Any]:
    """Collect what the model does not know.

    Parameters
    ----------
    economy
        The economy of a scenario as plain tables; None for the law alone.

    Returns
    -------
    dict
        ``gaps`` (rule, name, document, clause, reason, needs), ``off`` (instruments with an assumed number that a
        scenario may switch on), ``assumed`` (where, what), ``readings`` (answers that are not sure), ``sharing``, and
        with a scenario ``economy`` and ``empty``.
    """
    zh = lang == "zh"
    rules = rulebook()
    gaps = []
    for gap in catalogue.register.gaps.values():
        rule = rules.get(gap.rule)
        gaps.append(
            {
                "rule": gap.rule,
                "name": "" if rule is None else (rule.name_zh if zh else rule.name_en),
                "document": rule.document if rule else "",
                "clause": rule.clause if rule else "",
                "reason": gap.reason[zh],
                "needs": gap.needs[zh],
            }
        )
    instruments = catalogue.instruments.values()
    on = [one for one in instruments if _ever_active(one)]
    funds = [one for one in catalogue.funds.values() if any(active for _, active in one.active.versions)]
    lists = {one.sharing.on(one.in_force).id for one in on}
    found: dict[str, Any] = {
        "gaps": gaps,
        "off": [
            {
                "instrument": one.id,
                "name": one.name_zh if zh else one.name_en,
                "assumed": [assumption(text, lang) for text in one.assumed],
            }
            for one in instruments
            if not _ever_active(one)
        ],
        "assumed": [
            *({"instrument": one.id, "assumed": assumption(text, lang)} for one in on for text in one.assumed),
            *({"instrument": one.id, "assumed": assumption(text, lang)} for one in funds for text in one.assumed),
        ],
        "readings": [
            {
                "reading": one.id,
                "number": one.number,
                "question": one.question_zh if zh else one.question_en,
                "taken": str(one.value),
                "certainty": one.certainty,
            }
            for one in catalogue.readings.values()
            if one.certainty != "sure"
        ],
        "sharing": [
            {
                "list": name,
                "assumed": catalogue.cost_sharing[name].assumed[zh],  # type: ignore[index]
                "instruments": [one.id for one in on if one.sharing.on(one.in_force).id == name],
            }
            for name in sorted(lists)
            if catalogue.cost_sharing[name].assumed is not None
        ],
    }
    if economy is not None:
        found["economy"] = list(_assumed(economy, ""))
        found["empty"] = [
            {"stream": name, "source": one["source"]}
            for name, one in economy.get("streams", {}).items()
            if not one["yearly"] and not one.get("high")
        ]
    return found


def _ever_active(one: Instrument) -> bool:
    return any(active for _, active in one.active.versions)


def _assumed(table: Mapping[str, Any], path: str) -> Any:
    """Every value whose source says that it is assumed."""
    source = table.get("source")
    if isinstance(source, str) and source.startswith("assumed"):
        value = table.get("value", table.get("yearly"))
        yield {"value": path, "is": value, "assumed": source.removeprefix("assumed").lstrip(": ") or "-"}
    for key, inner in table.items():
        if isinstance(inner, Mapping):
            yield from _assumed(inner, f"{path}.{key}" if path else key)


def as_text(found: Mapping[str, Any], lang: str) -> str:
    """Write the gaps for a person, by document."""
    words = WORDS[lang]
    lines = [f"{words['gaps']} ({len(found['gaps'])})"]
    for document in dict.fromkeys(one["document"] for one in found["gaps"]):
        lines += ["", document or "-"]
        for one in found["gaps"]:
            if one["document"] == document:
                lines.append(f"  {one['rule']}   {one['name']} [{one['clause']}]")
                lines.append(f"    {one['reason']}; {words['needed']}: {one['needs']}")
    if found["off"]:
        lines += ["", f"{words['off']} ({len(found['off'])})"]
        for one in found["off"]:
            lines.append(f"  {one['instrument']}   {one['name']}   {words['switch'].format(one['instrument'])}")
            lines += [f"    {text}" for text in one["assumed"]]
    lines += ["", f"{words['assumed']} ({len(found['assumed']) + len(found['sharing'])})"]
    for text in dict.fromkeys(one["assumed"] for one in found["assumed"]):
        lines.append(f"  {', '.join(one['instrument'] for one in found['assumed'] if one['assumed'] == text)}")
        lines.append(f"    {text}")
    for one in found["sharing"]:
        lines.append(f"  {one['list']}: {one['assumed']}")
        lines.append(f"    {words['sharing']} {', '.join(one['instruments'])}")
    lines += ["", f"{words['readings']} ({len(found['readings'])})"]
    for one in found["readings"]:
        sure = CERTAINTY[one["certainty"]][lang == "zh"]
        lines.append(f"  {one['number']:>3}  {one['question']}: {one['taken']} ({sure})   {one['reading']}")
    if "economy" in found:
        lines += ["", f"{words['economy']} ({len(found['economy'])})"]
        lines += [f"  {one['value']} = {one['is']}   {one['assumed']}" for one in found["economy"]]
        lines += ["", f"{words['empty']} ({len(found['empty'])})"]
        lines += [f"  {one['stream']}   {one['source']}" for one in found["empty"]]
    return "\n".join(lines)
