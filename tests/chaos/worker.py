"""The real command `pulse-bot` on a clock that is moved: `worker.py FILE COMMAND…`.

FILE holds the seconds by which the clock is ahead. Paces that only make people wait are quickened,
so that a week fits into half a minute: how often the engine looks into its queue, when a silent
worker counts as dead, how fast one chat is written to.

`worker.py FILE --each JSON` runs a list of commands and prints how each ended, as JSON.

CHAOS_BROKEN names mistakes that the suite must find (its negative controls):
`forgets` confirms one answer in four that was never stored; `drops` takes a platform's 503 for
success.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import ExitStack, redirect_stdout
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import sqlalchemy as sa

from pulse_bot import app
from pulse_bot.cli import main, root
from pulse_bot.engine import EVERY_MINUTE, Pace
from pulse_bot_telegram import pacing

AHEAD = Path(sys.argv.pop(1)) if __name__ == "__main__" else Path()
QUICK = {"poll": 0.2, "beat": 1.0, "dead_after": 20.0}


class MovedClock(app.WallClock):
    """As far ahead as the file says at this moment."""

    def now(self) -> datetime:
        """Now, moved."""
        return datetime.now(UTC) + timedelta(seconds=float(AHEAD.read_text(encoding="ascii")))


def forget_answers() -> None:
    """Let one statement in four that stores answers store nothing, and look as if it had."""
    number = itertools.count(1)

    @sa.event.listens_for(sa.Engine, "before_cursor_execute", retval=True)
    def forget(
        _conn: object, _cursor: object, statement: str, parameters: Any, *_: object
    ) -> tuple[str, Any]:
        if statement.startswith("INSERT INTO envelope") and next(number) % 4 == 0:
            statement = re.sub(r"VALUES \((.*?)\)", r"SELECT \1 WHERE 1 = 0", statement, count=1)
        return statement, parameters


class Taken(dict[str, Any]):
    """An answer of Slack's that says that all went well."""

    headers: ClassVar[dict[str, str]] = {}


def drop_messages() -> None:
    """Take a 503 for success."""
    from slack_sdk.web.async_client import AsyncWebClient

    posts: Callable[..., Any] = AsyncWebClient.chat_postMessage

    async def chat_post_message(self: AsyncWebClient, **told: Any) -> Any:
        try:
            return await posts(self, **told)
        except Exception:
            return Taken(ok=True, ts="1.1", channel=told["channel"])

    patch.object(AsyncWebClient, "chat_postMessage", chat_post_message).start()


def do_each(commands: list[list[str]]) -> None:
    """Several commands in one process: most of a command's time is that Python starts."""
    ended = []
    for words in commands:
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                root.main(words, prog_name="pulse-bot")
        except SystemExit as end:
            ended.append((end.code, printed.getvalue()))
    sys.stdout.write(json.dumps(ended))


BROKEN = {"forgets": forget_answers, "drops": drop_messages}

if __name__ == "__main__":
    for mistake in os.environ.get("CHAOS_BROKEN", "").split():
        BROKEN[mistake]()
    known = {one.name for one in fields(EVERY_MINUTE)} & QUICK.keys()
    pace = Pace(**{**asdict(EVERY_MINUTE), **{name: QUICK[name] for name in known}})
    with ExitStack() as stack:
        stack.enter_context(patch.object(app, "WallClock", MovedClock))
        stack.enter_context(patch.object(app, "App", partial(app.App, pace=pace)))
        for name in ("A_SECOND_IN_A_CHAT", "A_SECOND_IN_A_GROUP"):
            stack.enter_context(patch.object(pacing, name, 1000.0, create=True))
        if sys.argv[1] == "--each":
            do_each(json.loads(sys.argv[2]))
        else:
            main()
