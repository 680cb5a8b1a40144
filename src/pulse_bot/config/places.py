"""Where `init` puts database, installation key and key store, and whether they lie together.

Apart, because whoever gets all three reads what is sealed: a backup of one folder must not have
them. Nothing is made here.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformdirs.unix import Unix

from pulse_bot.config.settings import Settings, default_data_dir, sqlite_file

RUN: Final = Path("/run")
"""In memory, and emptied by each start of the machine, where systemd runs it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the two kinds of keys go."""

    installation_key: Path
    key_store: Path


def choose_places(data: Path) -> Places:
    """Places for the keys of an installation that keeps its database in this folder.

    Each folder of data has its own. Keys that stand in it already stay: they were made by an older
    `init`, and a database knows its keys again.
    """
    # The same on every platform: some have one folder for data and settings.
    user = Unix("pulse-bot", appauthor=False)
    name = "" if data == default_data_dir() else _name_data(data)
    in_memory = RUN / "pulse-bot" / name / "keys"
    on_disk = user.user_state_path / name / "keys"
    beside = Places(data / "installation.key", data / "keys")
    return Places(
        beside.installation_key
        if beside.installation_key.exists()
        else user.user_config_path / name / "installation.key",
        beside.key_store
        if beside.key_store.exists()
        else (in_memory if _is_run_by_systemd() and os.access(RUN, os.W_OK) else on_disk),
    )


def _name_data(data: Path) -> str:
    """Short, and another for each folder of the same name."""
    return f"{data.name}-{hashlib.sha256(str(data).encode()).hexdigest()[:8]}"


def _is_run_by_systemd() -> bool:
    """By sd_booted(3): a container has no such folder, and its memory may end without notice."""
    return (RUN / "systemd" / "system").is_dir()


def find_common_folder(settings: Settings) -> Path | None:
    """The folder in which database, installation key and key store all lie, if they do."""
    database = sqlite_file(settings.database_url)
    store = settings.key_store.get_secret_value()
    if database is None or "://" in store:
        return None
    keys = (settings.installation_key_file, Path(store))
    lie_here = all(place.is_relative_to(database.parent) for place in keys)
    return database.parent if lie_here else None
