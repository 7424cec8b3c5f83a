"""Claims that wait are decided in portions in which no claim can change another, in their old order."""

from __future__ import annotations

import numpy as np

from fundflow.policy import load_catalogue
from fundflow.simulation import engine
from fundflow.simulation.later import Circles, Claims, Later
from tests.simulation.runs import inputs_of


def claims(trigger: str, number: int, ids: list[int], **facts: list[int]) -> Claims:
    n = len(ids)
    columns = {name: np.array(values) for name, values in facts.items()}
    day = np.arange(n)
    return Claims(trigger, np.full(n, number), np.array(ids), np.zeros(n, int), day, columns, None)


def portions(later: Later, trigger: str) -> list[tuple[str, list[tuple[int, int]]]]:
    found = later.due(later.circles.of(trigger))
    return [(one.trigger, list(zip(one.number.tolist(), one.ids.tolist(), strict=True))) for one in found]


def all_wait() -> Later:
    return Later(Circles(load_catalogue(), lambda one: True))


def test_the_second_claims_of_claimants_are_decided_after_all_first_ones() -> None:
    later = all_wait()
    # One instrument with a history: who was paid in decision 1 and 2 comes again in 3; claimant 9 is new there.
    for number, ids in ((1, [5, 6]), (2, [7]), (3, [5, 9, 7])):
        later.add(claims("graduate-rent-year", number, ids))
    assert portions(later, "graduate-rent-year") == [
        ("graduate-rent-year", [(1, 5), (1, 6), (2, 7), (3, 9)]),
        ("graduate-rent-year", [(3, 5), (3, 7)]),
    ]
    assert portions(later, "graduate-rent-year") == [], "nothing is decided twice"


def test_two_claims_of_one_claimant_made_at_once_stay_together() -> None:
    later = all_wait()
    later.add(claims("graduate-rent-year", 1, [5, 5]))
    assert portions(later, "graduate-rent-year") == [("graduate-rent-year", [(1, 5), (1, 5)])]


def test_claims_on_one_matter_are_decided_in_their_order_whoever_makes_them() -> None:
    later = all_wait()
    later.add(claims("upper-project-paid", 1, [5, 6], project_number=[70, 71]))
    later.add(claims("ai-project-finished", 2, [8, 9], project_number=[71, 72]))
    assert portions(later, "upper-project-paid") == [
        ("upper-project-paid", [(1, 5), (1, 6)]),
        ("ai-project-finished", [(2, 9)]),
        ("ai-project-finished", [(2, 8)]),
    ]


def test_events_without_common_totals_are_one_portion_each() -> None:
    later = all_wait()
    for number in (1, 2):
        later.add(claims("postdoc-entered", number, [5, 6]))
    assert len(portions(later, "postdoc-entered")) == 1
    assert later.circles.of("postdoc-entered") != later.circles.of("graduate-rent-year")


def test_a_circle_waits_only_where_every_instrument_of_it_may() -> None:
    catalogue = load_catalogue()
    linked = Circles(catalogue, lambda one: one.trigger != "ai-project-finished")
    assert not linked.waits("upper-project-paid"), "its payments are set off against those of the other event"
    assert linked.waits("graduate-rent-year")


def test_a_limit_for_all_claimants_together_is_decided_at_once() -> None:
    """Who comes second may find the limit used up, so the claims of such an event keep their order."""
    for reading, waits in (("each", True), ("together", False)):
        inputs = inputs_of(f"policy.readings.university-limit={reading}")
        world = engine.set_up(inputs, 0, False)[0]
        assert world.circles.waits("transfer-centre-year") == waits, reading
