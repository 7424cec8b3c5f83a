"""The numbers of the economy: each with its value, its range where it is uncertain, and its source.

``Economy`` names every number once, with its type. ``EconomyParameters`` is the same list as the ``[economy]``
table of a scenario holds it: a table ``{value, low, high, source}`` for each name. Drawing turns the second into
the first.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, model_validator

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
Share = Annotated[float, "share"]
"""A chance or a share: from 0 to 1."""
Signed = Annotated[float, "signed"]
"""A growth or a loading, which may be below zero; every other number may not."""
Path_ = tuple[float, ...]
"""Yearly values from 2021 on; the last one continues. Or one value for each zone, field or age."""
SignedPath = Annotated[tuple[float, ...], "signed"]
"""The same for growth, which may be below zero."""


class Economy(BaseModel):
    """The numbers that one replication runs with. Plain floats, integers and tuples; money in fen."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    scale: float = 1.0

    # founding
    births: Count
    birth_growth: Signed
    zone_weights: Path_
    field_weights: Path_
    industrial_shares: Path_
    special_shares: Path_
    talent_share: Share
    rd_at_birth: Share
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
    sales_growth: SignedPath
    young_growth: Signed
    growth_sd: float
    growth_size_exponent: float
    rd_growth: SignedPath
    rd_growth_shift: Signed
    rd_net_entry: SignedPath
    rd_rise_speed: Share
    rd_cut_speed: Share
    intensity_sd: float
    intensity_median: float
    intensity_sigma: float
    transitory_share: Share
    rd_start: Share
    rd_stop: Share
    tax_ratio: float
    tax_ratio_sigma: float
    tax_noise: float
    cert_ratio: float
    cert_ratio_sigma: float
    gov_share: Share
    gov_part: Share
    ip_share: Share
    ip_rate: float
    pct_per_right: float
    st_share: Share
    staff_elasticity: float
    assets_elasticity: float

    # the common factor
    common_persistence: Share
    sales_loading: Signed
    rd_loading: Signed
    birth_loading: Signed
    exit_loading: Signed
    loan_loading: Signed
    takeup_loading: Signed
    field_persistence: Share
    field_sd: float

    # hazards
    venture_hazard: Share
    venture_mean: Fen
    venture_sigma: float
    sold_hazard: Share
    listed_hazard: Share

    # makerspaces and incubators as a firm sees them
    makerspace_wish: Share
    incubator_wish: Share
    incubator_wait_months: int
    incubator_retry_months: int
    incubator_attempts: int

    # recognition
    high_tech_wish: Share
    high_tech_renewal: Share
    high_tech_acceptance: Share
    sme_wish: Share
    sme_renewal: Share
    sme_of_high_tech: Share
    eaglet_wish: Share
    eaglet_places: Places
    eaglet_filing: Share
    incident_rate: Share
    fraud_share: Share
    tax_claim: Share
    statistics_reported: Share

    # what the law leaves to a district
    locality_opts_in: Share

    # loans and the bridge fund
    loan_share: Share
    loan_start: Share
    loan_ratio: float
    loan_ratio_sigma: float
    loan_margin: Ppm
    renewal: Share
    bridge_wish: Share
    bridge_days_mean: float
    bridge_default: Share
    lpr_long_run: Ppm
    lpr_long_run_year: int

    # key R&D projects of firms
    key_wish: Share
    key_places: Places
    key_least_rd: Fen
    key_share_low: Share
    key_share_high: Share
    key_on_time: Share
    key_late: Share
    key_applied_in_time: Share

    # institutions
    incubator_births: Count
    incubator_national_directly: Share
    incubator_specialised: Share
    incubator_to_specialised: Share
    incubator_to_provincial: Share
    incubator_to_national: Share
    incubator_fail: Share
    incubator_fail_persistence: Share
    incubator_filing: Share
    incubator_return: Share
    incubator_area: float
    incubator_area_sigma: float
    tenant_space: float
    tenant_space_special: float
    makerspace_births: Count
    makerspace_grades: Path_
    makerspace_grade_persistence: Share
    makerspace_return: Share
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


def _within(mark: str) -> AfterValidator:
    """Refuse numbers, ends of ranges among them, that a field of this mark cannot hold."""
    most = 1.0 if mark == "share" else math.inf
    said = "must lie between 0 and 1" if mark == "share" else "must be zero or more"

    def check(given: Number | Numbers) -> Number | Numbers:
        found = given.value if isinstance(given, Numbers) else (given.value, given.low, given.high)
        wrong = [one for one in found if one is not None and not 0 <= one <= most]
        if wrong and mark != "signed":
            raise ValueError(f"{said}, not {', '.join(f'{one:g}' for one in wrong)}")
        return given

    return AfterValidator(check)


def _field_type(annotation: Any, marks: list[Any]) -> Any:
    if get_origin(annotation) is dict:
        return annotation
    path = get_origin(annotation) is tuple or tuple in get_args(annotation)
    return Annotated[Numbers if path else Number, _within(marks[0] if marks else "")]


if TYPE_CHECKING:
    EconomyParameters = _Parameters
else:
    EconomyParameters = create_model(
        "EconomyParameters",
        __base__=_Parameters,
        __doc__=_Parameters.__doc__,
        __module__=__name__,
        **{
            name: (_field_type(info.annotation, info.metadata), ... if info.is_required() else info.default)
            for name, info in Economy.model_fields.items()
            if name != "scale"
        },
    )
