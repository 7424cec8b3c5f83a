"""The reference model may share draws, phases, parsed values and the economy's one-row functions, and nothing else."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "reference"
ALLOWED = {"fundflow.base.draws", "fundflow.base.money", "fundflow.base.calendar", "fundflow.economy"}
RUNS_THE_ENGINE = {"scaled.py", "compare.py", "test_agreement.py", "test_pieces_agree.py", "law.py"}
"""The scenario of the comparison, the comparison itself, and the reader of catalogue values."""


def imported(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module)
    return {name for name in found if name.split(".")[0] == "fundflow"}


@pytest.mark.parametrize("path", sorted(HERE.glob("*.py")), ids=lambda path: path.name)
def test_the_reference_imports_nothing_of_the_engine(path: Path) -> None:
    if path.name not in RUNS_THE_ENGINE:
        assert imported(path.read_text(encoding="utf-8")) <= ALLOWED


def test_an_import_of_the_engine_would_be_seen() -> None:
    assert imported("from fundflow.simulation import simulate") - ALLOWED
    assert imported("import fundflow.policy.chain") - ALLOWED
