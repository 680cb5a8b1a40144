"""One run: a virtual week of a world, a plan carried out in it, and the record of what was seen."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

from tests.chaos import faults
from tests.chaos.people import Answerer
from tests.chaos.plan import PHASES, Plan
from tests.chaos.record import Record, Seen
from tests.chaos.world import (
    CLOSES,
    OPENS,
    REMINDS,
    SOON,
    Chat,
    Partnership,
    Person,
    SlackChannel,
    World,
    copy_of,
    everybody_listens,
)

WORKSHOP_CLOSES = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
MOMENTS = dict(zip(PHASES, (OPENS, None, REMINDS, None, CLOSES, WORKSHOP_CLOSES), strict=True))
WEEKLY = PHASES[:-1]
A_MINUTE = timedelta(minutes=1)
MINUTES = 45
"""Virtual minutes that a settling may take: an outbox tries for as long as that."""
EXCUSED_AFTER = 12
"""Virtual minutes, four attempts, after which what may stay away is not waited for."""
A_LOOK, LONGEST_WORK = 4, 240
"""Seconds between two looks at whether all has come, and of all of them at most."""
HEARD = 20
"""Seconds in which an acknowledged click may still come to something."""
ANSWERING = 150.0
"""Seconds after which somebody who still gets no answer gives up."""
NEVER = 2
"""Members of each partnership who never answer."""


@dataclass
class Week:
    """One run under way."""

    world: World
    plan: Plan
    record: Record
    answerers: dict[str, list[Answerer]] = field(default_factory=dict)
    patience: int = LONGEST_WORK
    """Seconds for which those who work still are waited for."""
    at: dict[str, tuple[int, int]] = field(default_factory=dict)
    """How many messages each platform had when a phase began."""

    def __post_init__(self) -> None:
        for one in self.world.partnerships:
            names = [who.address.user for who in one.members]
            seen = Seen(one.name, names, [_key(chat) for chat in one.chats], one.workshop)
            self.record.partnerships.append(seen)
            self.answerers[one.name] = [Answerer(who, seen) for who in one.members]

    def pairs(self) -> list[tuple[Partnership, Seen]]:
        """Each partnership with what is seen of it."""
        return list(zip(self.world.partnerships, self.record.partnerships, strict=True))

    async def play(self) -> None:
        """All acts, with what the plan has for each."""
        for phase in PHASES if any(one.workshop for one in self.world.partnerships) else WEEKLY:
            both = self.world.platforms
            self.at[phase] = len(both.slack.posted), len(both.telegram.world.posted)
            moment = MOMENTS[phase]
            if moment is not None:
                self.world.installation.move_to(moment + SOON)
            hurting = asyncio.gather(
                *(faults.carry_out(self.world, one) for one in self.plan.of(phase))
            )
            await ACTS[phase](self)
            self.record.notes += [note for note in await hurting if note]
            await faults.start_all(self.world)
            # A platform's faults are counted, and wait for the calls that they are for.
            await self.settle(phase)
            faults.mend(self.world)
            if "answering" in phase:
                await self.count_and_go_on(phase)
        await self.look()

    async def settle(self, phase: str) -> None:
        """Let virtual minutes go by, about one a second, until all is done or time is over."""
        world, count_missing = self.world, MISSING[phase]
        await everybody_listens(world)
        for minute in range(MINUTES):
            missing = await asyncio.to_thread(count_missing, self)
            excused = self._count_excused(phase) if minute >= EXCUSED_AFTER else 0
            if missing <= excused:
                break
            await asyncio.sleep(0.8)
            world.installation.move_to(world.installation.now() + A_MINUTE)
            await faults.start_all(world)
        else:
            await self._work_is_done(count_missing)
        # What comes twice comes a moment later.
        await asyncio.sleep(0.5)

    def _count_excused(self, phase: str) -> float:
        """How much of what is missing will never come, and need not."""
        if self.plan.keys_lost:
            return inf
        return self.plan.count_unknown((phase,)) if phase == "reminding" else 0

    async def _work_is_done(self, count_missing: Callable[[Week], int]) -> None:
        """Wait for those who work still: on a slow machine a virtual hour is short."""
        for _ in range(self.patience // A_LOOK):
            if not await asyncio.to_thread(count_missing, self):
                return
            await asyncio.sleep(A_LOOK)
            # What may have arrived is sent again after longer and longer pauses.
            self.world.installation.move_to(self.world.installation.now() + 5 * A_MINUTE)

    # Acts

    async def wait(self) -> None:
        """Nobody does anything."""
        await asyncio.sleep(0.5)

    async def answer_early(self) -> None:
        """The first half of each partnership answers."""
        await self._answer(lambda people: people[: len(people) // 2])

    async def answer_late(self) -> None:
        """All others but a few answer, and then the envelopes are counted."""
        await self._answer(lambda people: people[len(people) // 2 : -NEVER])

    async def _answer(self, which: Callable[[list[Answerer]], list[Answerer]]) -> None:
        people = [one for group in self.answerers.values() for one in which(group)]
        deadline = asyncio.get_running_loop().time() + ANSWERING
        await asyncio.gather(*(one.answer(deadline) for one in people))

    async def count_and_go_on(self, when: str) -> None:
        """Look for what was acknowledged; then all whose answers came to nothing answer again."""
        for _ in range(HEARD):
            await self._look_for_acknowledged(when)
            if not any(seen.unheard[when] for seen in self.record.partnerships):
                break
            await asyncio.sleep(1.0)
        everybody = [one for group in self.answerers.values() for one in group]
        late = [one for one in everybody if one.waiting is not None]
        for one in late:
            one.waiting = None
        deadline = asyncio.get_running_loop().time() + ANSWERING / 2
        while any(not one.done for one in late) and asyncio.get_running_loop().time() < deadline:
            await asyncio.gather(*(one.answer(deadline) for one in late))
            for one in late:
                one.waiting = None
        await self._count(when)

    async def _count(self, when: str) -> None:
        for seen, count in await self._counts():
            seen.envelopes.append((when, len(seen.confirmed), count))

    async def _look_for_acknowledged(self, when: str) -> None:
        for seen, count in await self._counts():
            silent = len(seen.acknowledged - seen.confirmed)
            missing = len(seen.confirmed) + silent - count
            seen.unheard[when] = max(0, min(silent, missing))

    async def _counts(self) -> list[tuple[Seen, int]]:
        there = await asyncio.to_thread(self._envelopes)
        return [
            (seen, sum(there.get(number, 0) for number in self._rounds_of(one.name)))
            for one, seen in self.pairs()
        ]

    def _rounds_of(self, name: str) -> list[int]:
        return faults.round_ids(self.world.installation, name)

    def _envelopes(self) -> dict[int, int]:
        query = "SELECT round_id, count(*) FROM envelope GROUP BY round_id"
        return {int(number): int(count) for number, count in self.world.installation.rows(query)}

    # What is seen

    def posted(self, phase: str) -> list[tuple[str, str]]:
        """What the bot has posted since a phase began: the chat, and how it read."""
        both, (slack, telegram) = self.world.platforms, self.at[phase]
        here = [(str(chat), text) for chat, text in both.telegram.world.posted[telegram:]]
        return both.slack.posted[slack:] + here

    def cards(self, phase: str) -> Counter[str]:
        """Question cards since a phase began, by chat."""
        # A card has a button to skip; what is recorded already says so at its head.
        return Counter(
            chat for chat, text in self.posted(phase) if '"Skip"' in text and "1 of " in text
        )

    def digests(self, name: str, chats: list[Chat]) -> tuple[Counter[str], Counter[str]]:
        """The digests of a partnership by chat, and what hangs on them."""
        texts, attached = Counter[str](), Counter[str]()
        keys = {_key(chat) for chat in chats}
        for chat, text in self.posted("closing"):
            if chat in keys:
                # An apology names the group; a digest begins with its news.
                texts[chat] += any(one in text for one in (f"Round 1 of {name}", "Round 1: "))
                attached[chat] += any(one in text for one in ('"photo"', ".png", ".pdf"))
        return texts, attached

    async def look(self) -> None:
        """Write down all that is left at the end."""
        one, cards = self.world.installation, self.cards("opening")
        reminders = self.cards("reminding")
        left, keys = await asyncio.to_thread(self._envelopes), one.rounds_with_keys()
        rounds = await asyncio.to_thread(one.rows, ROUNDS)
        for group, seen in self.pairs():
            seen.digests, seen.pictures = self.digests(group.name, group.chats)
            for who in group.members:
                direct = _direct(who)
                seen.cards[who.address.user] = cards[direct] - reminders[direct]
                seen.reminders[who.address.user] = reminders[direct]
            # Who had answered when the others were reminded is among the first half.
            late = self.answerers[group.name][len(group.members) // 2 :]
            seen.asked_again = {answerer.name for answerer in late}
            seen.refused = {
                (answerer.name, answerer.place()[0])
                for answerer in self.answerers[group.name][:-NEVER]
                if not answerer.done
            }
            seen.rounds = [(int(n), str(state)) for n, name, state in rounds if name == group.name]
            seen.left = {number: left.get(number, 0) for number, _ in seen.rounds}
            seen.keys = keys & {number for number, _ in seen.rounds}
        shows = [("digest", "show", group.name, "--json") for group in self.world.partnerships]
        ended = await asyncio.to_thread(one.do_all, shows)
        for (_, seen), (code, printed) in zip(self.pairs(), ended, strict=True):
            seen.shown = code == 0 and bool(json.loads(printed)["statements"])


ROUNDS = (
    "SELECT round.id, partnership.name, round.state FROM round"
    " JOIN partnership ON partnership.id = round.partnership_id ORDER BY round.id"
)


def _key(chat: Chat) -> str:
    return chat.group.channel.id if isinstance(chat, SlackChannel) else str(chat.group.chat.id)


def _direct(who: Person) -> str:
    direct = getattr(who.person, "direct", None)
    return str(direct.id) if direct is not None else who.address.user


def _count_unasked(week: Week) -> int:
    cards, one = week.cards("opening"), week.world.installation
    unasked = sum(not cards[_direct(who)] for one in week.world.partnerships for who in one.members)
    # One that may have arrived is sent once more: a week later it would look like a reminder.
    unsure = "SELECT count(*) FROM outbox WHERE kind = 'card' AND state IN ('claimed', 'uncertain')"
    return unasked + int(one.rows(unsure)[0][0])


def _count_unreminded(week: Week) -> int:
    cards = week.cards("reminding")
    whole = (one for one in week.world.partnerships if one.name not in week.plan.victims)
    late = (who for one in whole for who in one.members[len(one.members) // 2 :])
    return sum(not cards[_direct(who)] for who in late)


def _count_unposted(week: Week, *, workshops: bool) -> int:
    # Of those that were damaged nothing is posted, but they close as all others.
    missing = _count_unclosed(week, workshops=workshops)
    for one in week.world.partnerships:
        if one.workshop == workshops and one.name not in week.plan.victims:
            texts, attached = week.digests(one.name, one.chats)
            shows = one.workshop or len(one.members) >= 10
            missing += sum(not texts[_key(c)] for c in one.chats)
            missing += sum(shows and not attached[_key(c)] for c in one.chats)
    return missing


def _count_unclosed(week: Week, *, workshops: bool) -> int:
    names = {one.name for one in week.world.partnerships if one.workshop == workshops}
    rounds = week.world.installation.rows(ROUNDS)
    return sum(name in names and state not in ("closed", "lost") for _, name, state in rounds)


ACTS = {
    "opening": Week.wait,
    "answering": Week.answer_early,
    "reminding": Week.wait,
    "answering again": Week.answer_late,
    "closing": Week.wait,
    "workshop": Week.wait,
}
MISSING: dict[str, Callable[[Week], int]] = {
    "opening": _count_unasked,
    "answering": lambda _: 0,
    "reminding": _count_unreminded,
    "answering again": lambda _: 0,
    "closing": lambda week: _count_unposted(week, workshops=False),
    "workshop": lambda week: _count_unposted(week, workshops=True),
}
"""How much of each act is still to come."""


async def play(
    plan: Plan, template: Path, folder: Path, broken: str = "", patience: int = LONGEST_WORK
) -> Record:
    """Play a plan in a copy of a world. The folder is the run's own; see `worker` on `broken`.

    `patience` in seconds: for what is still to come.
    """
    record, began = Record(plan), time.monotonic()
    async with copy_of(template, folder, plan.database, plan.keys_in) as world:
        world.installation.broken = broken
        for worker in world.installation.workers:
            worker.start()
        await everybody_listens(world)
        await Week(world, plan, record, patience=patience).play()
        both = world.platforms
        record.notes += [f"the platforms object: {one}" for one in both.slack.violations]
        record.notes += [f"the platforms object: {one}" for one in both.telegram.violations]
        for worker in world.installation.workers:
            await asyncio.to_thread(worker.stop)
        record.log = world.installation.said()
    record.seconds = time.monotonic() - began
    return record
