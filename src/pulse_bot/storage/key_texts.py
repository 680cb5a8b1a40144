"""What whoever runs the server is told when keys and database do not belong together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from pulse_bot.crypto.store_marker import Ownership
from pulse_bot.domain.asking.calendar import format_date

_GIVE_UP: Final = "Only if those keys are gone for good, run: pulse-bot keys adopt"

OTHER_INSTALLATION_KEY: Final = (
    "The installation key is not the one that this database is sealed with. Copy the right file "
    "to where the setting installation_key_file points: from the machine that ran pulse-bot "
    "before, or from where you keep its copy. Nothing was changed. Only if it is gone for good, "
    "run: pulse-bot keys adopt"
)

MEMORY_STARTED_ANEW: Final = (
    "The memory that held the keys of open rounds was started anew, so they are gone. Their "
    "answers cannot be read by anybody; they are destroyed, and members are asked again. Words "
    "that waited to be shown are lost, too."
)

_UNPROVEN: Final = {
    Ownership.FREE: "This database has no key store yet. Start: pulse-bot run",
    Ownership.HALF_RENEWED: "Another worker is beginning with the key store just now.",
    Ownership.BLANK: "The key store has lost its marker: it is empty, not mounted, or another one.",
    Ownership.OUTDATED: "The key store is an old copy of this database's own.",
    Ownership.FOREIGN: "The key store belongs to another database.",
}


def explain_unproven(ownership: Ownership) -> str:
    """Why a store's word does not count now. For the log."""
    reason = _UNPROVEN.get(ownership, "The key store changed at this very moment.")
    return f"{reason} Nothing was given up and nothing was destroyed. See: pulse-bot keys show"


def explain_other_store(
    ownership: Ownership, place: str, known: str, since: int, *, elsewhere: bool
) -> str:
    """A store without the right marker, before a database that has another."""
    if known == place:
        what = f"The key store {place} is not what it was: " + (
            "its keys and its marker are gone."
            if ownership is Ownership.BLANK
            else "its marker is another. It is an old copy, or the database is, from a backup."
        )
        remedy = (
            "See whether that server was emptied, or is another one."
            if "://" in place
            else "If it lives in memory or on another disk, see that it is mounted."
        )
    else:
        what = (
            f"This database belongs to another key store: {known}, since {format_day(since)}. "
            f"The one that is set, {place}, "
            + ("is not it." if ownership is Ownership.BLANK else "is a copy that stayed behind.")
        )
        remedy = "Set key_store to that one."
        if "://" not in known:
            remedy += (
                " To move it, stop pulse-bot there and copy the whole folder, store.marker "
                "included. Workers on several machines need one key store for all, on Redis: set "
                "key_store to redis://host:port/0 for each."
            )
    if elsewhere:
        # Nothing is gone, so that nothing need be given up.
        return f"{what} A worker serves with it at this moment. {remedy} Nothing was changed."
    return f"{what} {remedy} Nothing was changed. {_GIVE_UP}"


def explain_keyless(place: str, unclosed: int, keyless: int) -> str:
    """A store that a database with open rounds would take as its own, and that does not fit."""
    return (
        f"{keyless} of {unclosed} open rounds of this database have no key in {place}. Set "
        "key_store to where they were opened, or copy that whole folder here. Nothing was changed. "
        f"{_GIVE_UP}"
    )


def explain_wordless(place: str) -> str:
    """A store that does not have the keys of words that wait."""
    return (
        f"What members wrote waits in this database to be shown, and its keys are not in {place}. "
        "Set key_store to where they are, or copy that whole folder here. Nothing was changed. "
        f"{_GIVE_UP}"
    )


def explain_foreign(place: str) -> str:
    """A store with the marker of another database."""
    return (
        f"The key store {place} belongs to another database. Give this one a store of its own: "
        "another folder, or another number at the end of the Redis address. If that other "
        "database is gone for good, empty the store first. Nothing was changed."
    )


def explain_beside(place: str, known: str) -> str:
    """A copy of the store that a live worker serves with."""
    return (
        f"Another worker serves with this database's key store at this moment, and {place} is "
        f"a copy of it ({known}). Stop that worker first, or let both use one store: "
        "on one machine the same folder, on several redis://host:port/0. Nothing was changed."
    )


def explain_served(known: str) -> str:
    """Keys that are to be given up, while somebody has them."""
    return (
        f"A worker serves with this database's key store at this moment ({known}), so nothing is "
        "lost. Set key_store to that one; or stop that worker first. Nothing was changed."
    )


def format_day(seconds: int) -> str:
    """A day, for people."""
    day = datetime.fromtimestamp(seconds, UTC).date()
    return f"{format_date(day)} {day.year}"
