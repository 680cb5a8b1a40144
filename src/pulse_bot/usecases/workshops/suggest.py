"""Suggesting: which questions of the banks fit a workshop that somebody has in mind.

None of a core, because these belong to the weekly series, and none that was asked in the last
rounds. What else is wrong with a question of one's own is in `own_questions`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.programme import count_resting
from pulse_bot.domain.asking.same_question import item_marks, was_asked
from pulse_bot.domain.asking.typed_words import UnfitWords, guard_words
from pulse_bot.domain.asking.workshop import SUGGESTED_COUNT, SeedingState, suggest_items
from pulse_bot.errors import Refused
from pulse_bot.storage import questions as asked
from pulse_bot.storage import seedings
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.name_check import find_names
from pulse_bot.usecases.rounds.pick_items import load_core_marks
from pulse_bot.usecases.workshops import search_banks
from pulse_bot.usecases.workshops.own_questions import OWN_BANK

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
_VARIED: Final = (ItemKind.CHOOSE, ItemKind.JOURNEY)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a workshop is about, and the questions that fit."""

    title: str
    items: tuple[Item, ...]
    """Of a bank, in its order; of a search, those that have all of the words, the best first."""
    nearly: tuple[Item, ...] = ()
    """Of a search, those that have some of the words: first those with most of them."""


def list_banks(installation: Installation) -> dict[str, list[Item]]:
    """The questions of every bank that has one for workshops, by the bank's id."""
    items_by_bank: dict[str, list[Item]] = {}
    for items in installation.pool().values():
        for item in items:
            items_by_bank.setdefault(item.bank, []).append(item)
    usable = {
        bank: [item for item in items if not item.core] for bank, items in items_by_bank.items()
    }
    # What follows a commitment up makes no sense without one.
    return {bank: items for bank, items in usable.items() if items and bank != "commitments"}


def bank_title(bank: str) -> str:
    """A bank's id as people read it."""
    words = bank.replace("-", " ")
    return words[:1].upper() + words[1:]


def find_subject(
    session: Session, installation: Installation, partnership: int, about: str
) -> Subject:
    """What typed words, or the id of a bank, are about. Raises Refused where nothing fits."""
    items_by_bank = list_banks(installation)
    taken = {
        *_load_resting(session, installation, partnership),
        *_load_promised(session, partnership),
    }
    askable = {
        bank: [item for item in items if not was_asked(item, taken)]
        for bank, items in items_by_bank.items()
    }
    words = [word for word in _WORD.findall(about.casefold()) if not _SAYING.fullmatch(word)]
    bank_id = _find_bank(items_by_bank, about) or _find_bank(items_by_bank, " ".join(words))
    if not bank_id:
        _check_title(session, partnership, about, " ".join(words))
    matches, nearly = (
        (askable[bank_id], []) if bank_id else search_banks.search_questions(askable, words)
    )
    if bank_id and not matches:
        raise Refused(
            "Every question about that was asked in the last rounds. Please choose another subject."
        )
    if not matches and not nearly:
        raise Refused(
            "No question has these words. Please choose from the list what the workshop is about, "
            "or use one plain word such as trust."
        )
    title = bank_title(bank_id) if bank_id else " ".join(words).capitalize()
    return Subject(title, tuple(matches), tuple(nearly))


def _check_title(session: Session, partnership: int, about: str, title: str) -> None:
    if len(title) > LONGEST_TITLE:
        raise Refused("Please say in a few words what the workshop is about, such as “trust”.")
    try:
        guard_words(about)
    except UnfitWords as error:
        raise Refused(str(error)) from None
    # As it was typed: a title has lost the capitals that show short names.
    names = find_names(session, partnership, about)
    if names:
        quoted = " and ".join(f"“{name}”" for name in names)
        raise Refused(
            f"{quoted} may be the name of a member or a school here. What a workshop is about is "
            "its title, which everybody reads, so please write it without names."
        )


def _find_bank(bank_ids: Iterable[str], about: str) -> str:
    """The bank of this id or name; empty where there is none."""
    plain = about.casefold()
    return next((bank for bank in bank_ids if plain in (bank, bank_title(bank).casefold())), "")


def pick_suggestions(subject: Subject, most: int) -> tuple[Item, ...]:
    """So many of a subject's questions, from as many of its sides as can be.

    No half of a pair, which makes sense beside its other half alone. Filled up with near ones: one
    perfect question and five near ones serve better than one alone, and each can be changed.
    """
    single = [item for item in subject.items if not item.pair]
    # Of a search the best come first; beyond these, sides say nothing.
    chosen = suggest_items(single[: max(most, CANDIDATES)] if _is_mixed(subject) else single, most)
    nearly = [item for item in subject.nearly if not item.pair]
    return (*chosen, *nearly[: most - len(chosen)])


def explain_few(
    partnership: PartnershipRow, about: str, items: Collection[Item]
) -> tuple[str, ...]:
    """What is said where fewer questions fit than are suggested; empty where enough do."""
    if not about or len(items) >= min(SUGGESTED_COUNT, partnership.weekly_limit):
        return ()
    count = sum(item.bank != OWN_BANK for item in items)
    number = {0: "No question", 1: "Only 1 question"}.get(count, f"Only {count} questions")
    return (f"{number} of the banks could be found for that. Choose others, or write your own.",)


def _is_mixed(subject: Subject) -> bool:
    return len({item.bank for item in subject.items}) > 1


