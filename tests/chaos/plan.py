"""What goes wrong in a run, as data: drawn from a seed, printed, and drawn again from the same."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

PHASES = ("opening", "answering", "reminding", "answering again", "closing", "workshop")
"""The acts of a virtual week, in their order."""
LATE = 35.0
"""Seconds that a platform holds a call back: longer than any client waits."""


class Kind(StrEnum):
    """What can happen."""

    KILL = "kill -9"
    STOP = "SIGTERM"
    CUT = "connections to PostgreSQL terminated"
    DATABASE = "PostgreSQL stopped at once and started again"
    FROZEN = "Redis answers nobody"
    EMPTIED = "Redis started anew, its keys gone"
    DISK = "disk full"
    ROWS = "damaged rows"
    KEY = "damaged key"
    PLATFORM = "a platform fails"
    DEAF = "a platform's listener is thrown out"


INTERRUPTING = frozenset({Kind.KILL, Kind.STOP, Kind.CUT, Kind.DATABASE, Kind.DISK, Kind.DEAF})
"""After these nobody can know whether a send that was under way had arrived."""

ANSWERS = {
    "429": False, "503": False, "dropped": False, "garbled": False,
    "answer dropped": True, "answer garbled": True, "late": True,
}  # fmt: skip
"""How a platform fails, and whether the message arrives all the same."""

PLAIN = frozenset({"429", "503"})
"""After these the sender knows that it did not arrive; after all others nobody can tell it."""

SENDS = {
    "slack": {
        "texts": ("chat.postMessage",),
        "files": ("files.getUploadURLExternal", "upload", "files.completeUploadExternal"),
        "replies": ("chat.update",),
    },
    "telegram": {
        "texts": ("sendMessage",),
        "pictures": ("sendPhoto",),
        "files": ("sendDocument",),
        "replies": ("editMessageText", "answerCallbackQuery"),
    },
}
"""Each kind of send, by the methods that it takes."""

SENT_IN = {
    "answering": ("replies", "texts"),
    "answering again": ("replies", "texts"),
    "closing": ("texts", "texts", "pictures", "files"),
    "workshop": ("texts", "files", "files"),
}
"""What is sent in a phase, as often as it is to be hurt; in all others only texts."""

ROWS = {
    "items of a round are no items": ("round", "items = '[42]'"),
    "an item of an unknown kind": (
        "round", """items = replace(CAST(items AS TEXT), '"kind": "', '"kind": "un')"""
    ),
    "an unknown state of a round": ("round", "state = 'dreaming'"),
    "thresholds that no rule knows": ("round", """thresholds = '{"number": "many"}'"""),
    "a time zone that is gone": ("partnership", "time_zone = 'Atlantis/Poseidonis'"),
    "an unknown standing of members": ("member", "standing = 'ghostly'"),
    "a programme that today's rules refuse": ("programme", "items_a_round = 400"),
}  # fmt: skip
"""Ways to damage one partnership: the table, and what is set there."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong."""

    phase: str
    after: float
    """Seconds after the phase begins."""
    kind: Kind
    detail: str = ""
    """Of a platform "slack, texts: 503"; of rows a name in ROWS."""
    worker: int = 0
    lasts: float = 0.0
    """Seconds until what was stopped is started again."""
    times: int = 1
    """How many calls of a platform fail."""
    victim: str = ""
    """The partnership that is damaged."""

    def __str__(self) -> str:
        who = f" {['first', 'second'][self.worker]}" if self.kind in (Kind.KILL, Kind.STOP) else ""
        more = [self.detail, self.victim and f"of {self.victim}"]
        told = " ".join(word for word in more if word)
        often = f", {self.times} times" if self.kind is Kind.PLATFORM else ""
        return f"{self.phase}+{self.after:.1f}s {self.kind.value}{who} {told}{often}".strip()

    @property
    def platform(self) -> tuple[str, str, str]:
        """Of a platform's fault: which, what is sent, how it fails."""
        place, _, how = self.detail.partition(": ")
        name, _, sends = place.partition(", ")
        return name, sends, how


@dataclass(frozen=True)
class Plan:
    """Everything that goes wrong in one run."""

    seed: int
    database: str
    keys_in: str
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return f"{self.database}, keys in {self.keys_in}: " + "; ".join(map(str, self.faults))

    def of(self, phase: str) -> list[Fault]:
        """The faults of a phase, in their order."""
        return sorted((one for one in self.faults if one.phase == phase), key=lambda one: one.after)

    @property
    def victims(self) -> frozenset[str]:
        """The partnerships that are damaged."""
        return frozenset(one.victim for one in self.faults if one.victim)

    def count_doubled(self, phases: tuple[str, ...]) -> int:
        """How many sends of these phases may come twice, at most."""
        return self._count_in_flight(phases, {how for how, arrives in ANSWERS.items() if arrives})

    def count_unknown(self, phases: tuple[str, ...]) -> int:
        """Of how many sends of these phases nobody can know whether they arrived, at most."""
        return self._count_in_flight(phases, ANSWERS.keys() - PLAIN)

    def _count_in_flight(self, phases: tuple[str, ...], ways: Collection[str]) -> int:
        here = [one for one in self.faults if one.phase in phases]
        failing = [one for one in here if one.kind is Kind.PLATFORM and one.platform[2] in ways]
        return sum(one.times for one in failing) + 30 * sum(
            one.kind in INTERRUPTING for one in here
        )

    @property
    def keys_lost(self) -> bool:
        """Whether rounds are lost honestly."""
        return any(one.kind is Kind.EMPTIED for one in self.faults)


def make_plan(seed: int, database: str, partnerships: tuple[str, ...]) -> Plan:
    """The plan of a seed."""
    drawn = random.Random(f"{seed} {database}")
    keys_in = drawn.choice(["folder", "redis"]) if database == "postgres" else "folder"
    faults = [_platform_fault(drawn) for _ in range(drawn.choice([1, 1, 2, 3]))]
    faults += [_blow(drawn, database, keys_in) for _ in range(drawn.choice([1, 1, 2]))]
    if drawn.random() < 0.35:
        faults.append(_damage(drawn, partnerships))
    return Plan(seed, database, keys_in, tuple(faults))


def calm_plan(database: str, phase: str = "", detail: str = "") -> Plan:
    """Nothing goes wrong but one platform in one phase, or nothing at all."""
    faults = (Fault(phase, 0.0, Kind.PLATFORM, detail),) if phase else ()
    return Plan(0, database, "folder", faults)


def _platform_fault(drawn: random.Random) -> Fault:
    phase = drawn.choice([*PHASES, "closing", "workshop"])
    name = drawn.choice(sorted(SENDS))
    sends = [one for one in SENT_IN.get(phase, ("texts",)) if one in SENDS[name]]
    how = drawn.choice(sorted(ANSWERS))
    # One that is late costs half a minute, and no more is seen of a second.
    times = 1 if how == "late" else drawn.choice([1, 1, 2, 4])
    return Fault(phase, drawn.choice([0.0, 0.0, 1.0]), Kind.PLATFORM,
                 f"{name}, {drawn.choice(sends)}: {how}", times=times)  # fmt: skip


def _blow(drawn: random.Random, database: str, keys_in: str) -> Fault:
    kinds = [Kind.KILL, Kind.KILL, Kind.STOP, Kind.DISK, Kind.DEAF]
    if database == "postgres":
        kinds += [Kind.CUT, Kind.DATABASE]
    if keys_in == "redis":
        kinds += [Kind.FROZEN, Kind.EMPTIED]
    kind = drawn.choice(kinds)
    worker = drawn.randrange(2) if database == "postgres" else 0
    after, lasts = round(drawn.uniform(0.0, 5.0), 1), round(drawn.uniform(0.2, 5.0), 1)
    return Fault(drawn.choice(PHASES), after, kind, worker=worker, lasts=lasts)


def _damage(drawn: random.Random, partnerships: tuple[str, ...]) -> Fault:
    phase, victim = drawn.choice(["answering", "answering again", "closing"]), partnerships
    kind = drawn.choice([Kind.ROWS, Kind.ROWS, Kind.ROWS, Kind.KEY])
    detail = drawn.choice(sorted(ROWS)) if kind is Kind.ROWS else ""
    # At a close, before it begins.
    after = 0.0 if phase == "closing" else 0.5
    return Fault(phase, after, kind, detail, victim=drawn.choice(victim))
