"""What a scenario may say. Sections of other packages are tables here; their owners say what is allowed."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    field_validator,
    model_validator,
)

from fundflow.base.money import parse_fen
from fundflow.scenario.frozen import FrozenTable, freeze, thaw
from fundflow.scenario.toml_text import canonical, to_toml
from fundflow.scenario.uncertainty import Uncertainty, laid_policy

M = TypeVar("M", bound=BaseModel)
FIRST_DAY = dt.date(2021, 1, 1)
LAST_YEAR = 2060
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_YEAR = re.compile(r"^\d{4}$")

Table = Annotated[dict[str, Any], AfterValidator(freeze)]
Line = Annotated[str, Field(min_length=1, max_length=500)]
AFTER_EXPIRY = ("renewed", "lapses")
ALWAYS = "every_year"
UNLIMITED = "unlimited"


def _after_expiry(given: Any) -> str | dict[str, str]:
    """Read what follows the end of validity: one word, or one for each document and ``default``."""
    choices = given if isinstance(given, dict) else {"": given}
    wrong = [
        f"{key} = {value}".removeprefix(" = ") for key, value in choices.items() if value not in AFTER_EXPIRY
    ]
    if wrong or not choices:
        raise ValueError(
            f'must be "renewed" or "lapses", or a table of these by document: {"; ".join(wrong)}'
        )
    return freeze(given)  # type: ignore[no-any-return]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PopulationChoice(_Section):
    """Which initial population: how many firms, and the seed that places them."""

    size: int = Field(default=60_000, ge=30, le=5_000_000)
    seed: int = Field(default=1, ge=0, lt=2**63)


class PolicyChoice(_Section):
    """What the scenario changes in the law.

    Attributes
    ----------
    after_expiry
        What happens when a document's validity ends: for all documents, or by document with ``default``.
    changes
        By instrument, the keys of the catalogue to replace; a table of dates gives each value its first day.
    readings
        Other readings of open questions, by name.
    envelopes
        Yearly amounts of city money: one for every year, or a table of years (each holds until the next).
    catalogue
        A folder of further documents, seen from the scenario's file; empty for none.
    """

    after_expiry: Annotated[str | dict[str, str], PlainValidator(_after_expiry)] = "renewed"
    changes: Table = Field(default_factory=FrozenTable)
    readings: Table = Field(default_factory=FrozenTable)
    envelopes: Table = Field(default_factory=FrozenTable)
    catalogue: str = ""

    @field_validator("changes", "readings")
    @classmethod
    def _dates_are_dates(cls, table: dict[str, Any]) -> dict[str, Any]:
        wrong = _wrong_dates(table, "")
        if wrong:
            raise ValueError("; ".join(wrong))
        return table

    @field_validator("envelopes")
    @classmethod
    def _amounts_by_year(cls, table: dict[str, Any]) -> dict[str, Any]:
        wrong = [text for name, given in table.items() for text in _wrong_amounts(name, given)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return table

    def envelope(self, name: str, year: int) -> int | None:
        """City money of an envelope in a fiscal year, in fen; None where it is not limited."""
        given = self.envelopes.get(name, UNLIMITED)
        if isinstance(given, dict):
            years = sorted(int(key) for key in given if key != ALWAYS and int(key) <= year)
            given = given[str(years[-1])] if years else given.get(ALWAYS, UNLIMITED)
        return None if given == UNLIMITED else parse_fen(given)


class ObservedChoice(_Section):
    """Actuals that a run is read with: a file seen from the scenario's own, and how near replications must come.

    Attributes
    ----------
    file
        CSV of what was paid, awarded and counted (docs/actuals.md).
    tolerance
        Scale of the kernel: a replication that is off by the factor exp(tolerance) throughout weighs exp(-1/2).
    """

    file: Line
    tolerance: float = Field(default=0.2, gt=0, le=10)


class Scenario(_Section):
    """One question: what is assumed about law, economy and luck. Frozen; its digest names it.

    With ``volumes`` "evidenced" instruments whose volume is assumed (grade C) are off.
    ``economy``, ``response`` and ``simulation`` are the tables that those packages validate (``section``).
    """

    title: Line
    author: Line
    date: dt.date
    reason: Line
    name: Annotated[str, Field(pattern=r"^[\w.-]{1,80}$")] = "scenario"
    start: dt.date = FIRST_DAY
    end: dt.date = dt.date(2035, 12, 31)
    budget_year: int = Field(default=2027, ge=2021, le=LAST_YEAR)
    seed: int = Field(default=1, ge=0, lt=2**63)
    replications: int = Field(default=40, ge=1, le=100_000)
    fixed_parameters: bool = False
    volumes: Literal["all", "evidenced"] = "all"
    observed: ObservedChoice | None = None
    population: PopulationChoice = PopulationChoice()
    policy: PolicyChoice = PolicyChoice()
    uncertainty: Uncertainty = Uncertainty()
    economy: Table = Field(default_factory=FrozenTable)
    response: Table = Field(default_factory=FrozenTable)
    simulation: Table = Field(default_factory=FrozenTable)

    @field_validator("start")
    @classmethod
    def _starts_with_the_population(cls, start: dt.date) -> dt.date:
        if start != FIRST_DAY:
            raise ValueError(f"must be {FIRST_DAY}: the initial population is that of this day")
        return start

    @field_validator("end")
    @classmethod
    def _ends_with_a_year(cls, end: dt.date) -> dt.date:
        if not FIRST_DAY.year <= end.year <= LAST_YEAR or (end.month, end.day) != (12, 31):
            raise ValueError(f"must be a 31 December from {FIRST_DAY.year} to {LAST_YEAR}")
        return end

    @model_validator(mode="after")
    def _budget_year_is_simulated(self) -> Self:
        if not self.start.year <= self.budget_year <= self.end.year:
            raise ValueError(f"budget_year must lie between {self.start.year} and {self.end.year}")
        return self

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers of uncertainty that a replication draws: luck alone with ``fixed_parameters``."""
        return ("luck",) if self.fixed_parameters else tuple(self.uncertainty.layers)

    def with_policy(self, changes: Mapping[str, Any]) -> Self:
        """The scenario with tables of ``[policy]`` laid over its own.

        Raises
        ------
        pydantic.ValidationError
            If the result is no table of the law.
        """
        own = thaw(self.policy.model_dump())
        return self.model_copy(update={"policy": PolicyChoice.model_validate(laid_policy(own, changes))})

    @property
    def digest(self) -> str:
        """SHA-256 of all that can change a replication; not of their number, nor of actuals that they are read with."""
        beside = ("name", "replications", "observed")
        content = {key: value for key, value in self.tables().items() if key not in beside}
        content["uncertainty"] = self.uncertainty.deciding(self.layers)
        return hashlib.sha256(canonical(content).encode()).hexdigest()

    def tables(self) -> dict[str, Any]:
        """Give the scenario as ordinary tables."""
        whole = {
            key: value for key, value in thaw(self.model_dump()).items() if value != {} and value is not None
        }
        if not self.policy.catalogue:
            del whole["policy"]["catalogue"]
        return whole

    def to_toml(self) -> str:
        """Write the resolved scenario, without replications and actuals; loaded again it has the same digest."""
        beside = ("replications", "observed")
        return to_toml({key: value for key, value in self.tables().items() if key not in beside})

    def section(self, name: str, model: type[M]) -> M:
        """Read the table of another package by that package's model.

        Raises
        ------
        ScenarioFaults
            With every fault of the table.
        """
        from fundflow.scenario.checking import check_section

        return check_section(name, thaw(getattr(self, name)), model)


