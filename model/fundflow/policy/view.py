"""What a rule sees of a batch: columns by fact name, with what is presumed where nothing is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.policy.facts import Fact, FactBook
from fundflow.policy.faults import MissingFacts


@dataclass
class View:
    """Facts of ``n`` claims on one day.

    Attributes
    ----------
    day
        Day against which elapsed time counts, a number or shape (n,).
    value_day
        Day whose version of a dated value holds.
    presumed
        Collects the names that were taken for granted.
    """

    facts: Mapping[str, NDArray[Any]]
    book: FactBook
    n: int
    day: Any
    value_day: int
    presumed: dict[str, None] = field(default_factory=dict)

    def given(self, fact: Fact) -> NDArray[Any] | None:
        """The column of a fact under its name or an alias, None where it is not given."""
        for name in (fact.name, *fact.aliases):
            column = self.facts.get(name)
            # Two entities may use one alias; it belongs to the nearer one.
            if column is not None and self.book.names.get(name) == fact.name:
                return column
        return None

    def column(self, name: str) -> NDArray[Any]:
        """The column of a fact, or what is presumed.

        Raises
        ------
        MissingFacts
            If the fact is neither given nor presumed.
        """
        fact = self.book[name]
        given = self.given(fact)
        if given is not None:
            return given
        if fact.presumed is None:
            raise MissingFacts([fact.name])
        self.presumed[fact.name] = None
        return np.full(self.n, fact.presumed, dtype=np.bool_ if fact.type == "bool" else np.int64)

    def first(self, names: tuple[str, ...]) -> NDArray[Any]:
        """The first of several facts that is given, else the first that is presumed.

        Raises
        ------
        MissingFacts
            If none is given or presumed; it names the last, the most general one.
        """
        for name in names:
            given = self.given(self.book[name])
            if given is not None:
                return given
        for name in names:
            if self.book[name].presumed is not None:
                return self.column(name)
        raise MissingFacts([names[-1]])
