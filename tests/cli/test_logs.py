"""Logs at DEBUG, with forced errors, echoing SQL: nothing of an answer, a member or a token."""

from __future__ import annotations

import importlib
import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator

import pytest
import sqlalchemy

from pulse_bot.config import logs
from pulse_bot.errors import Refused, StorageError

SECRET = "4-and-nobody-may-know"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged at DEBUG; everything is as it was afterwards."""
    names = ("", *logs.QUIET_LOGGERS)
    before = [(name, logging.getLogger(name)) for name in names]
    state = [(one, one.level, one.handlers, one.propagate) for _, one in before]
    for hook in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, hook, getattr(sys, hook))
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    stream = io.StringIO()
    logs.set_up_logging("DEBUG", "line", stream)
    yield stream
    logging.captureWarnings(capture=False)
    for one, level, handlers, propagate in state:
        one.level, one.handlers, one.propagate = level, handlers, propagate


def log() -> logging.Logger:
    return logging.getLogger("pulse_bot.usecases.rounds.close")


def test_a_record_is_one_line_of_keys_and_values(written: io.StringIO) -> None:
    log().info("round closed\nin time", extra={"round": 7, "seconds": 0.5})

    line = written.getvalue()
    assert line.count("\n") == 1
    assert 'level=info logger=pulse_bot.usecases.rounds.close says="round closed\\nin time"' in line
    assert line.rstrip().endswith("round=7 seconds=0.5")


def test_or_one_object(written: io.StringIO) -> None:
    logs.set_up_logging("DEBUG", "json", written)

    log().warning('it said "no"', extra={"partnership": 3})

    record = json.loads(written.getvalue())
    assert record["says"] == 'it said "no"'
    assert record["partnership"] == 3
    assert record["time"].endswith("+00:00")


@pytest.mark.parametrize("field", ["member", "user", "answer", "token", "address", "tag"])
def test_a_field_that_leads_to_a_member_is_not_written(written: io.StringIO, field: str) -> None:
    log().info("answered", extra={field: SECRET, "round": 7})

    assert SECRET not in written.getvalue()
    assert f"{field}=" not in written.getvalue()


def test_an_exception_is_told_by_type_and_place(written: io.StringIO) -> None:
    try:
        int(SECRET)
    except ValueError:
        log().exception("closing failed")

    assert SECRET not in written.getvalue()
    assert "Traceback" not in written.getvalue()
    assert "ValueError at cli/test_logs.py:" in written.getvalue()


def test_a_module_that_is_missing_is_named() -> None:
    with pytest.raises(ImportError) as missing:
        importlib.import_module("pulse_bot.nothing")

    assert logs.describe_error(missing.value).startswith(
        "ModuleNotFoundError: pulse_bot.nothing at "
    )


def test_the_causes_of_our_own_errors_are_told_so_too(written: io.StringIO) -> None:
    cause: dict[str, int] = {}
    try:
        try:
            cause[SECRET]
        except KeyError as error:
            raise StorageError("The database is full. Make room.") from error
    except StorageError:
        log().exception("closing failed")

    assert SECRET not in written.getvalue()
    assert "StorageError: The database is full. Make room. at" in written.getvalue()
    assert "caused by KeyError at cli/test_logs.py:" in written.getvalue()


def refuse() -> None:
    raise Refused(f"“{SECRET}” is too short to be a question.")


def test_a_refusal_that_a_bug_came_out_of_is_told_without_what_was_typed(
    written: io.StringIO,
) -> None:
    try:
        try:
            refuse()
        except Refused:
            int("a bug")
    except ValueError:
        log().exception("an event was not handled")

    assert SECRET not in written.getvalue()
    assert "ValueError at cli/test_logs.py:" in written.getvalue()
    assert "caused by Refused at cli/test_logs.py:" in written.getvalue()


def test_what_an_error_with_a_cause_was_raised_beside_is_told_too(written: io.StringIO) -> None:
    try:
        try:
            int(SECRET)
        except ValueError:
            cause = OSError(SECRET)
            raise StorageError("The database is full. Make room.") from cause
    except StorageError:
        log().exception("closing failed")

    assert SECRET not in written.getvalue()
    assert "caused by OSError at nowhere" in written.getvalue()
    assert "caused by ValueError at cli/test_logs.py:" in written.getvalue()


def test_the_statement_and_parameters_of_a_failed_query_are_not_written(
    written: io.StringIO,
) -> None:
    engine = sqlalchemy.create_engine("sqlite://", echo=True)
    with engine.connect() as connection:
        with pytest.raises(sqlalchemy.exc.OperationalError) as failed:
            connection.execute(sqlalchemy.text("select :x from nowhere"), {"x": SECRET})
        log().error("failed", exc_info=failed.value)
        connection.execute(sqlalchemy.text("select :x"), {"x": SECRET})
    engine.dispose()

    assert SECRET not in written.getvalue()
    assert "OperationalError" in written.getvalue()


@pytest.mark.parametrize("name", ["dbos", "asyncio", "httpx", "sqlalchemy.engine.Engine", "other"])
def test_a_library_is_heard_without_its_words(
    written: io.StringIO, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An engine that was stopped in this process has silenced its own.
    monkeypatch.setattr(logging.getLogger(name), "disabled", False)
    logging.getLogger(name).error("Task exception: ValueError(%r)", SECRET)

    assert SECRET not in written.getvalue()
    assert f"logger={name} at=cli/test_logs.py:" in written.getvalue()


@pytest.mark.parametrize("name", ["dbos", "httpx", "sqlalchemy.engine.Engine"])
def test_a_library_is_not_heard_below_warning(written: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("POST /bot%s/sendMessage", SECRET)

    assert written.getvalue() == ""


def test_pages_that_were_opened_are_never_written(written: io.StringIO) -> None:
    """A page's address holds its member's personal link."""
    logging.getLogger("uvicorn.access").critical("GET /m/%s", SECRET)

    assert written.getvalue() == ""


def test_the_web_server_says_that_it_serves(written: io.StringIO) -> None:
    server = logging.getLogger("uvicorn.error")
    level = server.level
    server.setLevel(logging.NOTSET)  # as it is before a page of ours was served in this process
    server.info("Uvicorn running on http://127.0.0.1:8080")
    server.setLevel(level)

    assert "running on http://127.0.0.1:8080" in written.getvalue()


def test_a_warning_is_told_without_its_words(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"odd value {SECRET}", stacklevel=1)

    assert SECRET not in written.getvalue()
    assert "logger=py.warnings" in written.getvalue()


def test_a_record_that_cannot_be_formatted_is_told_by_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream = io.StringIO()
    handler = logs.SafeHandler(stream)
    handler.setFormatter(logs.LineFormatter())

    handler.handle(log().makeRecord("pulse_bot", 20, "x.py", 3, "%d answers", (SECRET,), None))

    told = capsys.readouterr().err
    assert "could not be written at x.py:3" in told
    assert SECRET not in told + stream.getvalue()


def test_the_job_engine_finds_a_handler_and_adds_none(written: io.StringIO) -> None:
    from dbos._logger import init_logger

    init_logger()

    kinds = [type(one) for one in logging.getLogger("dbos").handlers]
    assert logs.SafeHandler in kinds
    assert logging.StreamHandler not in kinds


UNCAUGHT = """
import threading
from pulse_bot.config.logs import hide_payloads
hide_payloads()
class Odd:
    def __del__(self):
        raise ValueError("4-and-nobody-may-know")
def fail():
    raise ValueError("4-and-nobody-may-know")
del [Odd()][0]
worker = threading.Thread(target=fail)
worker.start()
worker.join()
fail()
"""


def test_what_nobody_catches_is_told_without_its_arguments() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert SECRET not in ended.stderr
    assert ended.stderr.count("ValueError at") == 3
