"""The table of firms: one array for each column, room to grow, integers only."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import NEVER, years_of
from fundflow.economy.table import Bools, Ints, Table

INTS: tuple[str, ...] = (
    "id", "zone", "field", "founded", "exit_day", "closed_year",
    "staff", "st_staff", "st_share", "sales", "sales_before", "sales_base", "assets",
    "rd_stat", "rd_tax", "rd_tax_before", "rd_cert", "rd_own", "rd_permanent", "intensity",
    "tax_ratio", "cert_ratio", "gov_rd", "gov_rd_before", "ip_count",
    "venture_total", "venture_day", "venture_amount", "sold_day",
    "loan_ratio", "loan_due", "loan_number",
    "sme_from", "sme_until", "hte_first", "hte_from", "hte_until",
    "eaglet_from", "eaglet_until", "key_until", "key_number",
    "space", "space_from", "space_until",
    "incubator", "incubator_from", "incubator_until", "left_incubator", "left_cause", "first_attempt",
)  # fmt: skip
BOOLS: tuple[str, ...] = (
    "special", "talent", "ip_applied", "has_loan", "above_scale", "industrial", "eaglet_2019",
)  # fmt: skip

FIELDS: tuple[str, ...] = (
    "electronic information", "biotechnology and new medicine", "aerospace", "new materials",
    "high-tech services", "new energy and energy saving", "resources and environment",
    "advanced manufacturing and automation",
)  # fmt: skip
ADVANCED_MANUFACTURING = 7


class Firms(Table):
    """The firms of the city.

    Money is fen; ``*_ratio``, ``*_share`` and ``intensity`` are parts per million; days count from 1970-01-01, an
    until-day is exclusive and 0 means never held. ``space`` and ``incubator`` are row numbers or -1.
    ``first_attempt`` is set in the initial population only: the day of the first attempt to enter an incubator, or
    ``NEVER``; 0 in firms founded later, whose attempts the simulation draws.
    """

    INTS = INTS
    BOOLS = BOOLS
    START = {"exit_day": NEVER, "sold_day": NEVER, "space": -1, "incubator": -1}

    field: Ints
    founded: Ints
    exit_day: Ints
    closed_year: Ints
    staff: Ints
    st_staff: Ints
    st_share: Ints
    sales: Ints
    sales_before: Ints
    sales_base: Ints
    assets: Ints
    rd_stat: Ints
    rd_tax: Ints
    rd_tax_before: Ints
    rd_cert: Ints
    rd_own: Ints
    rd_permanent: Ints
    intensity: Ints
    tax_ratio: Ints
    cert_ratio: Ints
    gov_rd: Ints
    gov_rd_before: Ints
    ip_count: Ints
    venture_total: Ints
    venture_day: Ints
    venture_amount: Ints
    sold_day: Ints
    loan_ratio: Ints
    loan_due: Ints
    loan_number: Ints
    sme_from: Ints
    sme_until: Ints
    hte_first: Ints
    hte_from: Ints
    hte_until: Ints
    eaglet_from: Ints
    eaglet_until: Ints
    key_until: Ints
    key_number: Ints
    space: Ints
    space_from: Ints
    space_until: Ints
    incubator: Ints
    incubator_from: Ints
    incubator_until: Ints
    left_incubator: Ints
    left_cause: Ints
    first_attempt: Ints
    special: Bools
    talent: Bools
    ip_applied: Bools
    has_loan: Bools
    above_scale: Bools
    industrial: Bools
    eaglet_2019: Bools

    def rows_alive(self, day: int) -> Ints:
        """Row numbers of firms that exist on a day."""
        return np.flatnonzero((self.founded <= day) & (self.exit_day > day)).astype(np.int64)


def age_years(founded: Ints, year: int) -> Ints:
    """Year of life on 31 December of a year: 0 in the founding year."""
    return np.maximum(year - years_of(founded), 0)
