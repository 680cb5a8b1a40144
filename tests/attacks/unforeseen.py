"""Bugs that hold all that must not be written, and two logs of them: ours and a naive one."""

from __future__ import annotations

import inspect
import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import TracebackException
from types import ModuleType
from typing import NoReturn

import sqlalchemy as sa

from pulse_bot.config.logs import LineFormatter, SafeHandler
from pulse_bot.config.plugins import load_renderer
from pulse_bot.storage.database import Database
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from tests.made_up import KEY, START

IN_THE_MESSAGE = "heron-in-the-message"
IN_A_LOCAL = "heron-in-a-local"
IN_THE_QUERY = "heron-in-the-query"
SECRETS = (IN_THE_MESSAGE, IN_A_LOCAL, IN_THE_QUERY)


def stumble(*_: object) -> NoReturn:
    """Raise what nobody foresaw."""
    answer = "-".join(["heron", "in", "a", "local"])  # not in the text of the program
    engine = sa.create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT :answer FROM nowhere"), {"answer": IN_THE_QUERY})
    except sa.exc.OperationalError as error:
        raise RuntimeError(f"{IN_THE_MESSAGE} {len(answer)}") from error
    finally:
        engine.dispose()
    raise AssertionError("That table should not exist.")


class BrokenDatabase(Database):
    """Stumbles whatever it is asked."""

    read = write = connect = connect_clicks = scrub = stumble


class BrokenKeys:
    """A key store that stumbles, too."""

    create = load = destroy = list_rounds = check = stumble
    create_words_key = load_words_key = destroy_words_key = list_words_keys = stumble
    read_marker = write_marker = locate = stumble


def broken_installation() -> Installation:
    """An installation of which nothing works."""
    return Installation(
        database=BrokenDatabase("sqlite://"),
        keys=BrokenKeys(),
        clock=FixedClock(START),
        renderer=load_renderer(),
        pool=dict,
        installation_key=KEY,
    )


class NaiveFormatter(logging.Formatter):
    """What a helpful library would write: the words, and what the variables held."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return record.getMessage()
        lines = TracebackException.from_exception(error, capture_locals=True).format()
        return "".join([record.getMessage(), *lines])


class Logs:
    """What was logged so far, in both ways."""

    def __init__(self) -> None:
        self.ours, self.naive = io.StringIO(), io.StringIO()

    def handlers(self) -> Iterator[logging.Handler]:
        """To be added to the root."""
        for stream, formatter in ((self.ours, LineFormatter()), (self.naive, NaiveFormatter())):
            handler = SafeHandler(stream)
            handler.setFormatter(formatter)
            yield handler

    def told(self, place: str) -> set[str]:
        """What is wrong with our log of a bug at a place, a regular expression; nothing should."""
        return faults(self.ours.getvalue(), place)

    def told_naively(self, place: str) -> set[str]:
        """The control: what is wrong with the naive one."""
        return faults(self.naive.getvalue(), place)


def faults(text: str, place: str) -> set[str]:
    """Secrets that are there, and places that are not."""
    found = {secret for secret in SECRETS if secret in text}
    wanted = (place, r"attacks/unforeseen\.py:\d+ in stumble", "RuntimeError", "OperationalError")
    return found | {one for one in wanted if not re.search(one, text)}


def place_of(function: Callable[..., object]) -> str:
    """A regular expression for a line within a function."""
    code = inspect.unwrap(function).__code__
    file = "/".join(Path(code.co_filename).parts[-2:])
    return rf"{re.escape(file)}:\d+ in {code.co_name}\b"


def place_in(module: ModuleType) -> str:
    """A regular expression for a line in a module."""
    file = "/".join(Path(str(module.__file__)).parts[-2:])
    return rf"{re.escape(file)}:\d+ in \w"


@contextmanager
def logged() -> Iterator[Logs]:
    """Everything that is logged inside, at DEBUG."""
    logs, root = Logs(), logging.getLogger()
    handlers, level = list(logs.handlers()), root.level
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield logs
    finally:
        root.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)
