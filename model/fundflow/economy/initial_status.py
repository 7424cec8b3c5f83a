"""What the firms of the first day hold: certificates, lists, eaglets, projects, loans, venture money."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import add_months, day_of
from fundflow.base.draws import Draws, Kind, pack_id
from fundflow.economy.firms import Firms
from fundflow.economy.initial_firms import LAST_DAY, first_by
from fundflow.economy.initial_numbers import INITIAL
from fundflow.economy.parameters import Economy
from fundflow.economy.recognition import SME_SALES, SME_STAFF
from fundflow.economy.table import Bools, Ints, Table

CERTIFICATION_BANDS = ((5_000_000_000, 50_000), (20_000_000_000, 40_000), (2**62, 30_000))
"""Sales up to (fen) and least R&D over sales (parts per million), of the national certification rules."""


class Projects(Table):
    """Key R&D projects of firms that run on the first day.

    ``firm`` is the row number, ``number`` the project's number in the firm's life; outcome and acceptance are drawn by
    the simulation like those of later projects.
    """

    INTS = ("id", "zone", "firm", "number", "signed", "contract_end", "months", "verified_spending")
    BOOLS = ("before_2020",)

    firm: Ints
    number: Ints
    signed: Ints
    contract_end: Ints
    months: Ints
    verified_spending: Ints
    before_2020: Bools


def meets_certification(firms: Firms, day: int) -> Bools:
    """National high-tech thresholds with the figures in the columns; used to place the first certificates."""
    ratio = np.select([firms.sales <= CERTIFICATION_BANDS[0][0], firms.sales <= CERTIFICATION_BANDS[1][0]],
                      [CERTIFICATION_BANDS[0][1], CERTIFICATION_BANDS[1][1]], CERTIFICATION_BANDS[2][1])  # fmt: skip
    return np.asarray(
        (firms.rd_cert > 0)
        & (firms.rd_cert // 100 * 1_000_000 // np.maximum(firms.sales // 100, 1) >= ratio)
        & (firms.st_staff * 10 >= firms.staff)
        & (firms.ip_count >= 1)
        & (firms.founded + 365 <= day)
    )


def give_certificates(
    firms: Firms, economy: Economy, draws: Draws, numbers: Mapping[str, float] = INITIAL
) -> None:
    """Certificates of three years, in exact numbers, to firms that meet the thresholds."""
    ids = firms.id
    size = np.log(np.maximum(firms.rd_cert, 1)) / 2
    keen = size + draws.normal("initial-high-tech", ids)
    years = (2018, 2019, 2020)
    counts = [round(numbers[f"high_tech_{year}"] * economy.scale) for year in years]
    for year, count in zip(years, counts, strict=True):
        day = day_of(year, 12, 1)
        free = firms.hte_from == 0
        rows = first_by(keen, free & meets_certification(firms, day), count)
        if len(rows) < count:  # small populations: the nearest R&D firms fill up
            rest = first_by(keen, free & (firms.rd_cert > 0) & (firms.founded + 365 <= day), 10**9)
            rows = np.concatenate([rows, rest[~np.isin(rest, rows)][: count - len(rows)]])
        firms.hte_from[rows] = day
        firms.hte_until[rows] = day_of(year + 3, 12, 1)
        firms.hte_first[rows] = day
        old = rows[
            (firms.founded[rows] + 365 <= day_of(year - 3, 12, 1))
            & (draws.uniform("initial-renewed", firms.id[rows]) < 0.4)
        ]
        firms.hte_first[old] = day_of(year - 3, 12, 1)


def give_sme_list(
    firms: Firms, economy: Economy, draws: Draws, numbers: Mapping[str, float] = INITIAL
) -> None:
    """The list of S&T SMEs, in exact numbers: first the high-tech firms within the size, then other R&D firms."""
    within = (firms.rd_stat > 0) & (firms.staff <= SME_STAFF) & (firms.sales <= SME_SALES)
    score = draws.uniform("initial-sme", firms.id) + 2.0 * (firms.hte_until > LAST_DAY) + 0.3 * (firms.ip_count > 0)
    counts = [round(numbers[f"sme_{year}"] * economy.scale) for year in (2018, 2019, 2020)]
    rows = first_by(score, within, sum(counts))
    order = np.argsort(firms.founded[rows] + 700 * draws.normal("initial-sme-year", firms.id[rows]), kind="stable")
    start = 0
    for year, count in zip((2018, 2019, 2020), counts, strict=True):
        part = rows[order[start : start + count]]
        start += count
        firms.sme_from[part] = day_of(year, 11, 30)
        firms.sme_until[part] = add_months(day_of(year, 11, 30), 36)


def give_eaglets(firms: Firms, economy: Economy, draws: Draws) -> None:
    """Three cohorts of eaglets; those of 2018 and 2019 joined under the opinion of 2019 and earlier practice."""
    for year in (2018, 2019, 2020):
        day = day_of(year, 11, 20)
        shrink = 0.88 ** (2020 - year)
        age = (day - firms.founded) / 365.25
        fits = (
            (age >= 1.4) & (age <= 6.5) & (firms.eaglet_from == 0) & (firms.sales * shrink <= 5_000_000_000)
            & (firms.rd_stat > 0)
        )  # fmt: skip
        # Firms that meet more of the thresholds come first; the cohort is filled whatever the tail.
        met = (firms.staff >= 9) + 2.0 * (firms.rd_cert >= 40_000_000) + (firms.ip_count >= 1) + 0.1 * age
        score = met + draws.uniform("initial-eaglet", firms.id, period=year)
        rows = first_by(score, fits, round(INITIAL[f"eaglets_{year}"] * economy.scale))
        firms.eaglet_from[rows] = day
        firms.eaglet_until[rows] = add_months(day, 36)
        firms.eaglet_2019[rows] = year < 2020


def give_loans(firms: Firms, economy: Economy, draws: Draws) -> None:
    """One running loan, number 0, due on a day of 2021, for firms with sales from one million.

    The share grows with age as for a firm that may take one each year and lose it when the bank does not renew:
    ``loan_share`` (1 - exp(-(s + r) age)), with s the chance to start and r that of no renewal.
    """
    u = draws.uniform("initial-loan", firms.id)
    turn = economy.loan_start + 1 - economy.renewal
    share = economy.loan_share * (1 - np.exp(-turn * (LAST_DAY - firms.founded) / 365.25))
    rows = np.flatnonzero((firms.sales >= 100_000_000) & (u < share))
    firms.has_loan[rows] = True
    firms.loan_due[rows] = day_of(2021) + np.floor(u[rows] / share[rows] * 365).astype(np.int64)


def give_venture_money(firms: Firms, economy: Economy, draws: Draws) -> None:
    """Past rounds of young R&D firms: the yearly hazard times the years lived, at most eight."""
    lived = np.minimum((LAST_DAY - firms.founded) / 365.25, 8.0)
    rows = np.flatnonzero(
        (firms.rd_permanent > 0) & (draws.uniform("initial-venture", firms.id) < economy.venture_hazard * lived)
    )
    score = draws.normal("initial-venture-amount", firms.id[rows])
    amount = economy.venture_mean * np.exp(economy.venture_sigma * score - economy.venture_sigma**2 / 2)
    firms.venture_total[rows] = np.maximum(np.rint(amount / 1_000_000), 1).astype(np.int64) * 1_000_000


def open_projects(firms: Firms, economy: Economy, draws: Draws) -> Projects:
    """Key projects signed from 2017 to 2020 whose contract ends, or ended at most six months before, the first day."""
    taken: Bools = np.zeros(firms.n, np.bool_)
    parts: list[Projects] = []
    able = (firms.hte_until > LAST_DAY) & (firms.rd_own >= economy.key_least_rd)
    for year in (2017, 2018, 2019, 2020):
        signed = day_of(year, 9, 30)
        wanted = round(INITIAL[f"key_{year}"] * economy.scale)
        score: NDArray[np.float64] = draws.uniform("initial-key", firms.id, period=year)
        rows = np.sort(first_by(score, able & ~taken & (firms.founded <= signed - 730), wanted))
        months = 24 + draws.integer("initial-key-length", firms.id[rows], 25, period=year)
        end = add_months(signed, months)
        runs = end >= day_of(2020, 7, 1)
        rows, months, end = rows[runs], months[runs], end[runs]
        taken[rows] = True
        share = economy.key_share_low + (economy.key_share_high - economy.key_share_low) * draws.uniform(
            "initial-key-share", firms.id[rows], period=year
        )
        spending = np.floor(firms.rd_own[rows] / 100 * 0.88 ** (2020 - year) * months / 12 * share)
        part = Projects(len(rows))
        part.id = pack_id(Kind.PROJECT, 0, firms.zone[rows], firms.id[rows] & 0xFFFFFFFF)
        part.zone, part.firm, part.months = firms.zone[rows], rows, months
        part.signed[:] = signed
        part.contract_end = end
        part.verified_spending = spending.astype(np.int64) * 100
        part.before_2020[:] = year < 2020
        parts.append(part)
    whole = parts[0]
    for part in parts[1:]:
        whole.append(part)
    firms.key_until[whole.firm] = add_months(whole.contract_end, 18)
    firms.key_number[whole.firm] = 1
    return whole.take(np.argsort(whole.id, kind="stable"))
