"""The command `pulse-bot`: parse, call a use case, print.

The root lives here, and knows of each command only what `--help` shows; the module of a command is
imported when it is used, so that help and a mistyped word cost nothing. No decision is taken here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from pulse_bot.errors import PulseBotError, SettingsError

if TYPE_CHECKING:
    from pulse_bot.config.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

INTERRUPT_EXIT_CODE = 130
"""What shells expect of a program that Ctrl-C ended."""

COMMANDS = {
    "init": ("pulse_bot.cli.init", "init", "Set up pulse-bot: ask a few things, write one file."),
    "run": ("pulse_bot.cli.run", "run", "Ask, remind, close and post, until stopped."),
    "demo": ("pulse_bot.cli.demo", "demo", "Play a made-up partnership, then let you try it."),
    "partnership": ("pulse_bot.cli.partnership", "partnership", "Create and show partnerships."),
    "member": ("pulse_bot.cli.member", "member", "Add, list and import members."),
    "programme": ("pulse_bot.cli.programme", "programme", "Set and show what is asked, and when."),
    "seed": ("pulse_bot.cli.seed", "seed", "Plan questions for a workshop; list, move, cancel."),
    "round": ("pulse_bot.cli.round", "round_", "Open, close and list rounds."),
    "commitment": ("pulse_bot.cli.commitment", "commitment", "Write down and end commitments."),
    "pack": ("pulse_bot.cli.pack", "pack", "Show, export and open the packs of workshops."),
    "digest": ("pulse_bot.cli.digest", "digest", "Show and export digests."),
    "audit": ("pulse_bot.cli.audit", "audit", "Attack what was published, as a reader would."),
    "keys": ("pulse_bot.cli.keys", "keys", "Show whose the keys are; take on others."),
    "trouble": ("pulse_bot.cli.trouble", "trouble", "List what failed, and try it again."),
    "bank": ("pulse_bot.cli.bank", "bank", "List, show, lint and preview question banks."),
}
"""Name: module, attribute, one line of help."""


class CommandError(click.ClickException):
    """An error of ours, told without a traceback.

    By click inside the command, so that a test that invokes it sees what a person sees.
    """


class SettingsCommandError(CommandError):
    """An error in the settings, told as a mistake in the command line is."""

    exit_code = 2


class LazyGroup(click.Group):
    """Imports a command when it is used, and tells errors to people."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.{attribute} is not a command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except PulseBotError as error:
            kind = SettingsCommandError if isinstance(error, SettingsError) else CommandError
            raise kind(str(error)) from error
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPT_EXIT_CODE) from None


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulse-bot", prog_name="pulse-bot")
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The settings file.  [default: pulse-bot.toml, if there is one]",
)
def root(settings: Path | None) -> None:
    """Ask a partnership of schools one to three questions a week, in the chat that they use.

    Answers are sealed until a round closes, then only what cannot betray anybody is said.
    Start with `pulse-bot demo`, or `pulse-bot init` and `pulse-bot run`.
    """


def with_settings(command: Callable[Concatenate[Settings, P], R]) -> Callable[P, R]:
    """Hand a command the settings as its first argument, read when it is used."""

    @wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        from pulse_bot.config.settings import load_settings

        return command(load_settings(settings_option()), *args, **kwargs)

    return wrapper


def settings_option() -> Path | None:
    """What `--settings` was given, if anything."""
    value = click.get_current_context().find_root().params.get("settings")
    return value if isinstance(value, Path) else None


def main() -> None:
    """The entry point of `pulse-bot`."""
    from pulse_bot.config.logs import hide_payloads

    hide_payloads()
    # Whatever is written here, a database, a list of links, is its owner's alone.
    os.umask(0o077)
    root.main(prog_name="pulse-bot")


if __name__ == "__main__":
    main()
