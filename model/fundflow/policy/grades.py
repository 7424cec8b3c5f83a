"""How well the number of claims is known: A observed, B follows from the firm model, C assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fundflow.policy.catalogue import Catalogue

GRADES = "ABC"
"""From the best to the weakest."""


def weaker(one: str, other: str) -> bool:
    """Whether grade ``one`` is worse than ``other``."""
    return GRADES.index(one) > GRADES.index(other)


def bases_too_weak(catalogue: Catalogue) -> Iterator[str]:
    """What builds on the payments of another instrument cannot be known better than that one."""
    for one in catalogue.instruments.values():
        base = catalogue.instruments.get(getattr(one.amount, "of", ""))
        if base is not None and weaker(base.evidence, one.evidence):
            yield f"{one.id}.evidence = {one.evidence!r}   its base {base.id} is of grade {base.evidence}"


def triggers_too_weak(catalogue: Catalogue, sources: Mapping[str, str]) -> Iterator[str]:
    """What an event opens cannot be known better than how often the event comes.

    Parameters
    ----------
    sources
        The best grade among what raises an event in a scenario; events that nothing raises are left out.
    """
    for one in catalogue.instruments.values():
        known = sources.get(one.trigger)
        if known is not None and weaker(known, one.evidence):
            yield f"{one.id}.evidence = {one.evidence!r}   its event {one.trigger} is of grade {known}"
