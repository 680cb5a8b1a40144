"""The command itself: help without imports, errors for people, quiet ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pulse_bot import cli
from pulse_bot.config.settings import Settings
from pulse_bot.errors import SettingsError, StorageError

HEAVY = {"pydantic", "pydantic_settings", "sqlalchemy", "dbos", "yaml", "alembic", "nacl"}


@click.command()
@click.argument("what")
def odd(what: str) -> None:
    """A command that ends badly."""
    errors: dict[str, BaseException] = {
        "ours": StorageError("The database is full. Make room."),
        "settings": SettingsError("There is no setting foo."),
        "interrupt": KeyboardInterrupt(),
    }
    raise errors[what]


@click.command()
@cli.with_settings
def shows(settings: Settings) -> None:
    """A command that reads the settings."""
    click.echo(settings.log_level)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("odd", "shows"):
        monkeypatch.setitem(cli.COMMANDS, name, (__name__, name, "A test's command."))
    monkeypatch.setitem(sys.modules, __name__, sys.modules[odd.callback.__module__])
    monkeypatch.setattr("pulse_bot.config.settings.adapter_plugins", dict)
    return CliRunner()


def test_help_lists_every_command_with_its_line(runner: CliRunner) -> None:
    shown = runner.invoke(cli.root, ["--help"])

    assert shown.exit_code == 0
    for name, (_, _, line) in cli.COMMANDS.items():
        assert name in shown.output
        assert line in shown.output


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_is_there_and_explains_itself(name: str) -> None:
    shown = CliRunner().invoke(cli.root, [name, "--help"])

    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith(f"Usage: root {name} ")
    assert shown.output.splitlines()[2].strip()


def test_help_and_a_mistyped_word_import_nothing_heavy() -> None:
    program = f"""
import sys
from pulse_bot.cli import root
for words in (["--help"], ["rund"]):
    try:
        root.main(words)
    except SystemExit:
        pass
print("heavy:", sorted({HEAVY!r} & set(sys.modules)))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert ended.stdout.rstrip().endswith("heavy: []")
    assert "Did you mean" in ended.stderr


def test_the_version_is_told(runner: CliRunner) -> None:
    assert runner.invoke(cli.root, ["--version"]).output.startswith("pulse-bot, version ")


@pytest.mark.parametrize(("what", "code"), [("ours", 1), ("settings", 2)])
def test_our_errors_are_told_without_a_traceback(runner: CliRunner, what: str, code: int) -> None:
    ended = runner.invoke(cli.root, ["odd", what])

    assert ended.exit_code == code
    assert ended.stdout == ""
    assert ended.stderr.startswith("Error: ")
    assert "Traceback" not in ended.stderr


def test_an_interruption_is_quiet(runner: CliRunner) -> None:
    ended = runner.invoke(cli.root, ["odd", "interrupt"])

    assert ended.exit_code == cli.INTERRUPT_EXIT_CODE
    assert ended.output == ""


def test_wrong_usage_ends_with_two(runner: CliRunner) -> None:
    ended = runner.invoke(cli.root, ["odd"])

    assert ended.exit_code == 2
    assert "Missing argument" in ended.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [str(Path(sys.executable).parent / "pulse-bot"), "--help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert ended.stderr == ""


def test_settings_come_from_the_named_file(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('log_level = "debug"')

    assert runner.invoke(cli.root, ["--settings", str(file), "shows"]).output == "DEBUG\n"


def test_a_settings_file_that_is_not_there(runner: CliRunner, tmp_path: Path) -> None:
    ended = runner.invoke(cli.root, ["--settings", str(tmp_path / "none.toml"), "shows"])

    assert ended.exit_code == 2
    assert "none.toml, which is not a file" in ended.stderr


def test_a_command_that_is_none_is_our_mistake(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cli.COMMANDS, "odd", ("pulse_bot.cli", "COMMANDS", "No command."))

    with pytest.raises(TypeError, match="is not a command"):
        cli.root.get_command(click.Context(cli.root), "odd")


def test_a_signal_in_the_middle_is_quiet(tmp_path: Path) -> None:
    """Ctrl-C while a command runs."""
    (tmp_path / "slow.py").write_text(
        "import click, time\n"
        "@click.command()\n"
        "def slow():\n    click.echo('started')\n    time.sleep(60)\n"
    )
    # A suite that runs in the background hands down a Ctrl-C that is ignored.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pulse_bot import cli; cli.COMMANDS['slow'] = ('slow', 'slow', ''); cli.main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, "slow"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == cli.INTERRUPT_EXIT_CODE
        assert process.stderr.read() == ""
