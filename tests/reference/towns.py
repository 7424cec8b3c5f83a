"""Districts and who bears a share: typed from the texts of the documents, not from the engine.

A zone is a number from 0 to 14; the order of the zones is shared data (a firm's id holds its zone).
"""

from __future__ import annotations

from datetime import date

# State Council 国函〔2021〕38号, in force the day it was announced.
NEW_MAP_FROM = date(2021, 4, 9)

# zone: (district before, district after)
PLACES = {
    0: ("上城区", "上城区"),
    1: ("下城区", "拱墅区"),
    2: ("江干区", "上城区"),
    3: ("拱墅区", "拱墅区"),
    4: ("西湖区", "西湖区"),
    5: ("滨江区", "滨江区"),
    6: ("萧山区", "萧山区"),
    7: ("余杭区", "余杭区"),
    8: ("余杭区", "临平区"),
    9: ("钱塘新区", "钱塘区"),
    10: ("富阳区", "富阳区"),
    11: ("临安区", "临安区"),
    12: ("桐庐县", "桐庐县"),
    13: ("淳安县", "淳安县"),
    14: ("建德市", "建德市"),
}

# The list printed in every measure of 2020 (for example 杭科资〔2020〕72号 article 10) names the old
# districts; the makerspace measure of 2021 prints the new ones (钱塘区 1:1, 临平区 1:3). Reading 4 joins them.
EQUAL_2020 = {"上城区", "下城区", "江干区", "拱墅区", "西湖区", "滨江区", "富阳区", "钱塘新区"}
QUARTER_2020 = {"萧山区", "余杭区", "临安区", "桐庐县", "建德市", "淳安县"}
EQUAL = EQUAL_2020 | {"钱塘区"}
QUARTER = QUARTER_2020 | {"临平区"}


def district(zone: int, on: date) -> str:
    """The district that a zone belongs to on a date."""
    before, after = PLACES[zone]
    return before if on < NEW_MAP_FROM else after


def parts_of_city(name: str) -> tuple[int, int]:
    """The city's share of a standard cost split, as a pair (parts, of)."""
    if name in EQUAL:
        return 1, 2
    if name in QUARTER:
        return 1, 4
    raise KeyError(name)


def bearers(total: int, name: str) -> tuple[int, int]:
    """City and district in fen: the city's part is cut down, the district pays the rest (reading 2)."""
    parts, of = parts_of_city(name)
    city = total * parts // of
    return city, total - city
