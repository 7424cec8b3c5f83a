"""The numbers of the economy: each with its value, its range where it is uncertain, and its source.

``Economy`` names every number once, with its type. ``EconomyParameters`` is the same list as the ``[economy]``
table of a scenario holds it: a table ``{value, low, high, source}`` for each name. Drawing turns the second into
the first.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from fundflow.base.draws import Draws
from fundflow.economy.firm_event_parameters import FirmEvent
from fundflow.economy.fund_parameters import FundStart
from fundflow.economy.shared_draws import shared
from fundflow.economy.stream_parameters import Applicants, Stream

Fen = Annotated[int, "fen"]
"""Money: yuan in the scenario file, fen in ``Economy``."""
Count = Annotated[float, "count"]
"""A yearly number for the whole city: scaled with the size of the population."""
Places = Annotated[int, "count"]
"""A whole number for the whole city: scaled, and at least one."""
Ppm = Annotated[int, "ppm"]
"""An exact rate: a share in the file, parts per million in ``Economy``."""
Path_ = tuple[float, ...]
"""Yearly values from 2021 on; the last one continues. Or one value for each zone, field or age."""


class Economy(BaseModel):
    """The numbers that one replication runs with. Plain floats, integers and tuples; money in fen."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    scale: float = 1.0

    # founding
    births: Count
    birth_growth: float
    zone_weights: Path_
    field_weights: Path_
    industrial_shares: Path_
    special_shares: Path_
    talent_share: float
    rd_at_birth: float
    birth_sales: Fen
    birth_sales_sigma: float
    birth_staff: float
    birth_intensity: float

    # leaving
    exit_hazards: Path_
    exit_multiplier: float
    exit_size_exponent: float
    exit_rd_factor: float

    # growth
    sales_growth: Path_
    young_growth: float
    growth_sd: float
    growth_size_exponent: float
    rd_growth: Path_
    rd_growth_shift: float
    rd_net_entry: Path_
    rd_rise_speed: float
    rd_cut_speed: float
    intensity_sd: float
    intensity_median: float
    intensity_sigma: float
    transitory_share: float
    rd_start: float
    rd_stop: float
    tax_ratio: float
    tax_ratio_sigma: float
    tax_noise: float
    cert_ratio: float
    cert_ratio_sigma: float
    gov_share: float
    gov_part: float
    ip_share: float
    ip_rate: float
    pct_per_right: float
    st_share: float
    staff_elasticity: float
    assets_elasticity: float

    # the common factor
    common_persistence: float
    sales_loading: float
    rd_loading: float
    birth_loading: float
    exit_loading: float
    loan_loading: float
    takeup_loading: float
    field_persistence: float
    field_sd: float

    # hazards
    venture_hazard: float
    venture_mean: Fen
    venture_sigma: float
    sold_hazard: float
    listed_hazard: float

    # makerspaces and incubators as a firm sees them
    makerspace_wish: float
    incubator_wish: float
    incubator_wait_months: int
    incubator_retry_months: int
    incubator_attempts: int

    # recognition
    high_tech_wish: float
    high_tech_renewal: float
    high_tech_acceptance: float
    sme_wish: float
    sme_renewal: float
    sme_of_high_tech: float
    eaglet_wish: float
    eaglet_places: Places
    eaglet_filing: float
    incident_rate: float
    fraud_share: float
    tax_claim: float
    statistics_reported: float

    # what the law leaves to a district
    locality_opts_in: float

    # loans and the bridge fund
    loan_share: float
    loan_start: float
    loan_ratio: float
    loan_ratio_sigma: float
    loan_margin: Ppm
    renewal: float
    bridge_wish: float
    bridge_days_mean: float
    bridge_default: float
    lpr_long_run: Ppm
    lpr_long_run_year: int

    # key R&D projects of firms
    key_wish: float
    key_places: Places
    key_least_rd: Fen
    key_share_low: float
    key_share_high: float
    key_on_time: float
    key_late: float
    key_applied_in_time: float

    # institutions
    incubator_births: Count
    incubator_national_directly: float
    incubator_specialised: float
    incubator_to_specialised: float
    incubator_to_provincial: float
    incubator_to_national: float
    incubator_fail: float
    incubator_fail_persistence: float
    incubator_filing: float
    incubator_return: float
    incubator_area: float
    incubator_area_sigma: float
    tenant_space: float
    tenant_space_special: float
    makerspace_births: Count
    makerspace_grades: Path_
    makerspace_grade_persistence: float
    makerspace_return: float
    makerspace_places: float

    streams: dict[str, Stream]
    funds: dict[str, FundStart] = {}
    firm_events: dict[str, FirmEvent] = {}
    applicants: dict[str, Applicants] = {}

    def of_year(self, path: Path_, year: int) -> float:
        """Value of a yearly path in a year; the last one continues."""
        return path[min(max(year - 2021, 0), len(path) - 1)]


