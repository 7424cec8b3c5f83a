"""The switches of the simulation itself: the table ``[simulation]`` of a scenario."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SimulationOptions(BaseModel):
    """How often incubators admit, what becomes of deferred claims, how large the bridge fund is on the first day."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    intake: Literal["monthly", "daily"] = "monthly"
    deferred: Literal["next-year", "recorded"] = Field(
        default="next-year", description="serve deferred claims from the next year's money, or only record them"
    )
    fund_size: int | None = Field(default=None, ge=0, description="yuan; none: the size that the law prints")
    risk_pool: int = Field(default=0, ge=0, description="yuan in the risk pool on the first day; not printed")
