"""What a document's file says of rules that no instrument carries out: targets, no outlay, repeats, gaps, procedure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fundflow.policy import table
from fundflow.policy.faults import Faults
from fundflow.policy.table import Table

Both = tuple[str, str]


@dataclass(frozen=True)
class Gap:
    """A promise without a number, or a volume that nobody knows: why, and which number would be needed."""

    rule: str
    reason: Both
    needs: Both


@dataclass
class Register:
    """The rules that are named and not carried out, of one file or of the whole catalogue.

    Attributes
    ----------
    targets, no_outlay
        Rule ids.
    same_as
        A rule that restates another, and that other.
    gaps
        By rule id.
    procedural
        Mere procedure, with the reason in English and Chinese.
    homes
        The file in which each rule is registered.
    """

    targets: dict[str, None] = field(default_factory=dict)
    no_outlay: dict[str, None] = field(default_factory=dict)
    same_as: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)
    procedural: dict[str, Both] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)

    @property
    def rules(self) -> dict[str, None]:
        """Every rule that is registered."""
        return dict.fromkeys([*self.targets, *self.no_outlay, *self.same_as, *self.gaps, *self.procedural])

    def add(self, other: Register, faults: Faults) -> None:
        """Take in the register of another file; a rule stands in one place only."""
        for rule, home in other.homes.items():
            if rule in self.homes:
                faults.add(f"{home}: register, {rule}", f"is registered twice, also in {self.homes[rule]}")
        self.targets.update(other.targets)
        self.no_outlay.update(other.no_outlay)
        self.same_as.update(other.same_as)
        self.gaps.update(other.gaps)
        self.procedural.update(other.procedural)
        self.homes.update(other.homes)


def _gap(rule: str) -> Any:
    def read(raw: Any) -> Gap:
        if not isinstance(raw, dict) or set(raw) - {"en", "zh", "needs"}:
            raise ValueError('must be { en = "...", zh = "...", needs = { en = "...", zh = "..." } }')
        reason = table.names({key: value for key, value in raw.items() if key != "needs"})
        if "needs" not in raw:
            raise ValueError("needs is missing: which number would be needed")
        return Gap(rule, reason, table.names(raw["needs"]))

    return read


def read_register(file: str, raw: Mapping[str, Any], faults: Faults) -> Register:
    """Read the table ``[register]`` of a file."""
    source = Table(raw, f"{file}: register", faults)
    found = Register()
    found.targets.update(dict.fromkeys(source.get("targets", table.texts, ())))
    found.no_outlay.update(dict.fromkeys(source.get("no_outlay", table.texts, ())))
    for key, kept, reader in (
        ("same_as", found.same_as, lambda rule: table.text),
        ("gaps", found.gaps, _gap),
        ("procedural", found.procedural, lambda rule: table.names),
    ):
        inner = source.table(key)
        if inner is not None:
            for rule in inner.raw:
                value = inner.get(rule, reader(rule))
                if value is not None:
                    kept[rule] = value
    source.finish()
    groups = [list(one) for one in (found.targets, found.no_outlay, found.same_as, found.gaps, found.procedural)]
    for rule in (rule for group in groups for rule in group):
        if rule in found.homes:
            faults.add(f"{file}: register, {rule}", "stands in two parts of the register")
        found.homes[rule] = file
    return found