SET_BY_SCENARIO = "set by the scenario"
"""The source of a number that a scenario gives without a table of its own."""


class Number(BaseModel):
    """One number with its range and its source."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    value: float
    low: float | None = None
    high: float | None = None
    source: str = Field(min_length=3)
    evidence: Literal["A", "B", "C"] = "C"

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: Any) -> Any:
        """Let a scenario write ``incubator_wish = 0.3``: the number alone, no range."""
        if isinstance(given, int | float) and not isinstance(given, bool):
            return {"value": given, "source": SET_BY_SCENARIO}
        if hasattr(given, "is_finite"):  # Decimal, from a TOML reader that keeps numbers exact
            return {"value": float(given), "source": SET_BY_SCENARIO}
        return given

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("give both low and high, or none")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value} must lie between low {self.low} and high {self.high}")
        return self

    def at(self, u: float | None) -> float:
        """The triangle over low, value, high where its distribution function is ``u``; the value for None."""
        if u is None or self.low is None or self.high is None or self.low == self.high:
            return self.value
        low, high, peak = self.low, self.high, self.value
        split = (peak - low) / (high - low)
        if u < split:
            return low + float((u * (high - low) * (peak - low)) ** 0.5)
        return high - float(((1 - u) * (high - low) * (high - peak)) ** 0.5)


class Numbers(BaseModel):
    """A row of numbers with one source."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    value: tuple[float, ...] = Field(min_length=1)
    source: str = Field(min_length=3)
    evidence: Literal["A", "B", "C"] = "C"

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: Any) -> Any:
        if isinstance(given, list | tuple):
            return {"value": given, "source": SET_BY_SCENARIO}
        return given


class _Parameters(BaseModel):
    """The ``[economy]`` section of a scenario. The fields are those of ``Economy``, except ``scale``."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    if TYPE_CHECKING:
        streams: dict[str, Stream]
        funds: dict[str, FundStart]
        firm_events: dict[str, FirmEvent]
        applicants: dict[str, Applicants]

    @classmethod
    def baseline(cls) -> Self:
        """Read ``[economy]`` of the baseline scenario in the project's ``scenarios`` folder, with its volumes."""
        folder = Path(__file__).parents[3] / "scenarios"
        economy = tomllib.loads((folder / "baseline.toml").read_text("utf-8"))["economy"]
        volumes: dict[str, dict[str, Any]] = {"streams": {}, "funds": {}, "firm_events": {}, "applicants": {}}
        for path in sorted((folder / "volumes").glob("*.toml")):
            part = tomllib.loads(path.read_text("utf-8"))["economy"]
            for name, group in volumes.items():
                group |= part.get(name, {})
        return cls.model_validate({**economy, **{name: one | economy.get(name, {}) for name, one in volumes.items()}})

    def draw(self, draws: Draws, fixed: bool = False, scale: float = 1.0) -> Economy:
        """Numbers of one replication.

        Parameters
        ----------
        draws
            The replication's draws.
        fixed
            Take every value as stated, draw nothing.
        scale
            Size of the population over that of the whole city; multiplies city-wide counts.
        """
        drawn: dict[str, Any] = {"scale": scale}
        points: Mapping[str, float] = {} if fixed else shared(draws)
        for name, info in Economy.model_fields.items():
            if name == "scale":
                continue
            given = getattr(self, name)
            if name in ("streams", "firm_events"):
                drawn[name] = {key: stream.drawn(key, draws, fixed, scale) for key, stream in sorted(given.items())}
            elif name == "applicants":
                drawn[name] = dict(sorted(given.items()))
            elif name == "funds":
                drawn[name] = {key: fund.scaled(scale) for key, fund in sorted(given.items())}
            elif isinstance(given, Numbers):
                drawn[name] = given.value
            else:
                drawn[name] = _typed(given.at(points.get(name)), info.annotation, info.metadata, scale)
        return Economy.model_construct(**drawn)


def _typed(value: float, kind: Any, marks: list[Any], scale: float) -> float | int:
    mark = marks[0] if marks else ""
    if mark == "fen":
        return round(value * 100)
    if mark == "ppm":
        return round(value * 1_000_000)
    if mark == "count":
        return max(1, round(value * scale)) if kind is int else value * scale
    return round(value) if kind is int else value


def _field_type(annotation: Any) -> Any:
    if get_origin(annotation) is dict:
        return annotation
    if get_origin(annotation) is tuple or tuple in get_args(annotation):
        return Numbers
    return Number


if TYPE_CHECKING:
    EconomyParameters = _Parameters
else:
    EconomyParameters = create_model(
        "EconomyParameters",
        __base__=_Parameters,
        __doc__=_Parameters.__doc__,
        __module__=__name__,
        **{
            name: (_field_type(info.annotation), ... if info.is_required() else info.default)
            for name, info in Economy.model_fields.items()
            if name != "scale"
        },
    )
