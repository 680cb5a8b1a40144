"""The release policy for what people wrote: comments, and answers in words (release policy, Words).

Whether they are shown is decided from counts and membership. A list that is shown has one of two
lengths, and a lot says what is in it; all else that could have been in it is destroyed unread. What
cannot be shown yet waits, unread, for a later round, and not for ever; how it waits is storage's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.thresholds import WORDS_ROSTER
from pulse_bot.domain.release.closed_round import ClosedRound, DrawnWords, MemberWords
from pulse_bot.domain.release.lot import Draw, draw_order, find_classes

LISTS: Final = ((14, 12, 10), (WORDS_ROSTER, 6, 5))
"""(members of the roster, writers, texts in the list), the longest first. Two members at least need
not have written for either, so that a list never tells that all did, or all but one."""

ROUNDS_TO_WAIT: Final = 3
"""So many further rounds words wait to be shown; then they are destroyed unread."""


def draw_words(
    closed: ClosedRound, written: Sequence[MemberWords], waited: Sequence[str], draw: Draw
) -> DrawnWords:
    """What becomes of all that was `written` in a round, and of what `waited` for it, by lot.

    Each item in words has a list of its own where enough wrote to it. One text of all else that a
    writer wrote stands for them in the comments, with those that waited; the rest of theirs is
    destroyed. All lists come in an order that says nothing.
    """
    answers: dict[str, tuple[str, ...]] = {}
    others = [list(member_words.comments) for member_words in written]
    for item in closed.items:
        if item.kind is not ItemKind.WORDS:
            continue
        texts = _texts_by_place(written, item.id)
        length = _count_shown(closed, closed.tallies[item.id].organisations, len(texts))
        if length:
            answers[item.id] = tuple(draw_order(texts.values(), draw)[:length])
        else:
            for place, text in texts.items():
                others[place].append(text)
    newest = tuple(texts[draw(len(texts))] for texts in others if texts)
    length = _count_shown(closed, closed.organisations, len(waited) + len(newest))
    comments = tuple(draw_order((*waited, *newest), draw)[:length])
    return DrawnWords(answers, comments, waiting=() if length else newest)


def _texts_by_place(written: Sequence[MemberWords], item: str) -> Mapping[int, str]:
    """The answers to an item in words, by the place of who wrote them."""
    return {
        place: member_words.answers[item]
        for place, member_words in enumerate(written)
        if item in member_words.answers
    }


def _count_shown(closed: ClosedRound, organisations: int, writers: int) -> int:
    """How many texts are shown, of so many writers out of so many organisations; 0: they wait."""
    # The class of the round, which the digest names anyway. Were fewer enough, a list would tell
    # that four answered, out of four schools; were it a number inside a class, that many did.
    classes = find_classes(closed.roster_size)
    if not classes or closed.answered < classes[0].least:
        return 0
    if organisations < closed.thresholds.organisations:
        return 0
    lengths = (
        length
        for roster, least, length in LISTS
        if closed.roster_size >= roster and writers >= least
    )
    return next(lengths, 0)
