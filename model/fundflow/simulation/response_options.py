"""Whether firms respond to what the law pays for R&D, and how strongly: the table ``[response]`` of a scenario."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from fundflow.economy.parameters import Number

SOURCE = (
    "assumed: about -1 in the long run (Hall and Van Reenen 2000, Research Policy 29, 449-469; Bloom, Griffith and "
    "Van Reenen 2002, J. Public Economics 85, 1-31, with -0.14 in the short run), 1.5 "
    "as the upper end; nothing observed in Hangzhou"
)


class ResponseOptions(BaseModel):
    """The response of R&D to its price; off, so that a forecast is static unless a scenario asks.

    Attributes
    ----------
    elasticity
        Percent by which the R&D that a firm aims at rises when a yuan of it costs one percent less.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    on: bool = False
    elasticity: Number = Field(default=Number(value=1.0, low=0.14, high=1.5, source=SOURCE))

    @field_validator("elasticity", mode="before")
    @classmethod
    def _is_a_number(cls, given: Any) -> Any:
        if isinstance(given, str | bool):
            raise ValueError("must be a number, 0 or more, such as 0.5")
        return given

    @field_validator("elasticity")
    @classmethod
    def _lowers_no_rnd(cls, given: Number) -> Number:
        if not 0 <= (given.value if given.low is None else given.low) <= given.value <= 10:
            raise ValueError("must lie between 0 and 10 (percent more R&D for one percent less cost)")
        return given
