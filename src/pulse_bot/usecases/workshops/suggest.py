"""Suggesting: which questions of the banks fit a workshop that somebody has in mind.

None of a core, because these belong to the weekly series, and none that was asked in the last
rounds. What else is wrong with a question of one's own is in `own_words`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.items import Item, Kind
from pulse_bot.domain.asking.programme import still_resting
from pulse_bot.domain.asking.same_question import is_known, marks
from pulse_bot.domain.asking.workshop import SUGGESTED, SeedingState, suggest
from pulse_bot.domain.partnership.typed_words import unfit
from pulse_bot.errors import Refused
from pulse_bot.storage import questions as asked
from pulse_bot.storage import seedings
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.name_check import names_in
from pulse_bot.usecases.rounds.pick_items import weekly_alone
from pulse_bot.usecases.workshops import search_banks
from pulse_bot.usecases.workshops.own_questions import OWN

CANDIDATES: Final = 12
LONGEST_TITLE: Final = 60
"""Characters of typed words: as its title, they stand in the head of a pack."""
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_SAYING: Final = re.compile(
    r"suggest|give|ask|please|me|us|six|five|four|three|some|questions?|for|workshops?|session"
    r"|meeting|day|inset|training|about|on|of|the|an|and|to|how|we|our|in|with|at|is|are|be|do|it"
    r"|that|this|what|want|need|would|like|each|other|others|another"
)
"""Words by which people ask for questions, and that no question is about."""
_VARIED: Final = (Kind.CHOOSE, Kind.JOURNEY)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a workshop is about, and the questions that fit."""

    title: str
    items: tuple[Item, ...]
    """Of a bank, in its order; of a search, those that have all of the words, the best first."""
    nearly: tuple[Item, ...] = ()
    """Of a search, those that have some of the words: first those with most of them."""


def banks(installation: Installation) -> dict[str, list[Item]]:
    """The questions of every bank that has one for workshops, by the bank's id."""
    found: dict[str, list[Item]] = {}
    for items in installation.pool().values():
        for item in items:
            found.setdefault(item.bank, []).append(item)
    usable = {bank: [item for item in items if not item.core] for bank, items in found.items()}
    # What follows a commitment up makes no sense without one.
    return {bank: items for bank, items in usable.items() if items and bank != "commitments"}


def titled(bank: str) -> str:
    """A bank's id as people read it."""
    words = bank.replace("-", " ")
    return words[:1].upper() + words[1:]


def subject(session: Session, installation: Installation, partnership: int, about: str) -> Subject:
    """What typed words, or the id of a bank, are about. Raises Refused where nothing fits."""
    there = banks(installation)
    taken = {*_resting(session, partnership), *_promised(session, partnership)}
    rested = {
        bank: [item for item in items if not is_known(item, taken)] for bank, items in there.items()
    }
    words = [word for word in _WORD.findall(about.casefold()) if not _SAYING.fullmatch(word)]
    named = _named(there, about) or _named(there, " ".join(words))
    if not named:
        _check_title(session, partnership, about, " ".join(words))
    found, nearly = (rested[named], []) if named else search_banks.found(rested, words)
    if named and not found:
        raise Refused(
            "Every question about that was asked in the last rounds. Please choose another subject."
        )
    if not found and not nearly:
        raise Refused(
            "No question has these words. Please choose from the list what the workshop is about, "
            "or use one plain word such as trust."
        )
    title = titled(named) if named else " ".join(words).capitalize()
    return Subject(title, tuple(found), tuple(nearly))


def _check_title(session: Session, partnership: int, about: str, title: str) -> None:
    if len(title) > LONGEST_TITLE:
        raise Refused("Please say in a few words what the workshop is about, such as “trust”.")
    reason = unfit(" ".join(about.split()))
    if reason:
        raise Refused(reason)
    # As it was typed: a title has lost the capitals that show short names.
    names = names_in(session, partnership, about)
    if names:
        quoted = " and ".join(f"“{name}”" for name in names)
        raise Refused(
            f"{quoted} may be the name of a member or a school here. What a workshop is about is "
            "its title, which everybody reads, so please write it without names."
        )


def _named(there: Iterable[str], about: str) -> str:
    """The bank of this id or name; empty where there is none."""
    plain = about.casefold()
    return next((bank for bank in there if plain in (bank, titled(bank).casefold())), "")


def pick(found: Subject, most: int) -> tuple[Item, ...]:
    """So many of a subject's questions, from as many of its sides as can be.

    No half of a pair, which makes sense beside its other half alone. Filled up with near ones: one
    perfect question and five near ones serve better than one alone, and each can be changed.
    """
    single = [item for item in found.items if not item.pair]
    # Of a search the best come first; beyond these, sides say nothing.
    chosen = suggest(single[: max(most, CANDIDATES)] if _mixed(found) else single, most)
    nearly = [item for item in found.nearly if not item.pair]
    return (*chosen, *nearly[: most - len(chosen)])


def few(partnership: PartnershipRow, about: str, items: Collection[Item]) -> tuple[str, ...]:
    """What is said where fewer questions fit than are suggested; empty where enough do."""
    if not about or len(items) >= min(SUGGESTED, partnership.weekly_limit):
        return ()
    fit = sum(item.bank != OWN for item in items)
    number = {0: "No question", 1: "Only 1 question"}.get(fit, f"Only {fit} questions")
    return (f"{number} of the banks could be found for that. Choose others, or write your own.",)


