"""The part of ``docs/results.md`` that follows from the schemas; a test holds the page to it."""

from __future__ import annotations

from fundflow.results.schema import INDICATORS, TABLES

_WHAT = {
    "payments": "Cash: what leaves a treasury, by month.",
    "commitments": "Entitlements and awards by fiscal year of the award day, and what took from them.",
    "settlements": "What one level of government owes another where bearer and payer differ.",
    "recoveries": (
        "Money claimed back, by the month in which it is due and by who had borne it. Payments are not reduced by it: "
        "what the treasuries spent in the end is payments less recoveries. For each instrument, district and year of "
        "the award it is at most what was paid by that month."
    ),
    "indicators": "The economy and the institutions, by year; the names are listed below.",
    "claims": "Every claim of replication 0, paid or not. One file, `claims.parquet`.",
}


def describe() -> str:
    """Tables of columns and of indicators, in Markdown."""
    lines = []
    for table, columns in TABLES.items():
        lines += [
            f"### {table}",
            "",
            _WHAT[table],
            "",
            "| column | type | unit | meaning |",
            "|---|---|---|---|",
        ]
        lines += [f"| `{n}` | {_type(str(c.type))} | {c.unit} | {c.text} |" for n, c in columns.items()]
        lines.append("")
    lines += ["### Indicators", "", "| name | unit | meaning |", "|---|---|---|"]
    lines += [f"| `{name}` | {unit} | {text} |" for name, (unit, text) in INDICATORS.items()]
    return "\n".join(lines) + "\n"


def _type(name: str) -> str:
    return "List of structs" if name.startswith("List") else name
