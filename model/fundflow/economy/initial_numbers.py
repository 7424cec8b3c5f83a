"""Numbers of the first day that are not drawn: observed or derived; docs/calibration.md says from what."""

from __future__ import annotations

from typing import Final

INITIAL: Final[dict[str, float]] = {
    # firms
    "age_rate": 0.085,
    "oldest": 35.0,
    "sales_median": 2_500_000.0,
    "sales_sigma": 1.85,
    "sales_tail": 1.3,
    "tail": 1.1,
    "size_by_age": 0.15,
    "staff_at_a_million": 4.0,
    # R&D, fen and firms: enterprise R&D of 2021 (52.64 bn yuan) over its growth of 15.2 %
    "industry_firms": 2150,
    "industry_rd": 31_500_000_000_00.0,
    "industry_sigma": 1.6,
    "other_firms": 20_000,
    "other_rd": 14_194_444_444_00.0,
    "other_sigma": 1.3,
    "rd_growth_2020": 0.13,
    # recognitions
    "high_tech_2018": 1725,
    "high_tech_2019": 2601,
    "high_tech_2020": 3385,
    "sme_2018": 4100,
    "sme_2019": 4850,
    "sme_2020": 5626,
    "eaglets_2018": 711,
    "eaglets_2019": 800,
    "eaglets_2020": 830,
    # institutions
    "incubators": 204,
    "national_incubators": 48,
    "provincial_incubators": 62,
    "specialised_incubators": 40,
    "incubator_occupancy": 0.8,
    "makerspaces": 190,
    "makerspace_occupancy": 0.7,
    # key projects signed in a year and still open
    "key_2017": 70,
    "key_2018": 80,
    "key_2019": 90,
    "key_2020": 90,
}
