"""What the law does not say of a fund that invests: ``[economy.funds.<name>]``."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class FundStart(BaseModel):
    """The money of the first day, how the manager's years are judged, and how often losses are made good.

    ``opening`` is in yuan and for the whole city; it is scaled with the population like the streams of partners.
    ``excellent`` and ``fail`` are the parts of years with these grades; the others pass.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    opening: float = Field(default=0, ge=0, le=1e13)
    excellent: float = Field(default=0.0, ge=0, le=1)
    fail: float = Field(default=0.0, ge=0, le=1)
    approves_loss_cover: float = Field(default=1.0, ge=0, le=1)
    evidence: Literal["A", "B", "C"]
    source: str = Field(min_length=3)

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.excellent + self.fail > 1:
            raise ValueError("excellent and fail are more than all years")
        return self

    def scaled(self, scale: float) -> FundStart:
        """The fund of a part of the city, in whole yuan."""
        return self.model_copy(update={"opening": float(round(self.opening * scale))})
