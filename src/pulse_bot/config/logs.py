"""Logs: one line a record, and nothing in it that says who answered, or what.

The rule of the promise, "no answer, no member with a round, no token, no SQL parameters, no payload
in a traceback", is kept here by construction: of an exception that is not ours only its type and
its places in the code are written, of a library's record only its place (its text can quote
anything), and of a record's fields only those that are named in FIELDS.

So whoever meets an exception that nobody foresaw logs it as anywhere, with `log.exception("What
failed.")`, or with `exc_info` where it is only a warning: the place is written, and no value. What
is foreseen, a platform that is down, say, needs no place.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Final, TextIO

from pulse_bot.errors import PulseBotError, Refused

EXTRA_FIELDS: Final = ("adapter", "workspace", "partnership", "round", "job", "count", "seconds")
"""What a record may carry in `extra`. None of them leads to a member; others are not written."""

OWN_LOGGERS: Final = ("pulse_bot", "uvicorn.error", "__main__")
"""Loggers whose text is written: our own, and the web server's start and stop."""

SILENT_LOGGERS: Final = ("uvicorn.access",)
"""Loggers that are never written: the address of a page holds a member's personal link."""

QUIET_LOGGERS: Final = (
    "sqlalchemy",
    "dbos",
    "httpx",
    "httpcore",
    "asyncio",
    "alembic",
    "fontTools",
)
"""Libraries that are heard from WARNING on, whatever the level: below it they quote payloads, or
say seventy things of every PDF."""

MOST_FRAMES: Final = 6
"""Innermost places of a traceback that are written, and as many of our own further out."""

LINKS: Final = 8
"""Exceptions of a chain or of a group that are told."""


def set_up_logging(level: str = "INFO", style: str = "line", stream: TextIO | None = None) -> None:
    """Write all logs to `stream` (standard error), as lines of key=value or, "json", as objects."""
    handler = SafeHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else LineFormatter())
    handler.addFilter(is_logged)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # The job engine adds a handler of its own, with payloads, unless it finds one.
    engine = logging.getLogger("dbos")
    engine.handlers, engine.propagate = [handler], False
    logging.captureWarnings(capture=True)
    hide_payloads()


def hide_payloads() -> None:
    """Exceptions that nobody catches are told without their arguments, in every thread."""
    sys.excepthook = _report_crash
    threading.excepthook = lambda args: _report_crash(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )
    sys.unraisablehook = lambda args: _report_crash(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def _report_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    sys.stderr.write(f"pulse-bot stopped on a mistake of its own: {describe_error(error, trace)}\n")
    sys.stderr.write("Nothing personal is in this line; please report it as it is.\n")


def is_logged(record: logging.LogRecord) -> bool:
    """Whether a record is written at all."""
    return not _is_under(record.name, SILENT_LOGGERS)


def describe_error(error: BaseException, trace: TracebackType | None = None) -> str:
    """An exception and its causes: our own with their message, others with type and place alone.

    A refusal is told without its message, which can quote what somebody typed. What could not be
    imported is named: it is the name of a module, and all that helps.
    """
    return " caused by ".join(
        _describe_link(link, trace) for link in islice(_walk_causes(error), LINKS)
    )


def _describe_link(error: BaseException, trace: TracebackType | None) -> str:
    has_words = isinstance(error, PulseBotError) and not isinstance(error, Refused)
    detail = f": {error}" if has_words else ""
    if isinstance(error, ImportError) and error.name:
        detail = f": {error.name}"
    places = " < ".join(_trace_places(error.__traceback__ or trace))
    return f"{type(error).__name__}{detail} at {places or 'nowhere'}"


def _walk_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    links: list[BaseException | None] = [error]
    while links:
        link = links.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        # What `from None` hides, too: it hides words, of which none are written.
        links += (link.__cause__, link.__context__)
        links += link.exceptions if isinstance(link, BaseExceptionGroup) else ()


def _trace_places(trace: TracebackType | None) -> list[str]:
    """The innermost first. Those of ours that lead into a library's depths are told beside them."""
    inner: list[str] = []
    ours: list[str] = []
    for frame, line in reversed(list(walk_tb(trace))):
        code = frame.f_code
        if code.co_filename.startswith("<frozen"):
            continue
        place = f"{_shorten_path(code.co_filename)}:{line} in {code.co_name}"
        if len(inner) < MOST_FRAMES:
            inner.append(place)
        elif _is_under(str(frame.f_globals.get("__name__")), OWN_LOGGERS):
            ours.append(place)
    return inner + ours[:MOST_FRAMES]


def _shorten_path(path: str) -> str:
    return "/".join(Path(path).parts[-2:])


def _is_under(name: str, roots: tuple[str, ...]) -> bool:
    return any(name == root or name.startswith((f"{root}.", f"{root}_")) for root in roots)


def record_fields(record: logging.LogRecord) -> dict[str, object]:
    """What is written of a record, in order."""
    fields: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
    }
    if _is_under(record.name, OWN_LOGGERS):
        fields["says"] = record.getMessage()
    else:
        fields["at"] = f"{_shorten_path(record.pathname)}:{record.lineno}"
    fields |= {key: getattr(record, key) for key in EXTRA_FIELDS if hasattr(record, key)}
    if record.exc_info and record.exc_info[1]:
        fields["error"] = describe_error(record.exc_info[1])
    return fields


class LineFormatter(logging.Formatter):
    """One line of key=value; a value with spaces is quoted as JSON quotes it."""

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(
            f"{key}={_format_value(value)}" for key, value in record_fields(record).items()
        )


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(record_fields(record), ensure_ascii=False, default=str)


def _format_value(value: object) -> str:
    text = str(value)
    plain = text and text.isprintable() and not any(mark in text for mark in ' "=')
    return text if plain else json.dumps(text, ensure_ascii=False)


class SafeHandler(logging.StreamHandler[TextIO]):
    """Tells of a record that cannot be written by its place: the usual handler quotes it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        sys.stderr.write(
            f"a log record could not be written at {record.pathname}:{record.lineno}\n"
        )
