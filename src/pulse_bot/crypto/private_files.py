"""Files that the server's user alone may read: written durably, looked at, removed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pulse_bot.errors import KeyStoreError

PRIVATE_DIR_MODE: Final = 0o700
PRIVATE_FILE_MODE: Final = 0o600


def write_private_file(file: Path, content: bytes) -> None:
    """Write a new file, private from its first moment, and durably; remove it when that fails."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE_MODE)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        file.unlink(missing_ok=True)
        raise


@contextmanager
def replace_private_file(file: Path, content: bytes) -> Iterator[Path]:
    """A draft of a file to look at; it takes the file's place unless something is raised."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    try:
        with explain_file_errors(file):
            write_private_file(draft, content)
        yield draft
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def shred_file(file: Path) -> None:
    """Overwrite a file, as far as its disk does so in place, and remove it; or do nothing."""
    try:
        with file.open("r+b") as stream:
            stream.write(bytes(file.stat().st_size))
            stream.flush()
            os.fsync(stream.fileno())
    except FileNotFoundError:
        return
    file.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a name that was added to a folder, or taken out, survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_private(path: Path, required_mode: int) -> None:
    """Raise unless a file or folder belongs to this user, who alone may read and may write it."""
    status = path.stat()
    if status.st_uid != os.geteuid():
        raise KeyStoreError(
            f"{path} belongs to another user than the one pulse-bot runs as. "
            f"Run: sudo chown {os.geteuid()} {path}"
        )
    mode = stat.S_IMODE(status.st_mode) & 0o777
    if mode != required_mode:
        raise KeyStoreError(
            f"{path} has mode {mode:o}; keys need {required_mode:o}, which lets "
            f"nobody else read them. Run: chmod {required_mode:o} {path}"
        )


@contextmanager
def explain_file_errors(path: Path) -> Iterator[None]:
    """Turn the system's errors about a file for keys into KeyStoreError."""
    try:
        yield
    except OSError as error:
        raise KeyStoreError(
            f"{path.parent if path.suffix == '.draft' else path} cannot be used: "
            f"{error.strerror}. Make room, or make it writable, and try again."
        ) from error
