"""Zones that never change, and the dated maps that say which district a zone belongs to.

The map of Hangzhou changed on 2021-04-09 (State Council 国函〔2021〕38号, announced by the province that day):
下城 joined 拱墅, 江干 (without 下沙) joined 上城, 余杭 gave its eastern part to the new 临平, and the functional
area 钱塘新区 became 钱塘区. The fifteen zones are the common parts of both maps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import day_of

MAP_CHANGE = day_of(2021, 4, 9)

ZONES: tuple[str, ...] = (
    "上城老城", "下城", "江干", "拱墅北", "西湖", "滨江", "萧山", "余杭西", "临平",
    "钱塘", "富阳", "临安", "桐庐", "淳安", "建德",
)  # fmt: skip

_BEFORE = (
    "上城区", "下城区", "江干区", "拱墅区", "西湖区", "滨江区", "萧山区", "余杭区", "余杭区",
    "钱塘新区", "富阳区", "临安区", "桐庐县", "淳安县", "建德市",
)  # fmt: skip
_AFTER = (
    "上城区", "拱墅区", "上城区", "拱墅区", "西湖区", "滨江区", "萧山区", "余杭区", "临平区",
    "钱塘区", "富阳区", "临安区", "桐庐县", "淳安县", "建德市",
)  # fmt: skip

DISTRICTS: tuple[str, ...] = (
    "上城区", "拱墅区", "西湖区", "滨江区", "萧山区", "余杭区", "临平区", "钱塘区", "富阳区", "临安区",
    "桐庐县", "淳安县", "建德市", "下城区", "江干区", "钱塘新区",
)  # fmt: skip
"""Every district of both maps; the first thirteen are the map since 2021-04-09."""

DISTRICT_EN: dict[str, str] = {
    "上城区": "Shangcheng", "拱墅区": "Gongshu", "西湖区": "Xihu", "滨江区": "Binjiang", "萧山区": "Xiaoshan",
    "余杭区": "Yuhang", "临平区": "Linping", "钱塘区": "Qiantang", "富阳区": "Fuyang", "临安区": "Lin'an",
    "桐庐县": "Tonglu", "淳安县": "Chun'an", "建德市": "Jiande", "下城区": "Xiacheng", "江干区": "Jianggan",
    "钱塘新区": "Qiantang New Area",
}  # fmt: skip

WESTERN = ("富阳区", "临安区", "桐庐县", "淳安县", "建德市")

_CODE = {name: code for code, name in enumerate(DISTRICTS)}
_MAPS = (
    np.array([_CODE[name] for name in _BEFORE], dtype=np.int64),
    np.array([_CODE[name] for name in _AFTER], dtype=np.int64),
)


def district_code(name: str) -> int:
    """Code of a district by its Chinese or English name.

    Raises
    ------
    ValueError
        If no district of either map has the name.
    """
    for code, district in enumerate(DISTRICTS):
        if name in (district, DISTRICT_EN[district], district[:-1]) and len(name) >= 2:
            return code
    raise ValueError(f"{name!r} is no district of Hangzhou; known: {'、'.join(DISTRICTS)}")


def districts_of(zones: Any, day: int) -> NDArray[np.int64]:
    """District codes of zones by the map in force on a day."""
    return _MAPS[int(day >= MAP_CHANGE)][np.asarray(zones, np.int64)]
