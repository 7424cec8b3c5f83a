"""Everything that runs on 1 January 2021: one artefact for a population seed, with a hash over its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fundflow.base.draws import Draws
from fundflow.economy.firms import Firms
from fundflow.economy.initial_firms import initial_firms
from fundflow.economy.initial_institutions import initial_incubators, initial_makerspaces, place_tenants
from fundflow.economy.initial_status import (
    Projects,
    give_certificates,
    give_eaglets,
    give_loans,
    give_sme_list,
    give_venture_money,
    open_projects,
)
from fundflow.economy.institutions import Incubators, Makerspaces
from fundflow.economy.parameters import EconomyParameters
from fundflow.economy.table import Ints, Table

FULL_SIZE = 60_000
"""Firms of the whole city; all counts of a smaller population are scaled by its size over this."""


@dataclass(frozen=True)
class Population:
    """The first day.

    Attributes
    ----------
    firms, incubators, makerspaces, projects
        Tables. Loans are columns of ``firms`` (``has_loan``, ``loan_due``, ``loan_number``).
    hash
        SHA-256 over every column of every table.
    """

    firms: Firms
    incubators: Incubators
    makerspaces: Makerspaces
    projects: Projects
    hash: str

    @property
    def scale(self) -> float:
        """Size over that of the whole city."""
        return self.firms.n / FULL_SIZE

    @property
    def loans(self) -> tuple[Ints, Ints, Ints]:
        """Running loans: row of the firm, due day, number."""
        rows = np.flatnonzero(self.firms.has_loan).astype(np.int64)
        return rows, self.firms.loan_due[rows], self.firms.loan_number[rows]

    def save(self, path: Path) -> None:
        """Write one ``.npz`` file, by way of a temporary one, so that a crash leaves no half file."""
        columns: dict[str, NDArray[Any]] = {
            f"{kind}.{name}": table.column(name) for kind, table in _tables(self) for name in table.columns()
        }
        half = path.with_suffix(".part")
        with half.open("wb") as file:
            np.savez_compressed(file, **columns)  # type: ignore[arg-type]
        half.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file written by ``save``; the hash is computed from what was read."""
        kinds: dict[str, Any] = {
            "firms": Firms, "incubators": Incubators, "makerspaces": Makerspaces, "projects": Projects,
        }  # fmt: skip
        tables: dict[str, Any] = {}
        with np.load(path) as stored:
            for kind, table in kinds.items():
                found = table(len(stored[f"{kind}.id"]))
                for name in table.columns():
                    setattr(found, name, stored[f"{kind}.{name}"])
                tables[kind] = found
        return cls(**tables, hash=_digest(tuple(tables.items())))


def build_population(params: EconomyParameters, seed: int = 1, size: int | None = None) -> Population:
    """Build the population of the first day.

    Parameters
    ----------
    params
        The economy; every number is taken at its stated value, none is drawn.
    seed
        The population seed: the same in every replication of a forecast.
    size
        Number of firms; 60,000 if None. All counts and totals are scaled with it.
    """
    count = FULL_SIZE if size is None else size
    draws = Draws(seed, -1)
    economy = params.draw(draws, fixed=True, scale=count / FULL_SIZE)
    firms = initial_firms(count, economy, draws)
    give_certificates(firms, economy, draws)
    give_sme_list(firms, economy, draws)
    give_eaglets(firms, economy, draws)
    give_loans(firms, economy, draws)
    give_venture_money(firms, economy, draws)
    projects = open_projects(firms, economy, draws)
    incubators = initial_incubators(economy, draws)
    makerspaces = initial_makerspaces(economy, draws)
    place_tenants(firms, incubators, makerspaces, economy, draws)
    tables = (
        ("firms", firms), ("incubators", incubators), ("makerspaces", makerspaces), ("projects", projects),
    )  # fmt: skip
    return Population(firms, incubators, makerspaces, projects, _digest(tables))


def _tables(population: Population) -> tuple[tuple[str, Table], ...]:
    return (
        ("firms", population.firms),
        ("incubators", population.incubators),
        ("makerspaces", population.makerspaces),
        ("projects", population.projects),
    )


def _digest(tables: tuple[tuple[str, Table], ...]) -> str:
    total = hashlib.sha256()
    for kind, table in tables:
        for name in table.columns():
            column = table.column(name)
            total.update(f"{kind}.{name}:{column.dtype.str}:{len(column)}".encode())
            total.update(np.ascontiguousarray(column).tobytes())
    return total.hexdigest()
