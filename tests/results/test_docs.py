"""The page that describes the run folder says what the schemas say."""

from pathlib import Path

from fundflow.results import TABLES
from fundflow.results.describe import describe
from fundflow.results.summary import BANDS

PAGE = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8")


def test_the_page_describes_every_column_of_every_table():
    assert describe() in PAGE
    for columns in TABLES.values():
        for name in columns:
            assert f"| `{name}` |" in PAGE


def test_the_page_names_every_column_of_the_summary():
    for name in ("measure", "year", "instrument", "status", "level", "replications", "mean"):
        assert f"| `{name}` |" in PAGE
    for name, _ in BANDS:
        assert f"`{name}`" in PAGE
