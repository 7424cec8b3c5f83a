"""How an event of firms of the model is described in ``[economy.firm_events.<name>]``: who, how many, when."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fundflow.base.draws import Draws
from fundflow.base.points import stratified
from fundflow.economy.stream_parameters import Attribute, MonthDay

FIGURES = ("sales", "rd", "staff", "assets")
"""Figures of a firm that an event may read: what was last reported on its day."""


class Figure(BaseModel):
    """A figure of the firm as last reported; money in fen."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    kind: Literal["figure"]
    of: Literal["sales", "rd", "staff", "assets"]


FirmAttribute = Annotated[Attribute | Figure, Field(discriminator="kind")]


class FirmEvent(BaseModel):
    """One kind of event: which firms may have it, how many have it in a year, on which days, with which facts.

    ``occurs`` is ``drawn`` (by ``chance`` for each firm, or for ``places`` firms in the city) or ``listed`` or
    ``acquired`` (the firm model's own events). ``again`` says whether a firm may have it ``never`` again, when its
    standing has ``ended``, or ``always``. A standing lasts ``standing_months`` (none: for good); ``needs`` names the
    event whose standing the firm must hold. ``loan_trigger`` is raised each 31 March for those who held the standing
    in the year before and had a bank loan then. Money is in yuan, as in the scenario file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    trigger: str
    occurs: Literal["drawn", "listed", "acquired"] = "drawn"
    chance: float | None = Field(default=None, ge=0, le=1)
    places: float | None = Field(default=None, ge=0)
    low: float | None = None
    high: float | None = None
    rank_by: Literal["lot", "sales", "rd"] = "lot"
    again: Literal["never", "ended", "always"] = "never"
    standing_months: int | None = Field(default=None, ge=1)
    needs: str | None = None
    since: int = 0
    until: int = 9999
    first_day: MonthDay = (1, 1)
    last_day: MonthDay = (12, 31)

    least_sales: float = Field(default=0, ge=0)
    most_sales: float = Field(default=1e15, ge=0)
    least_rd: float = Field(default=0, ge=0)
    least_staff: int = Field(default=0, ge=0)
    most_staff: int = Field(default=10**9, ge=0)
    least_age: int = 0
    fields: tuple[int, ...] = ()
    certified: bool = False
    industrial: bool = False

    attributes: dict[str, FirmAttribute] = {}
    loan_trigger: str | None = None
    loan_attributes: dict[str, FirmAttribute] = {}
    evidence: Literal["A", "B", "C"]
    source: str = Field(min_length=3)

    @property
    def triggers(self) -> tuple[str, ...]:
        """The events that it raises."""
        return (self.trigger,) if self.loan_trigger is None else (self.trigger, self.loan_trigger)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        given = self.chance if self.chance is not None else self.places
        if self.occurs == "drawn" and (self.chance is None) == (self.places is None):
            raise ValueError("a drawn event has either chance or places")
        if self.occurs != "drawn" and given is not None:
            raise ValueError("an event of the firm model has neither chance nor places")
        if (self.low is None) != (self.high is None):
            raise ValueError("give both low and high, or none")
        if self.low is not None and self.high is not None and (given is None or not self.low <= given <= self.high):
            raise ValueError(f"the number {given} must lie between low {self.low} and high {self.high}")
        return self

    def drawn(self, name: str, draws: Draws, fixed: bool, scale: float) -> FirmEvent:
        """The event with its yearly number drawn; places are scaled to the population, a chance is not."""
        key = "chance" if self.chance is not None else "places"
        value = getattr(self, key)
        if value is None:
            return self
        if not fixed and self.low is not None and self.high is not None:
            u = stratified(draws, f"parameter:firm_events.{name}")
            value = self.low + u * (self.high - self.low)
        return self.model_copy(update={key: value if key == "chance" else value * scale})
