"""A real process that closes a round and then waits, so that its memory can be looked at.

It is run with URL KEYS HOW, and was never told what was written in the round.
"""

from __future__ import annotations

import gc
import logging
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pulse_bot.config.logs import set_up_logging
from pulse_bot.crypto.key_stores import DirectoryKeyStore
from pulse_bot.domain.release.comments import draw_words
from pulse_bot.domain.release.digest import DigestFacts
from pulse_bot.domain.release.policy import release_facts
from pulse_bot.domain.release.record import Statement
from pulse_bot.errors import KeyStoreError
from pulse_bot.ports import Renderer
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.rounds import make_digest
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import CLOSES, installation

HOARD: Final[list[object]] = []
LANDMARK: Final = "CLOSED-AND" + "-STILL-HERE"


class FailingOnce:
    """Gives what another gives, from the second call on."""

    def __init__(self, real: Any) -> None:
        self._real, self._calls = real, 0

    def __call__(self, *args: Any, **options: Any) -> Any:
        self._calls += 1
        if self._calls == 1:
            raise ValueError("It fails.", *args)
        return self._real(*args, **options)


class FailingRenderer:
    """Raises with all that it was given, the first time."""

    def __init__(self, real: Renderer) -> None:
        self._statements = FailingOnce(real.statements)

    def statements(self, facts: DigestFacts) -> tuple[Statement, ...]:
        said: tuple[Statement, ...] = self._statements(facts)
        return said


def hoard(real: Any) -> Any:
    """Keep what a function gives."""

    def keep(*args: Any) -> Any:
        result = real(*args)
        HOARD.append(result)
        return result

    return keep


def put(owner: object, name: str, value: object) -> None:
    """In the place of what is there."""
    setattr(owner, name, value)


def refuse(_round_id: int) -> bytes:
    """Of a store that takes no key."""
    raise KeyStoreError("Make room.")


def main() -> None:
    """Close, and wait."""
    url, keys, how = sys.argv[1:]
    set_up_logging("DEBUG", "line")
    made = installation(url, FixedClock(CLOSES), DirectoryKeyStore(Path(keys)))
    if how == "with a renderer that fails":
        made = replace(made, renderer=FailingRenderer(made.renderer))  # type: ignore[arg-type] # it is asked no more
    elif how == "with a policy that fails":
        put(make_digest, "release_facts", FailingOnce(release_facts))
    elif how == "with a hoarder":
        put(make_digest, "draw_words", hoard(draw_words))
    elif how == "with a key store that is full":
        put(made.keys, "create_words_key", refuse)
    with suppress(KeyStoreError):
        close_round(made, 1)
    gc.collect()
    logging.getLogger(__name__).debug("%s", LANDMARK)
    sys.stdout.write("closed\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
