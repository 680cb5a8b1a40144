"""Breaking on purpose, for chosen methods and chats, a number of times or until it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tests.platforms.telegram.world import Json


class Kind(StrEnum):
    """How a call fails."""

    FLOOD = "429, with the seconds to wait"
    BROKEN = "a 5xx"
    DROPPED = "the connection ends before anything is done"
    LOST = "it is done, and the connection ends before the answer"
    SLOW = "everything goes well, late"
    REFUSED = "a 4xx, in Telegram's words"
    GARBLED = "nothing is done, and a page comes that nobody can read"
    ANSWER_GARBLED = "it is done, and such a page comes"
    CONFLICT = "409, as where another one listens"


@dataclass
class Fault:
    """What is to go wrong, and for which calls."""

    kind: Kind
    methods: tuple[str, ...] = ()
    """All, where there are none."""
    chat: int | None = None
    left: int | None = 1
    """How often; None for ever."""
    seconds: float = 0.0
    code: int = 502
    words: str = ""
    met: int = 0
    """How often it happened."""


class Trouble:
    """What a test asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def flood(
        self,
        seconds: int = 1,
        *,
        methods: tuple[str, ...] = (),
        chat: int | None = None,
        times: int | None = 1,
    ) -> Fault:
        """Too Many Requests."""
        return self._add(Fault(Kind.FLOOD, methods, chat, times, seconds))

    def broken(
        self, code: int = 502, *, methods: tuple[str, ...] = (), times: int | None = 1
    ) -> Fault:
        """A 5xx, whose body is a page and not JSON, as from a proxy in front."""
        return self._add(Fault(Kind.BROKEN, methods, None, times, code=code))

    def drop(
        self, *, methods: tuple[str, ...] = (), chat: int | None = None, times: int | None = 1
    ) -> Fault:
        """The connection ends, and nothing was done."""
        return self._add(Fault(Kind.DROPPED, methods, chat, times))

    def lose(
        self, *, methods: tuple[str, ...] = (), chat: int | None = None, times: int | None = 1
    ) -> Fault:
        """It arrived, and the answer is lost."""
        return self._add(Fault(Kind.LOST, methods, chat, times))

    def slow(
        self, seconds: float, *, methods: tuple[str, ...] = (), times: int | None = 1
    ) -> Fault:
        """It takes this long."""
        return self._add(Fault(Kind.SLOW, methods, None, times, seconds))

    def refuse(
        self, code: int, words: str, *, methods: tuple[str, ...] = (), times: int | None = 1
    ) -> Fault:
        """Refused for a reason."""
        return self._add(Fault(Kind.REFUSED, methods, None, times, code=code, words=words))

    def garble(self, *, done: bool, methods: tuple[str, ...] = (), times: int | None = 1) -> Fault:
        """A page with status 200, whether anything was `done` or not."""
        kind = Kind.ANSWER_GARBLED if done else Kind.GARBLED
        return self._add(Fault(kind, methods, None, times))

    def conflict(self, *, times: int | None = 1) -> Fault:
        """Whoever listens is told that somebody else does."""
        return self._add(Fault(Kind.CONFLICT, ("getUpdates",), None, times))

    def mend(self) -> None:
        """All is well again."""
        self._faults.clear()

    def meet(self, method: str, values: Json) -> Fault | None:
        """What goes wrong with this call, if anything."""
        for fault in self._faults:
            concerned = not fault.methods or method in fault.methods
            there = fault.chat is None or values.get("chat_id") == fault.chat
            if concerned and there and fault.left != 0:
                fault.met += 1
                if fault.left is not None:
                    fault.left -= 1
                return fault
        return None

    def _add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault
