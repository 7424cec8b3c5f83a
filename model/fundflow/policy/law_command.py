"""The command ``fundflow policy``: the catalogue listed, shown, checked, exported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import click

from fundflow.policy import ask, describe
from fundflow.policy.catalogue import Catalogue, load_catalogue
from fundflow.policy.check import check
from fundflow.policy.conditions import ConditionSet
from fundflow.policy.coverage import cover, entries_of
from fundflow.policy.export import export
from fundflow.policy.instrument import Instrument
from fundflow.policy.listing import Choice, listing
from fundflow.policy.options import EXPIRY, LANG, READING, Refused, clear_errors

WHOLE_LAW = click.option("--whole-law", is_flag=True, help="Tell also which rules of the law nothing covers.")


def find(catalogue: Catalogue, name: str) -> list[Instrument | ConditionSet]:
    """What an id or a rule stands for; refused where there is nothing."""
    try:
        return catalogue.find(name)
    except ValueError as error:
        raise Refused(str(error)) from None


@click.group()
def policy() -> None:
    """The rules of the catalogue: list, show, check, export; gaps and differences of scenarios."""


def _on(on: str | None) -> int:
    try:
        return ask.read_day(on or date.today().isoformat())
    except ValueError as error:
        raise Refused(f"--on {on}: {error}") from None


@policy.command("list")
@click.option("--on", metavar="DATE", help="Day for the legal status; today by default.")
@click.option("--by", type=click.Choice(["department", "document"]), default="department", help="How it is grouped.")
@click.option("--department", default="", metavar="NAME", help="Only what this department pays; a part of its name.")
@click.option("--document", default="", metavar="NUMBER", help="Only this document; a part of its number, id or title.")
@EXPIRY
@LANG
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@clear_errors
def list_rules(
    on: str | None, by: str, department: str, document: str, after_expiry: str, lang: str, as_json: bool
) -> None:
    """List the catalogue by department, with each rule's evidence and its legal status on a date."""
    catalogue = load_catalogue(after_expiry=after_expiry)
    try:
        click.echo(listing(catalogue, _on(on), lang, as_json, by, Choice(department, document)))
    except ValueError as error:
        raise Refused(str(error)) from None


@policy.command("show")
@click.argument("instrument")
@click.option("--on", metavar="DATE", help="Day whose values are shown; today by default.")
@READING
@LANG
@clear_errors
def show_rule(instrument: str, on: str | None, readings: tuple[str, ...], lang: str) -> None:
    """Show one instrument with values, dates, clauses and readings, and which date governs what."""
    catalogue = load_catalogue(readings=ask.read_words(readings))
    fund, note = describe.fund(instrument, catalogue, _on(on), lang), describe.registered(instrument, catalogue, lang)
    # A rule may be carried out and still leave a number open.
    told = fund or (
        describe.showing(find(catalogue, instrument), catalogue, _on(on), lang)
        if note is None or instrument in catalogue.names
        else None
    )
    click.echo("\n\n".join(one for one in (told, note) if one))


@policy.command("export")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON (the only form).")
@EXPIRY
@READING
@clear_errors
def export_rules(as_json: bool, after_expiry: str, readings: tuple[str, ...]) -> None:
    """Give every entry of the catalogue with its rules, values and dates, and what is registered as not modelled."""
    catalogue = load_catalogue(readings=ask.read_words(readings), after_expiry=after_expiry)
    click.echo(json.dumps(export(catalogue), ensure_ascii=False, indent=1))


@policy.command("check")
@WHOLE_LAW
@EXPIRY
@READING
@clear_errors
def check_rules(whole_law: bool, after_expiry: str, readings: tuple[str, ...]) -> None:
    """Check units, dates, documents and clauses, bands, validity and rule ids; exit status 2 with all faults."""
    say_faults(load_catalogue(readings=ask.read_words(readings), after_expiry=after_expiry), whole_law)


def say_faults(catalogue: Catalogue, whole_law: bool, sources: Mapping[str, str] | None = None) -> None:
    """Say that a catalogue has no fault, or refuse it with all of them."""
    faults = check(catalogue, sources)
    if whole_law:
        found = cover(catalogue)
        faults += [f"{rule}   not covered: {told}" for rule, told in found.missing.items()]
        faults += [f"{rule}   {told}" for rule, wrong in found.differing.items() for told in wrong]
    if faults:
        count = len(faults)
        raise Refused(f"policy: {count} fault{'s' if count > 1 else ''}\n" + "\n".join(f"  {one}" for one in faults))
    values = sum(len(one.values) for one in entries_of(catalogue))
    click.echo(f"{len(catalogue.instruments)} instruments, {values} values: no fault")
