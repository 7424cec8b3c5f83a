"""The model draws by identity only: array samplers and hidden generators are banned in ``model/``.

A sampler that walks through an array moves every later draw when one row is added or one parameter changes.
Run as a script, this file prints what it finds and fails if there is anything.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

MODEL = Path(__file__).resolve().parents[1] / "model"
MODULES = ("random", "secrets", "numpy.random", "scipy.stats.sampling")
SAMPLERS = {
    "beta", "binomial", "chisquare", "choice", "choices", "default_rng", "dirichlet", "gamma", "geometric",
    "gumbel", "hypergeometric", "lognormal", "lognormvariate", "multinomial", "multivariate_normal", 
    "negative_binomial",
    "pareto", "permutation", "permuted", "poisson", "rand", "randint", "randn", "random_sample", "randrange",
    "RandomState", "rvs", "shuffle", "standard_gamma", "standard_normal", "triangular", "weibull", "zipf",
}  # fmt: skip
FUNCTIONS_NOT_SAMPLERS = {"special", "math"}
"""Modules whose ``gamma`` and ``beta`` are functions of mathematics."""


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is_keyed(call: ast.Call) -> bool:
    """Whether the call is one of `fundflow.base.draws`: on ``draws``, or its decision named first."""
    first = call.args[0] if call.args else None
    named = isinstance(first, ast.JoinedStr) or (
        isinstance(first, ast.Constant) and isinstance(first.value, str)
    )
    return named or (isinstance(call.func, ast.Attribute) and _dotted(call.func.value) == "draws")


def banned(source: str) -> list[tuple[int, str]]:
    """Lines and reasons of everything banned in a source text."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, f"import {a.name}") for a in node.names if a.name.startswith(MODULES)]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            if (node.module or "").startswith(MODULES) or any(
                name.startswith("numpy.random") for name in names
            ):
                found.append((node.lineno, f"from {node.module} import ..."))
        elif isinstance(node, ast.Attribute) and _dotted(node) in ("np.random", "numpy.random"):
            found.append((node.lineno, _dotted(node)))
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SAMPLERS
        ):
            owner = _dotted(node.func.value).rpartition(".")[2]
            if owner not in FUNCTIONS_NOT_SAMPLERS and not _is_keyed(node):
                found.append((node.lineno, f"{_dotted(node.func)}(...)"))
    return sorted(set(found))


def all_banned(root: Path = MODEL) -> list[str]:
    """Everything banned under a folder, as ``file:line what``."""
    return [
        f"{path.relative_to(root.parent)}:{line} {what}"
        for path in sorted(root.rglob("*.py"))
        for line, what in banned(path.read_text(encoding="utf-8"))
    ]


def test_no_array_sampler_in_the_model():
    assert all_banned() == []


@pytest.mark.parametrize(
    "line",
    [
        "import random",
        "import numpy.random as r",
        "from numpy.random import default_rng",
        "from numpy import random",
        "x = np.random.default_rng(1)",
        "x = rng.poisson(3.0, size=10)",
        "x = rng.choice(rows)",
        "x = generator.permutation(rows)",
        "x = rng.binomial(n, p)",
        "x = rng.gamma(2.0)",
        "x = norm.rvs(size=5)",
    ],
)
def test_a_sampler_is_found(line):
    assert banned(line)


@pytest.mark.parametrize(
    "line",
    [
        'x = draws.poisson("arrivals", ids, mean)',
        "x = draws.poisson(decision, ids, mean)",
        'x = draws.poisson(f"arrivals:{kind}", ids, mean)',
        "x = special.gamma(k)",
        "x = special.ndtri(u)",
        'x = draws.uniform("wish", ids)',
    ],
)
def test_a_keyed_draw_and_a_function_of_mathematics_are_allowed(line):
    assert banned(line) == []


if __name__ == "__main__":
    lines = all_banned()
    print("\n".join(lines) or "no array samplers in the model")
    sys.exit(bool(lines))
