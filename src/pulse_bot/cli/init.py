"""`pulse-bot init`: ask a few things, write one settings file, make three places apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar, cast

import click

from pulse_bot.cli import settings_option
from pulse_bot.config.places import choose_places, find_common_folder
from pulse_bot.config.settings import (
    Settings,
    default_data_dir,
    load_settings,
    sqlite_file,
    sqlite_url,
)
from pulse_bot.config.sources import DEFAULT_FILE
from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_installation_key, make_key_folder
from pulse_bot.crypto.machine import is_in_memory
from pulse_bot.crypto.private_files import replace_private_file
from pulse_bot.errors import SettingsError

Answer = TypeVar("Answer")

HOST = "127.0.0.1"
PORT = 8080
APART = "docs/running-it.md says how to take them apart."
PORTS = click.IntRange(1, 65535)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="The folder of the database.")
@click.option("--database", metavar="URL", help="An SQLite file or a PostgreSQL database.")
@click.option("--host", help=f"Where the pages listen.  [default: {HOST}]")
@click.option("--port", type=PORTS, help=f"Their port.  [default: {PORT}]")
@click.option("--public-url", metavar="URL", help="How members reach the pages, behind a proxy.")
@click.option("--yes", is_flag=True, help="Ask nothing: take the defaults.")
@click.option("--force", is_flag=True, help="Replace the settings file that is there.")
def init(
    *,
    data: Path | None,
    database: str | None,
    host: str | None,
    port: int | None,
    public_url: str | None,
    yes: bool,
    force: bool,
) -> None:
    """Set up pulse-bot: ask a few things, write one file."""
    file = settings_option() or DEFAULT_FILE
    if file.exists() and not force:
        raise SettingsError(f"{file} is there already. Keep it, or replace it with --force.")
    folder = _ask_value("Folder of the database", data, default_data_dir(), silent=yes)
    folder = folder.expanduser().absolute()
    url = _ask_value("Database", database, sqlite_url(folder / "pulse.db"), silent=yes)
    web: dict[str, str | int] = {
        "host": _ask_value("Host that the pages listen on", host, HOST, silent=yes),
        "port": _ask_value("Port of the pages", port, PORT, silent=yes),
        "public_url": _ask_value(
            "How members reach them, behind a proxy", public_url, "", silent=yes
        ),
    }
    places = choose_places(folder)
    core = {
        "database_url": url,
        "key_store": str(places.key_store),
        "installation_key_file": str(places.installation_key),
    }
    settings = _write_settings(file, _format_toml(core, web))
    _make_folders(settings, folder)
    _print_summary(file, settings)


def _ask_value(question: str, value: Answer | None, default: Answer, *, silent: bool) -> Answer:
    if value is not None:
        return value
    if silent:
        return default
    kind = cast("type[Answer]", PORTS) if isinstance(default, int) else type(default)
    return click.prompt(question, default=default, type=kind)


def _format_toml(core: Mapping[str, str], web: Mapping[str, str | int]) -> str:
    head = "# Settings of pulse-bot; docs/settings.md lists them all."
    return "\n".join([head, *_toml_lines(core), "", "[web]", *_toml_lines(web), ""])


def _toml_lines(values: Mapping[str, str] | Mapping[str, str | int]) -> list[str]:
    """A JSON string is a TOML string too."""
    return [f"{key} = {json.dumps(value)}" for key, value in values.items() if value != ""]


def _write_settings(file: Path, text: str) -> Settings:
    """Write the file once what stands in it is known to be right. It may hold a password."""
    with replace_private_file(file, text.encode()) as draft:
        try:
            return load_settings(draft)
        except SettingsError as error:
            message = str(error).replace(str(draft), str(file))
            raise SettingsError(f"{message}\nNothing was written.") from error


def _make_folders(settings: Settings, folder: Path) -> None:
    database = sqlite_file(settings.database_url)
    for place in (folder, database.parent if database else folder):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = settings.key_store.get_secret_value()
    if "://" not in store:
        make_key_folder(Path(store))
        DirectoryKeyStore(Path(store)).check()
    make_installation_key(settings.installation_key_file)


def _print_summary(file: Path, settings: Settings) -> None:
    click.echo(f"Wrote {file}.\n")
    for line in _list_places(settings):
        click.echo(line)
    click.echo("\nNext:")
    for step in ("partnership create --help", "member add --help", "programme set --help", "run"):
        click.echo(f"  pulse-bot {step}")


def _list_places(settings: Settings) -> Iterator[str]:
    """Where everything is, and why there."""
    folder = find_common_folder(settings)
    if folder is None:
        yield "Three places, so that no copy of one of them opens what is sealed:"
    else:
        yield f"All of it lies in {folder}: a copy of that folder opens what is sealed. {APART}"
    yield f"Database: {sqlite_file(settings.database_url) or 'a PostgreSQL server'}"
    yield "  What is to be backed up."
    yield f"Installation key: {settings.installation_key_file}"
    yield "  Keep one copy of it in a safe place, apart from the backups of the database: sums of"
    yield "  the six rounds under way cannot be read without it."
    yield "  Is this a second worker? Copy the first one's file over this one."
    store = settings.key_store.get_secret_value()
    yield f"Key store: {'a Redis server' if '://' in store else store}"
    yield "  Keys of open rounds, and of words that wait. Leave it out of every backup."
    if "://" in store:
        return
    if is_in_memory(Path(store)):
        yield "  It is in memory: after a start of the machine, open rounds are asked again."
    else:
        yield "  It is on a disk, and in a backup of your whole home. It is best kept in memory"
        yield "  (tmpfs): docs/running-it.md says how. Several workers need one Redis instead."
