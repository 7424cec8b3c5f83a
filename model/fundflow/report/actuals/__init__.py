"""Actuals: what has been paid, awarded and counted, laid over a finished run when it is read (docs/actuals.md).

A run stays as simulated. Reading it with a file of actuals fixes the covered months, and weighs each replication by
how well it agrees with them; the same run can be read again with newer actuals.
"""

from __future__ import annotations

from fundflow.report.actuals.apply import Reading, apply
from fundflow.report.actuals.keeping import Choice, chosen, forget, keep, remembered
from fundflow.report.actuals.reading import ActualsFaults, Known, read_actuals
from fundflow.report.actuals.rows import Actuals, Row
from fundflow.report.actuals.weighing import LEAST, TooFewLeft, kish

__all__ = [
    "LEAST",
    "Actuals",
    "ActualsFaults",
    "Choice",
    "Known",
    "Reading",
    "Row",
    "TooFewLeft",
    "apply",
    "chosen",
    "forget",
    "keep",
    "kish",
    "read_actuals",
    "remembered",
]
