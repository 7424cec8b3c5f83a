"""What firms and institutions do: founding, growth, R&D, exit, take-up. Knows no policy and no engine."""

from fundflow.economy.factors import Factors, lpr_one_year, year_factors
from fundflow.economy.firm_event_parameters import FirmEvent
from fundflow.economy.firms import FIELDS, Firms
from fundflow.economy.founding import arrivals, month_of_arrival, year_arrivals
from fundflow.economy.growth import close_year, growth_autocorrelation
from fundflow.economy.hazards import draw_events, draw_exit_days, venture_cumulative
from fundflow.economy.initial_status import Projects
from fundflow.economy.institutions import (
    Incubators,
    IncubatorYear,
    Makerspaces,
    MakerspaceYear,
    Strikes,
    incubator_year,
    makerspace_year,
    recognise_again,
    returning,
)
from fundflow.economy.loans import loan_principal, loan_rate, start_loans
from fundflow.economy.parameters import SET_BY_SCENARIO, Economy, EconomyParameters
from fundflow.economy.population import FULL_SIZE, Population, build_population
from fundflow.economy.recognition import eaglet_review, high_tech_round, sme_round
from fundflow.economy.streams import StreamRows, attribute_value, stream_arrivals

__all__ = [
    "FIELDS",
    "FULL_SIZE",
    "SET_BY_SCENARIO",
    "Economy",
    "EconomyParameters",
    "Factors",
    "FirmEvent",
    "Firms",
    "IncubatorYear",
    "Incubators",
    "MakerspaceYear",
    "Strikes",
    "Makerspaces",
    "Population",
    "Projects",
    "StreamRows",
    "arrivals",
    "attribute_value",
    "build_population",
    "close_year",
    "draw_events",
    "draw_exit_days",
    "eaglet_review",
    "growth_autocorrelation",
    "high_tech_round",
    "incubator_year",
    "loan_principal",
    "loan_rate",
    "lpr_one_year",
    "makerspace_year",
    "recognise_again",
    "returning",
    "month_of_arrival",
    "sme_round",
    "start_loans",
    "stream_arrivals",
    "venture_cumulative",
    "year_arrivals",
    "year_factors",
]
