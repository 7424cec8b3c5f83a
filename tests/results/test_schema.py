"""What a simulation may return, and what is refused."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from fundflow.results import TABLES, TableFault, frame_of, schema_of, stage_lists
from tests.results.tables import tables_of


@pytest.mark.parametrize("table", list(TABLES))
def test_a_frame_has_the_columns_and_types_of_its_schema(table):
    frame = frame_of(table, tables_of(0)[table], 0)
    assert dict(frame.schema) == schema_of(table)


def test_days_since_1970_become_dates():
    claims = frame_of("claims", tables_of(0)["claims"], 0)
    assert claims["event_day"].to_list() == [date(2026, 12, 31)] * 2


def test_indicators_are_rounded_to_six_decimals():
    assert frame_of("indicators", tables_of(0)["indicators"], 0)["value"][0] == 0.333333


def test_a_float_in_an_amount_is_refused():
    columns = tables_of(0)["payments"] | {"city": [1.0, 2.0]}
    with pytest.raises(TableFault, match="city holds floats"):
        frame_of("payments", columns, 0)


def test_an_amount_too_large_for_its_column_is_refused_and_not_wrapped():
    columns = tables_of(0)["payments"] | {"award_year": np.array([2**40, 1])}
    with pytest.raises(TableFault):
        frame_of("payments", columns, 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"city": [1]}, "different length"),
        ({"extra": [1, 2]}, r"unknown columns \['extra'\]"),
        ({"city": [None, 1]}, "empty values"),
        ({"month": ["June", "July"]}, "payments"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_the_reason(change, words):
    with pytest.raises(TableFault, match=words):
        frame_of("payments", tables_of(0)["payments"] | change, 0)


def test_a_missing_column_is_named():
    columns = tables_of(0)["payments"]
    del columns["paid_by"]
    with pytest.raises(TableFault, match=r"missing columns \['paid_by'\]"):
        frame_of("payments", columns, 0)


def test_stage_lists_give_each_claim_its_stages_in_order():
    series = stage_lists([("amount", np.array([5, 6]), ["none", "cap"]), ("split", np.array([2, 3]), ["none"] * 2)])
    assert series.to_list()[1] == [
        {"stage": "amount", "amount": 6, "reason": "cap"},
        {"stage": "split", "amount": 3, "reason": "none"},
    ]
    columns = tables_of(0)["claims"] | {"stages": series}
    assert frame_of("claims", columns, 0)["stages"].dtype == schema_of("claims")["stages"]


def test_every_column_of_every_table_is_described():
    for columns in TABLES.values():
        for name, column in columns.items():
            assert column.text and column.unit and isinstance(column.type, pl.DataType), name
