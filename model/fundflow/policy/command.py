"""The command ``fundflow award``."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import click

from fundflow.policy import ask, describe, table
from fundflow.policy.answer import answers, as_text, condition_answers
from fundflow.policy.catalogue import Catalogue, load_catalogue
from fundflow.policy.chain import settle
from fundflow.policy.conditions import ConditionSet
from fundflow.policy.faults import Faults, MissingFacts
from fundflow.policy.instrument import Instrument
from fundflow.policy.law_command import find, policy
from fundflow.policy.options import EXPIRY, LANG, READING, Refused, clear_errors
from fundflow.policy.totals import Totals

__all__ = ["award", "policy"]


@click.command()
@click.argument("instrument")
@click.argument("facts", nargs=-1, metavar="[FACT=VALUE]...")
@click.option("--on", "on", metavar="DATE", help="Day of the event (R&D: the end of the R&D year).")
@click.option("--claims", type=click.Path(path_type=Path), help="A CSV of applicants: a header of facts, one row each.")
@click.option("--budget", metavar="YUAN", help="The city's money for the round.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the answer to a .csv or .json file.")
@click.option("--facts", "show_facts", is_flag=True, help="Tell which facts the rule needs.")
@EXPIRY
@READING
@LANG
@clear_errors
def award(
    instrument: str,
    facts: tuple[str, ...],
    on: str | None,
    claims: Path | None,
    budget: str | None,
    as_json: bool,
    out: Path | None,
    show_facts: bool,
    after_expiry: str,
    readings: tuple[str, ...],
    lang: str,
) -> None:
    """Tell what one claimant, or a list of claimants, gets under a rule.

    INSTRUMENT is an instrument, or a rule of the law that it carries out. Money may be written 2000000, 200万 or
    0.02亿; rates 20% or 0.2.
    """
    catalogue = load_catalogue(readings=ask.read_words(readings), after_expiry=after_expiry)
    found = find(catalogue, instrument)
    if show_facts:
        click.echo(describe.facts_of(found, catalogue, lang, as_json))
        return
    given, rows = ask.read_words(facts), [{}] if claims is None else ask.read_file(claims)
    rows = [{**given, **{name: cell for name, cell in row.items() if cell or name not in given}} for row in rows]
    faults = Faults()
    day, money = _day(on, faults), _money(budget, found, faults)
    results = _results(catalogue, found, rows, day, money, lang, faults)
    answer: dict[str, Any] = results[0]
    if claims is not None:
        rate = next((one["rate"] for one in results if one["rate"]), None)
        answer = {"rate": rate, "claims": results}
    _put(answer, rows, results, as_json, out, lang)


def _day(on: str | None, faults: Faults) -> int:
    if on is None:
        faults.add("--on", "missing: the day of the event")
        return ask.EARLIEST
    try:
        return ask.read_day(on)
    except ValueError as error:
        faults.add(f"--on {on}", str(error))
        return ask.EARLIEST


def _money(budget: str | None, found: list[Any], faults: Faults) -> dict[str, int | None]:
    if budget is None:
        return {}
    pots = {one.envelope for one in found if isinstance(one, Instrument) and one.envelope}
    if not pots:
        faults.add(f"--budget {budget}", "this rule spends no budget of the city")
    try:
        fen = table.money(budget)
    except ValueError as error:
        faults.add(f"--budget {budget}", str(error))
        return {}
    return dict.fromkeys(pots, fen)


def _results(
    catalogue: Catalogue,
    found: list[Instrument | ConditionSet],
    rows: list[dict[str, str]],
    day: int,
    money: dict[str, int | None],
    lang: str,
    faults: Faults,
) -> list[dict[str, Any]]:
    competing = len(rows) > 1 and any(isinstance(one, Instrument) and one.competition for one in found)
    everywhere = ask.facts_everywhere(catalogue.facts)
    asked = ask.make_batch(rows, ask.books_of(found), everywhere, day, faults, competing)
    unread = {fault.split(" = ")[0].split(": ")[-1].strip() for fault in faults.found}
    if ask.needs_district(found) and not asked.has_district and not any("district" in one for one in faults.found):
        faults.add("district", "missing: it decides who bears what")
    try:
        results = _ask(catalogue, found, asked, money, lang)
    except MissingFacts as lack:
        books = ask.books_of(found)
        for name in lack.names:
            if name not in unread:
                fact = next(book[name] for book in books if name in book)
                known = f" ({', '.join(fact.label(code) for code, _ in fact.labels)})" if fact.labels else ""
                faults.add(name, f"missing: {fact.en} / {fact.zh}, {fact.unit or fact.type}{known}")
        results = []
    faults.check(found[0].id if len(found) == 1 else "facts")
    for name in asked.ignored:
        click.echo(f"note: {name} is not asked for by this rule", err=True)
    return results


def _ask(
    catalogue: Catalogue, found: list[Instrument | ConditionSet], asked: ask.Asked, money: Any, lang: str
) -> list[dict[str, Any]]:
    instruments = [one for one in found if isinstance(one, Instrument)]
    if not instruments:
        assert isinstance(found[0], ConditionSet)
        return condition_answers(found[0], asked.batch, lang)
    able, lacking = [], []
    for one in instruments:
        try:
            settle(catalogue, [one], asked.batch, totals=Totals())
            able.append(one)
        except MissingFacts as lack:
            # Nobody is in a class whose own mark is not given; anything else that is missing must be told.
            marks = one.eligible[0].facts if one.eligible else ()
            if len(instruments) == 1 or not set(marks) & set(lack.names):
                raise
            lacking.append(lack)
    if not able:
        raise MissingFacts([name for lack in lacking for name in lack.names])
    outcomes = settle(catalogue, able, asked.batch, totals=Totals(), envelopes=money)
    return answers(outcomes, asked.batch, lang)


def _put(
    answer: dict[str, Any],
    rows: list[dict[str, str]],
    results: list[dict[str, Any]],
    as_json: bool,
    out: Path | None,
    lang: str,
) -> None:
    if out is not None:
        try:
            _write(answer, rows, results, out)
        except OSError as error:
            raise Refused(f"--out {out}: {error.strerror}") from None
        click.echo(str(out))
    elif as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        if "claims" in answer and answer["rate"]:
            click.echo(f"rate {answer['rate']}")
        for number, one in enumerate(results):
            if len(results) > 1:
                click.echo(f"--- {number + 1}")
            click.echo(as_text(one, lang))


def _write(answer: dict[str, Any], rows: list[dict[str, str]], results: list[dict[str, Any]], out: Path) -> None:
    if out.suffix.lower() == ".json":
        out.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    if out.suffix.lower() != ".csv":
        raise Refused(f"--out {out}: must end in .csv or .json")
    bearers = list(dict.fromkeys(name for one in results for name in one["shares"]))
    names = list(dict.fromkeys(name for row in rows for name in row))
    own = ["eligible", "reason", "entitlement", "total"]
    # The mark at the start lets Chinese spreadsheets read the file as UTF-8.
    with out.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([*names, *(f"award_{name}" if name in names else name for name in [*own, *bearers])])
        for row, one in zip(rows, results, strict=True):
            cells = [row.get(name, "") for name in names]
            writer.writerow([*cells, *(one[name] for name in own), *(one["shares"].get(b, "0.00") for b in bearers)])
