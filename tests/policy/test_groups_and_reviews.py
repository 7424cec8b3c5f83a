"""Kinds that several documents share: an amount or a limit for each of so many, a reviewed amount, the district."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fundflow.policy import Catalogue, CatalogueFaults, load_catalogue
from tests.policy.helpers import batch, one, yuan

LAW = """
[document]
number = "试〔2024〕1号"
title = {{ en = "Measure", zh = "办法" }}
department = "市科技局"
in_force = 2024-01-01
cost_sharing = "standard-2021"

[instruments.thing]
name = {{ en = "Thing", zh = "事项" }}
clause = "1"
recipient = "group"
trigger = "thing-year"
{body}

[facts.group.heads]
type = "count"
presumed = 1
en = "heads"
zh = "人数"

[facts.group.granted]
type = "money"
en = "granted"
zh = "核定额"

[facts.group.base]
type = "money"
en = "base"
zh = "基数"
"""


def law(tmp_path: Path, body: str) -> Catalogue:
    (tmp_path / "thing.toml").write_text(LAW.format(body=body), encoding="utf-8")
    return load_catalogue(directory=tmp_path)


def test_an_amount_of_any_kind_can_be_for_each_head_and_is_cut_down_before(tmp_path: Path) -> None:
    cat = law(tmp_path, 'amount = { kind = "rate", base = "base", rate = "50%", times = "heads" }')
    # Half of 3 fen is 1 fen for each head: 3 heads have 3 fen, not 4.
    got = one(batch("2024-06-30", base=[3, 3, 3], heads=[0, 1, 3]), "thing", cat=cat)
    assert got.award.tolist() == [0, 1, 3]
    assert one(batch("2024-06-30", base=3), "thing", cat=cat).award.tolist() == [1]


def test_a_limit_can_be_for_each_of_several_things(tmp_path: Path) -> None:
    cat = law(
        tmp_path,
        'amount = { kind = "rate", base = "base", rate = "10%" }\ncaps = [{ amount = 1000, times = "heads" }]',
    )
    base = [yuan(9_990), yuan(10_010), yuan(20_010), yuan(20_010)]
    got = one(batch("2024-06-30", base=base, heads=[1, 1, 2, 3]), "thing", cat=cat)
    assert got.award.tolist() == [yuan(999), yuan(1_000), yuan(2_000), yuan(2_001)]


def test_only_the_limit_of_a_claim_can_be_for_each_of_several_things(tmp_path: Path) -> None:
    body = 'amount = { kind = "fixed", amount = 1 }\n'
    body += 'caps = [{ amount = 1, scope = "year", groups = ["a"], times = "heads" }]'
    with pytest.raises(CatalogueFaults, match=r"thing.caps\[0\].times"):
        law(tmp_path, body)


def test_a_reviewed_amount_stays_within_its_bounds(tmp_path: Path) -> None:
    cat = law(tmp_path, 'amount = { kind = "reviewed", granted = "granted", least = 100, most = 300, ceiling = true }')
    granted = [0, yuan(100) - 1, yuan(100), yuan(200), yuan(300), yuan(300) + 1]
    got = one(batch("2024-06-30", granted=granted), "thing", cat=cat)
    assert got.award.tolist() == [yuan(100), yuan(100), yuan(100), yuan(200), yuan(300), yuan(300)]
    assert one(batch("2024-06-30"), "thing", cat=cat).award.tolist() == [yuan(300)]


def test_a_condition_can_ask_for_the_district_by_the_map_of_the_award_day(tmp_path: Path) -> None:
    body = 'amount = { kind = "fixed", amount = 1 }\n'
    cat = law(tmp_path, body + 'eligible = [{ among = { district = ["临平区", "建德市"] } }]')
    claims = batch("2024-06-30", ["余杭区", "临平区", "建德市"], base=[1, 1, 1])
    assert one(claims, "thing", cat=cat).eligible.tolist() == [False, True, True]
    # Zone 8 is the east of 余杭 that became 临平 on 9 April 2021; zone 7 is the west.
    by_zone = batch("2024-06-30", base=[1, 1])
    by_zone.district = None
    by_zone.zone = np.array([7, 8])
    assert one(by_zone, "thing", cat=cat).eligible.tolist() == [False, True]