def _wrong_dates(table: dict[str, Any], path: str) -> list[str]:
    """Find tables that mix dates with other keys, or name days that no calendar has."""
    wrong = []
    days = [key for key in table if _DAY.match(key)]
    if days and len(days) < len(table.keys() - {"always"}):
        others = sorted(table.keys() - {*days, "always"})
        wrong.append(
            f"{path or 'the table'} mixes dates with {', '.join(others)}; a dated value has dates alone"
        )
    for day in days:
        try:
            dt.date.fromisoformat(day)
        except ValueError:
            wrong.append(f"{path}.{day} is no day of the calendar")
    for key, value in table.items():
        if isinstance(value, dict):
            wrong += _wrong_dates(value, f"{path}.{key}" if path else key)
    return wrong


def _wrong_amounts(name: str, given: Any) -> list[str]:
    amounts = given if isinstance(given, dict) else {ALWAYS: given}
    wrong = [
        f"{name}.{key} must be a year or {ALWAYS}"
        for key in amounts
        if not (_YEAR.match(key) or key == ALWAYS)
    ]
    for key, amount in amounts.items():
        where = f"{name}.{key}" if isinstance(given, dict) else name
        if amount == UNLIMITED:
            continue
        try:
            if parse_fen(amount) < 0:
                wrong.append(f"{where} must be zero or more")
        except (ValueError, ArithmeticError):
            wrong.append(f'{where} must be money such as "2亿" or 200000000, or "{UNLIMITED}"')
    return wrong