def suggest_questions(
    session: Session,
    installation: Installation,
    partnership: PartnershipRow,
    about: str,
    own_items: Sequence[Item],
) -> tuple[str, tuple[Item, ...]]:
    """The title and the questions: one's own, and suggestions for the rest. Raises Refused."""
    check_askable(session, installation, partnership.id, own_items)
    if not about and own_items:
        return "Our own questions", tuple(own_items)
    found = find_subject(session, installation, partnership.id, about)
    most = min(SUGGESTED_COUNT, partnership.weekly_limit) - len(own_items)
    written = {mark for item in own_items for mark in item_marks(item)}
    found = replace(
        found,
        items=tuple(item for item in found.items if not was_asked(item, written)),
        nearly=tuple(item for item in found.nearly if not was_asked(item, written)),
    )
    return found.title, (*own_items, *(pick_suggestions(found, most) if most > 0 else ()))


def list_alternatives(
    session: Session, installation: Installation, partnership: int, chosen: Sequence[Item]
) -> tuple[Item, ...]:
    """Up to a dozen questions to choose from instead: those chosen, then more of their banks.

    One to choose among answers and one that looks ahead are among them, where there are such.
    """
    resting = _load_resting(session, installation, partnership)
    items_by_bank = list_banks(installation)
    bank_ids = {item.bank for item in chosen} & items_by_bank.keys() or {"before-the-workshop"}
    theirs = [item for bank in items_by_bank if bank in bank_ids for item in items_by_bank[bank]]
    taken = {*resting, *_load_promised(session, partnership)}
    pool = [item for item in theirs if not was_asked(item, taken)]
    still_free = [item for item in chosen if not was_asked(item, resting)]
    more = [item for item in pool if item not in still_free]
    varied = [
        next((candidate for candidate in more if candidate.kind is kind), None) for kind in _VARIED
    ]
    rest = [item for item in suggest_items(more, CANDIDATES) if item not in varied]
    return tuple(
        [*still_free, *(candidate for candidate in varied if candidate), *rest][:CANDIDATES]
    )


def find_by_ids(
    session: Session, installation: Installation, partnership: int, item_ids: Sequence[str]
) -> list[Item]:
    """Questions by their ids, in that order. Raises Refused for one that may not be asked now."""
    pool_items = {item.id: item for items in installation.pool().values() for item in items}
    chosen = [pool_items[item_id] for item_id in dict.fromkeys(item_ids) if item_id in pool_items]
    missing = [item_id for item_id in item_ids if item_id not in pool_items]
    if missing:
        raise Refused(f'There is no question "{missing[0]}". See: pulse-bot bank search')
    complete = complete_pairs(installation, chosen)
    check_askable(session, installation, partnership, complete)
    return complete


def complete_pairs(installation: Installation, chosen: Sequence[Item]) -> list[Item]:
    """Questions with the other halves of their pairs."""
    all_items = [item for items in installation.pool().values() for item in items]
    complete: dict[str, Item] = {}
    for item in chosen:
        pair = [candidate for candidate in all_items if item.pair and candidate.pair == item.pair]
        for candidate in (item, *(other for other in pair if other.bank == item.bank)):
            complete.setdefault(candidate.id, candidate)
    return list(complete.values())


def describe_pairs(chosen: Sequence[Item], complete: Iterable[Item]) -> tuple[str, ...]:
    """Which questions come along with those that were chosen, in words."""
    halves = {(item.bank, item.pair): item.text for item in chosen if item.pair}
    return tuple(
        f"“{halves[item.bank, item.pair]}” is asked together with “{item.text}”, its other half."
        for item in complete
        if (item.bank, item.pair) in halves and item not in chosen
    )


def _load_resting(session: Session, installation: Installation, partnership: int) -> dict[str, int]:
    now = installation.clock.now()
    return count_resting(asked.load_recent_marks(session, partnership, now))


def check_askable(
    session: Session, installation: Installation, partnership: int, items: Iterable[Item]
) -> None:
    """Raise Refused where one of these may not be asked for a workshop, not yet, or not twice.

    By its letters, too: a question of a bank that somebody types is that question all the same.
    """
    resting = _load_resting(session, installation, partnership)
    core = load_core_marks(installation)
    before: set[str] = set()
    for item in items:
        _check_item(item, resting, core)
        if was_asked(item, before):
            raise Refused(f"“{item.text}” is there twice. Please leave one of the two out.")
        before |= item_marks(item)


def check_not_promised(
    session: Session, partnership: int, items: Iterable[Item], besides: int
) -> None:
    """Raise Refused where another workshop is to ask one of these already."""
    promised = _load_promised(session, partnership, besides)
    for item in items:
        if was_asked(item, promised):
            raise Refused(
                f"“{item.text}” is planned for another workshop already, and would be asked twice. "
                "Please choose another one."
            )


def _load_promised(session: Session, partnership: int, besides: int = 0) -> set[str]:
    planned = seedings.list_seedings(session, partnership, [SeedingState.PLANNED])
    others = [item for row in planned if row.id != besides for item in seedings.thaw_items(row)]
    return {mark for item in others for mark in item_marks(item)}


def _check_item(item: Item, resting: Mapping[str, int], core: Collection[str]) -> None:
    if item.core or was_asked(item, core):
        raise Refused(
            f"“{item.text}” is one of the six questions that the weekly pulse follows over time, "
            "so it is not asked for a workshop. Please choose another one."
        )
    after = max((resting.get(mark, 0) for mark in item_marks(item)), default=0)
    if after:
        rounds_more = "1 more round" if after == 1 else f"{after} more rounds"
        raise Refused(
            f"“{item.text}” was asked not long ago. The same question comes at most every fourth "
            f"round, and not twice in four weeks, so it is free again after {rounds_more} at the "
            "soonest. Please choose another one."
        )
