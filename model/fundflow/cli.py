"""The command line: a list of names. A command's module is imported when the command is called, so help is quick."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "run": ("fundflow.experiment.command:run", "Run a scenario and write a run folder."),
    "award": ("fundflow.policy.command:award", "What one claimant, or a list of claimants, gets under a rule."),
    "policy": ("fundflow.policy.command:policy", "The catalogue of rules: list, show, check, gaps, diff, export."),
    "explain": ("fundflow.experiment.explain_command:explain", "From a figure of a run to the claims behind it."),
    "compare": ("fundflow.experiment.compare_command:compare", "What reforms change against a base, paired."),
    "decompose": (
        "fundflow.experiment.decompose_command:decompose", "Why a year costs more than another, or a forecast changed."
    ),
    "readings": (
        "fundflow.experiment.readings_command:readings", "What the other reading of each open clause would change."
    ),
    "sweep": ("fundflow.experiment.sweep_command:sweep", "What a total does when keys take other values."),
    "uncertainty": (
        "fundflow.experiment.layered_command:uncertainty", "Luck, parameters, readings, policy risks: a fan of bands."
    ),
    "sensitivity": (
        "fundflow.experiment.sensitivity_command:sensitivity", "Which numbers move a total: tornado, Morris, Sobol."
    ),
    "solve": ("fundflow.experiment.solve_command:solve", "Which value of a key meets a wish, such as a budget."),
    "reserve": ("fundflow.report.reserve_command:reserve", "What to keep back: quantiles, and the risk of a budget."),
    "budget": ("fundflow.report.command:budget", "The budget table of a run, for the bureau."),
    "figures": ("fundflow.report.command:figures", "Redraw the figures of a run folder."),
}

MORE = {
    "policy": {
        "check": "fundflow.experiment.law_command:check",
        "gaps": "fundflow.experiment.law_command:gaps",
        "diff": "fundflow.experiment.law_command:diff",
    },
}
"""Commands of a group that need more than its own package knows."""


def _import(place: str) -> click.Command:
    module, name = place.split(":")
    command = getattr(importlib.import_module(module), name)
    assert isinstance(command, click.Command)
    return command


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = _import(COMMANDS[cmd_name][0])
        for name, place in MORE.get(cmd_name, {}).items():
            assert isinstance(command, click.Group)
            command.add_command(_import(place), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy)
@click.version_option(package_name="fundflow")
def main() -> None:
    """Forecast how much subsidy money a city and its districts need, in which year, and how sure that is."""
