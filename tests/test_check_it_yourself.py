"""What docs/check-it-yourself.md works out by hand is what the program answers."""

import csv
import json
import re
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from fundflow.policy.command import award

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "check-it-yourself.md").read_text(encoding="utf-8")
ROUND = DOCS / "check" / "round-of-12.csv"
CALLS = re.search(r"```award\n(.*?)```", PAGE, re.S)[1].strip().splitlines()
HALF = {"滨江区", "西湖区", "拱墅区", "富阳区", "上城区", "钱塘区"}


def ask(words):
    answer = CliRunner().invoke(award, [*words, "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.split()[0])
def test_each_award_of_the_page_is_what_the_program_answers(call):
    words, expected = call.split(" => ")
    answer = ask(words.split())
    assert [answer["total"], answer["shares"]["city"], answer["shares"]["district"]] == expected.split()


def cut(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("0.01"), ROUND_DOWN)


def spreadsheet() -> list[tuple[Decimal, Decimal]]:
    """The six steps of the page: who is out, the rate with K at its cap, each amount and the city's part."""
    rows = list(csv.DictReader(ROUND.open(encoding="utf-8")))
    kept = {"A", "B", "C", "D", "G", "H", "I", "K"}
    weight = sum(
        Fraction(row["rnd_increase"]) / (2 if row["district"] in HALF else 4)
        for row in rows
        if row["name"] in kept - {"K"}
    )
    rate = (2_300_000 - 500_000) / weight
    found = []
    for row in rows:
        amount = cut(min(Fraction(row["rnd_increase"]) * rate, 2_000_000)) if row["name"] in kept else Decimal(0)
        city = cut(Fraction(amount) / (2 if row["district"] in HALF else 4))
        found.append((amount, city))
    return found


def test_the_round_of_twelve_agrees_with_the_spreadsheet_and_the_page():
    answer = ask(["rnd-subsidy-actual-rate", "--on", "2021-12-31", "--claims", str(ROUND), "--budget", "230万"])
    got = [(Decimal(claim["total"]), Decimal(claim["shares"]["city"])) for claim in answer["claims"]]
    assert got == spreadsheet()
    for amount, city in got:
        assert not amount or f"| {amount:,.2f} | {city:,.2f} |" in PAGE
    assert f"{sum(city for _, city in got):,.2f}" in PAGE
