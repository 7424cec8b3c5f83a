"""How unsure a forecast is told to be: which layers vary, readings and discretion of the law, and named policy risks.

The table ``[uncertainty]`` of a scenario. Four layers, each a set of draws of its own:

* ``luck``: what happens to each firm and in each year; always there;
* ``parameters``: the numbers of ``[economy]`` that have a range;
* ``readings``: answers to what the law leaves open, and what is paid of an amount that it only limits;
* ``risks``: named events of policy, each with a probability and what it changes in ``[policy]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from fundflow.base.money import parse_rate
from fundflow.scenario.faults import nearest
from fundflow.scenario.frozen import FrozenTable, freeze

LAYERS = ("luck", "parameters", "readings", "risks")
CERTAINTIES = ("open", "likely", "sure")
POLICY_KEYS = ("after_expiry", "changes", "readings", "envelopes")
NAMES = ("zh", "en")

Layer = Literal["luck", "parameters", "readings", "risks"]
Probability = Annotated[float, Field(ge=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _policy_alone(changes: dict[str, Any]) -> dict[str, Any]:
    """Hold what a risk changes to keys of ``[policy]``; what they may hold is checked where the law is read."""
    if not changes:
        raise ValueError('must name at least one change, such as { policy.after_expiry = "lapses" }')
    wrong = [f"{key}: unknown{nearest(key, ['policy'])}" for key in changes if key != "policy"]
    law = changes.get("policy", {})
    if not isinstance(law, Mapping):
        raise ValueError("policy must be a table")
    wrong += [f"policy.{key}: unknown{nearest(key, POLICY_KEYS)}" for key in law if key not in POLICY_KEYS]
    if wrong:
        raise ValueError("; ".join(wrong))
    return freeze(changes)  # type: ignore[no-any-return]


class Risk(_Section):
    """An event of policy: it happens in a replication with its probability, and then changes the law as it says.

    Attributes
    ----------
    name
        What reports call it, by language.
    changes
        Keys of ``[policy]`` as a scenario writes them, laid over the scenario's own.
    """

    name: Annotated[dict[str, str], AfterValidator(freeze)] = Field(default_factory=FrozenTable)
    probability: Probability
    changes: Annotated[dict[str, Any], AfterValidator(_policy_alone)]

    @field_validator("name")
    @classmethod
    def _languages(cls, name: dict[str, str]) -> dict[str, str]:
        wrong = [f"{key}: unknown{nearest(key, NAMES)}" for key in name if key not in NAMES]
        if wrong:
            raise ValueError("; ".join(wrong))
        return name


class Discretion(_Section):
    """What is paid of an amount that the law only limits, evenly between two shares of it.

    ``together`` says who shares a draw: all amounts of one ``department``, or each ``instrument`` by itself.
    """

    low: str | Decimal = "60%"
    high: str | Decimal = "100%"
    together: Literal["department", "instrument"] = "department"

    @field_validator("low", "high")
    @classmethod
    def _is_a_share(cls, given: str | Decimal) -> str | Decimal:
        try:
            share = parse_rate(given)
        except (ValueError, ArithmeticError):
            raise ValueError('must be a share such as "60%"') from None
        if not 0 <= share <= 1:
            raise ValueError("must lie between 0% and 100%")
        return given

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.bounds[0] > self.bounds[1]:
            raise ValueError(f"low {self.low} must not be over high {self.high}")
        return self

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """Both shares, exact."""
        return parse_rate(self.low), parse_rate(self.high)


class Uncertainty(_Section):
    """What varies between replications.

    Attributes
    ----------
    layers
        Those that a run draws, luck among them.
    readings
        Chance that another answer holds than the one taken, by reading or by how sure the one taken is (``open``,
        ``likely``, ``sure``). By default even odds for open readings, none for others. A reading that the scenario
        states itself is settled, unless it is named here.
    risks
        By name.
    """

    layers: tuple[Layer, ...] = ("luck", "parameters")
    readings: Annotated[dict[str, Probability], AfterValidator(freeze)] = Field(
        default_factory=lambda: FrozenTable({"open": 0.5})
    )
    discretion: Discretion = Discretion()
    risks: Annotated[dict[str, Risk], AfterValidator(freeze)] = Field(default_factory=FrozenTable)

    @field_validator("layers", mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        if isinstance(given, str):
            given = [part.strip() for part in given.split(",")]
        if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
            raise ValueError(f"must be a list of {', '.join(LAYERS)}")
        wrong = [f'"{one}"{nearest(one, LAYERS)}' for one in given if one not in LAYERS]
        if wrong:
            raise ValueError(f"must be a list of {', '.join(LAYERS)}: {'; '.join(wrong)}")
        if "luck" not in given:
            raise ValueError("must hold luck: it cannot be left out")
        return tuple(one for one in LAYERS if one in given)

    @field_validator("readings")
    @classmethod
    def _never_negative(cls, table: dict[str, float]) -> dict[str, float]:
        return freeze({"open": 0.5} | dict(table))  # type: ignore[no-any-return]

    def deciding(self, layers: tuple[str, ...]) -> dict[str, Any]:
        """What of this table can change a replication that draws these layers."""
        whole = self.model_dump(mode="python")
        kept: dict[str, Any] = {"layers": list(layers)}
        if "readings" in layers:
            kept |= {"readings": whole["readings"], "discretion": whole["discretion"]}
        if "risks" in layers:
            kept["risks"] = {
                name: {key: value for key, value in one.items() if key != "name"}
                for name, one in whole["risks"].items()
            }
        return kept


_WORD_AS_TABLE = {"after_expiry": "default", "envelopes": "every_year", "changes": "always"}
"""Under which key a single value stands once other keys are laid over it, by table of ``[policy]``."""


def laid_policy(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables of ``[policy]`` laid over others: tables merge, everything else replaces.

    A single value under a table holds for what the table does not name: ``"renewed"`` under one document that lapses,
    one yearly amount under an amount of 2027.
    """
    return {**under, **{key: _laid(under.get(key), value, _WORD_AS_TABLE.get(key, "")) for key, value in over.items()}}


def _laid(under: Any, over: Any, word: str) -> Any:
    if not isinstance(over, Mapping):
        return over
    if not isinstance(under, Mapping):
        under = {word: under} if word and under is not None else {}
    return {**under, **{key: _laid(under.get(key), value, word) for key, value in over.items()}}
