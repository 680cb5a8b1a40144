"""What a member is told who wrote in their own words: how it reads, and whether it names somebody.

Told once the words are recorded, and never in the words themselves: in a chat these would stand
there again, after what was typed has been deleted.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking.items import COMMENT, SKIP, Item, ItemKind
from pulse_bot.domain.asking.typed_words import as_quotation
from pulse_bot.errors import StorageError
from pulse_bot.ports import Address
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.members.name_check import find_names

_log = logging.getLogger(__name__)

READS_OTHERWISE: Final = (
    "It will read in one line, and with single quotation marks for double ones."
)
NAMES_SOMEBODY: Final = (
    "There may be the name of a member or a school in what you wrote, and the group would read it. "
    "To take it out, write it again without the name."
)


def select_words(items: Sequence[Item], answers: Mapping[AnswerTarget, str]) -> tuple[str, ...]:
    """What is in the member's own words, as it was typed, of answers that were recorded."""
    return tuple(
        text
        for target, text in answers.items()
        if target.slot == COMMENT
        or (items[target.position].kind is ItemKind.WORDS and text != SKIP)
    )


def note_words(installation: Installation, address: Address, typed: Sequence[str]) -> str:
    """What to tell a member of what they wrote, in full sentences; empty where there is nothing.

    Words that named somebody are recorded all the same: whom a comment may speak of is its
    writer's to decide. What cannot be looked up is not told of.
    """
    changed = any(as_quotation(text) != text.strip() for text in typed)
    notes = (
        READS_OTHERWISE if changed else "",
        NAMES_SOMEBODY if _names_somebody(installation, address, typed) else "",
    )
    return " ".join(filter(None, notes))


def _names_somebody(installation: Installation, address: Address, typed: Sequence[str]) -> bool:
    try:
        with installation.database.read() as session:
            _, partnership = find_member(session, address)
            return any(find_names(session, partnership.id, text) for text in typed)
    except StorageError:
        _log.warning("Words could not be looked through for names.")
        return False
