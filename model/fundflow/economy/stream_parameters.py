"""How a stream of claimants that are not firms is described in ``[economy.streams.<name>]``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from fundflow.base.draws import Draws
from fundflow.base.points import stratified


def _day_of_the_year(given: tuple[int, int]) -> tuple[int, int]:
    try:
        date(2021, *given)  # a year without a 29 February: the day must be there in every year
    except ValueError as error:
        raise ValueError(f"must be a month and a day of every year, not {list(given)}: {error}") from None
    return given


MonthDay = Annotated[tuple[int, int], AfterValidator(_day_of_the_year)]
"""Month and day."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Chance(_Frozen):
    """True with a probability."""

    kind: Literal["chance"]
    probability: float = Field(ge=0, le=1)


class Category(_Frozen):
    """One of the codes, by weight."""

    kind: Literal["category"]
    codes: tuple[int, ...]
    weights: tuple[float, ...]

    @model_validator(mode="after")
    def _same_length(self) -> Self:
        if len(self.codes) != len(self.weights):
            raise ValueError("codes and weights must be equally many")
        return self


class Money(_Frozen):
    """Lognormal amount with this mean (yuan) and sigma of the logarithm, cut to whole yuan and to a range."""

    kind: Literal["money"]
    mean: float = Field(gt=0)
    sigma: float = Field(ge=0)
    least: float = 0.0
    most: float = 1e12


class Share(_Frozen):
    """Uniform share between two bounds, in parts per million."""

    kind: Literal["share"]
    low: float
    high: float


class Whole(_Frozen):
    """Whole number between two bounds, both included."""

    kind: Literal["whole"]
    low: int
    high: int


class Part(_Frozen):
    """A share of an earlier money attribute, between two bounds, cut to whole fen."""

    kind: Literal["part"]
    of: str
    low: float
    high: float


class Multiple(_Frozen):
    """Lognormal ratio with this mean and sigma of the logarithm, in parts per million: what becomes of a yuan."""

    kind: Literal["multiple"]
    mean: float = Field(gt=0)
    sigma: float = Field(ge=0)
    most: float = Field(default=100.0, gt=0)


class Product(_Frozen):
    """Two earlier whole numbers multiplied."""

    kind: Literal["product"]
    of: tuple[str, str]


Attribute = Annotated[
    Chance | Category | Money | Share | Whole | Part | Multiple | Product, Field(discriminator="kind")
]


class Applicants(_Frozen):
    """Institutions that apply for a recognition: what each is like, and which share of them the law lets through.

    The yearly number of those recognised is stated elsewhere; over ``passing`` it is the number that applies, so that
    the law of the day gives the stated number and a stricter one fewer.
    """

    passing: float = Field(gt=0, le=1)
    attributes: dict[str, Attribute]
    evidence: Literal["A", "B", "C"]
    source: str = Field(min_length=3)


class Later(_Frozen):
    """A further event of the same claimants: ``times`` times, first after some months, then a year apart.

    Before each event a claimant stays with the ``chance``; who has left does not come back. ``number`` is a fact that
    says how often the event came before.
    """

    trigger: str
    months: int = Field(default=0, ge=0)
    times: int = Field(default=1, ge=1, le=10)
    chance: float = Field(default=1.0, ge=0, le=1)
    number: str | None = None


class Stream(_Frozen):
    """Claimants of one kind: how many a year, where, when, and what each is like.

    ``trigger`` is the event that opens instruments; ``then`` a second event, ``months`` and ``days_after`` later (two
    attributes). ``later`` lists events of the years after, with the same facts. ``every`` 2 lets them come in even
    years only. Attributes are facts of the policy by the same names.
    """

    trigger: str
    then: str | None = None
    later: tuple[Later, ...] = ()
    every: int = Field(default=1, ge=1)

    yearly: float = Field(ge=0)
    low: float | None = None
    high: float | None = None
    growth: float = 0.0
    until: int = 9999
    id_kind: Literal["PROJECT", "CONTRACT", "UNIT"] = "UNIT"
    fixed_number: bool = False
    zones: Literal["high_tech", "cities", "even"] | tuple[float, ...] = "high_tech"
    first_day: MonthDay = (1, 1)
    last_day: MonthDay = (12, 31)
    attributes: dict[str, Attribute] = {}
    evidence: Literal["A", "B", "C"]
    source: str = Field(min_length=3)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("give both low and high, or none")
        if self.low is not None and self.high is not None and not self.low <= self.yearly <= self.high:
            raise ValueError(f"yearly {self.yearly} must lie between low {self.low} and high {self.high}")
        return self

    @property
    def triggers(self) -> tuple[str, ...]:
        """Every event that the stream raises."""
        return (self.trigger, *([self.then] if self.then else []), *(one.trigger for one in self.later))

    def drawn(self, name: str, draws: Draws, fixed: bool, scale: float) -> Stream:
        """The stream with its yearly number drawn and scaled to the population."""
        yearly = self.yearly
        if not fixed and self.low is not None and self.high is not None:
            u = stratified(draws, f"parameter:streams.{name}")
            yearly = self.low + u * (self.high - self.low)
        return self.model_copy(update={"yearly": yearly * scale})