def _mixed(found: Subject) -> bool:
    return len({item.bank for item in found.items}) > 1


def questions(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    about: str,
    own: Sequence[Item],
) -> tuple[str, tuple[Item, ...]]:
    """The title and the questions: one's own, and suggestions for the rest. Raises Refused."""
    check_all(session, installation, partnership.id, own)
    if not about and own:
        return "Our own questions", tuple(own)
    found = subject(session, installation, partnership.id, about)
    most = min(SUGGESTED, partnership.weekly_limit) - len(own)
    written = {mark for item in own for mark in marks(item)}
    found = replace(
        found,
        items=tuple(item for item in found.items if not is_known(item, written)),
        nearly=tuple(item for item in found.nearly if not is_known(item, written)),
    )
    return found.title, (*own, *(pick(found, most) if most > 0 else ()))


def others(
    session: Session, installation: Installation, partnership: int, chosen: Sequence[Item]
) -> tuple[Item, ...]:
    """Up to a dozen questions to choose from instead: those chosen, then more of their banks.

    One to choose among answers and one that looks ahead are among them, where there are such.
    """
    resting = _resting(session, partnership)
    there = banks(installation)
    own = {item.bank for item in chosen} & there.keys() or {"before-the-workshop"}
    theirs = [item for bank in there if bank in own for item in there[bank]]
    taken = {*resting, *_promised(session, partnership)}
    pool = [item for item in theirs if not is_known(item, taken)]
    kept = [item for item in chosen if not is_known(item, resting)]
    more = [item for item in pool if item not in kept]
    varied = [next((one for one in more if one.kind is kind), None) for kind in _VARIED]
    rest = [item for item in suggest(more, CANDIDATES) if item not in varied]
    return tuple([*kept, *(one for one in varied if one), *rest][:CANDIDATES])


def by_ids(
    session: Session, installation: Installation, partnership: int, wanted: Sequence[str]
) -> list[Item]:
    """Questions by their ids, in that order. Raises Refused for one that may not be asked now."""
    known = {item.id: item for items in installation.pool().values() for item in items}
    found = [known[one] for one in dict.fromkeys(wanted) if one in known]
    missing = [one for one in wanted if one not in known]
    if missing:
        raise Refused(f'There is no question "{missing[0]}". See: pulse-bot bank search')
    complete = whole(installation, found)
    check_all(session, installation, partnership, complete)
    return complete


def whole(installation: Installation, chosen: Sequence[Item]) -> list[Item]:
    """Questions with the other halves of their pairs."""
    everything = [item for items in installation.pool().values() for item in items]
    found: dict[str, Item] = {}
    for item in chosen:
        pair = [one for one in everything if item.pair and one.pair == item.pair]
        for one in (item, *(other for other in pair if other.bank == item.bank)):
            found.setdefault(one.id, one)
    return list(found.values())


def brought(chosen: Sequence[Item], complete: Iterable[Item]) -> tuple[str, ...]:
    """Which questions come along with those that were chosen, in words."""
    halves = {(item.bank, item.pair): item.text for item in chosen if item.pair}
    return tuple(
        f"“{halves[item.bank, item.pair]}” is asked together with “{item.text}”, its other half."
        for item in complete
        if (item.bank, item.pair) in halves and item not in chosen
    )


def _resting(session: Session, partnership: int) -> dict[str, int]:
    return still_resting(asked.lately(session, partnership))


def check_all(
    session: Session, installation: Installation, partnership: int, items: Iterable[Item]
) -> None:
    """Raise Refused where one of these may not be asked for a workshop, not yet, or not twice.

    By its letters, too: a question of a bank that somebody types is that question all the same.
    """
    resting = _resting(session, partnership)
    core = weekly_alone(installation)
    before: set[str] = set()
    for item in items:
        _check(item, resting, core)
        if is_known(item, before):
            raise Refused(f"“{item.text}” is there twice. Please leave one of the two out.")
        before |= marks(item)


def check_promised(session: Session, partnership: int, items: Iterable[Item], besides: int) -> None:
    """Raise Refused where another workshop is to ask one of these already."""
    promised = _promised(session, partnership, besides)
    for item in items:
        if is_known(item, promised):
            raise Refused(
                f"“{item.text}” is planned for another workshop already, and would be asked twice. "
                "Please choose another one."
            )


def _promised(session: Session, partnership: int, besides: int = 0) -> set[str]:
    planned = seedings.of_partnership(session, partnership, [SeedingState.PLANNED])
    others = [item for row in planned if row.id != besides for item in seedings.items(row)]
    return {mark for item in others for mark in marks(item)}


def _check(item: Item, resting: Mapping[str, int], core: Collection[str]) -> None:
    if item.core or is_known(item, core):
        raise Refused(
            f"“{item.text}” is one of the six questions that the weekly pulse follows over time, "
            "so it is not asked for a workshop. Please choose another one."
        )
    after = max((resting.get(mark, 0) for mark in marks(item)), default=0)
    if after:
        rounds_more = "1 more round" if after == 1 else f"{after} more rounds"
        raise Refused(
            f"“{item.text}” was asked not long ago. The same question comes at most every fourth "
            f"round, so it is free again after {rounds_more}. Please choose another one."
        )
