from __future__ import annotations

import numpy as np
import pytest

from fundflow.base.calendar import day_of
from fundflow.base.districts import DISTRICT_EN, DISTRICTS, MAP_CHANGE, WESTERN, ZONES, district_code, districts_of


def names(day: int) -> dict[str, str]:
    return dict(zip(ZONES, [DISTRICTS[code] for code in districts_of(np.arange(len(ZONES)), day)], strict=True))


def test_the_map_changes_on_the_ninth_of_april_2021() -> None:
    assert day_of(2021, 4, 9) == MAP_CHANGE
    before, after = names(MAP_CHANGE - 1), names(MAP_CHANGE)
    changed = {zone: (before[zone], after[zone]) for zone in ZONES if before[zone] != after[zone]}
    assert changed == {
        "下城": ("下城区", "拱墅区"),
        "江干": ("江干区", "上城区"),
        "临平": ("余杭区", "临平区"),
        "钱塘": ("钱塘新区", "钱塘区"),
    }


def test_both_maps_cover_all_zones_with_their_own_districts() -> None:
    assert len(ZONES) == 15
    assert len(set(names(0).values())) == 14  # ten districts, two counties, one city and the functional area 钱塘新区
    assert set(names(MAP_CHANGE).values()) == set(DISTRICTS[:13])


@pytest.mark.parametrize("name", DISTRICTS)
def test_a_district_is_found_by_its_names(name: str) -> None:
    code = district_code(name)
    assert DISTRICTS[code] == name
    assert district_code(DISTRICT_EN[name]) == code
    assert district_code(name[:-1]) == code


@pytest.mark.parametrize("name", ["", "区", "宁波市", "Ningbo", "城"])
def test_an_unknown_district_is_an_error_that_lists_the_known_ones(name: str) -> None:
    with pytest.raises(ValueError, match="余杭区"):
        district_code(name)


def test_every_district_has_an_english_name_of_its_own() -> None:
    assert set(DISTRICT_EN) == set(DISTRICTS)
    assert len(set(DISTRICT_EN.values())) == len(DISTRICTS)
    assert set(WESTERN) <= set(DISTRICTS)
