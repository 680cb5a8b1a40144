"""What is shown: cards with buttons, forms, and the replies that carry them. No behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_ACTION: Final = 63
"""Bytes of a button's action: every platform carries so many, and the narrowest no more."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button. `action` is opaque to the adapter and comes back in `Pressed`.

    A button with an `invitation` instead takes whoever presses it to where `Joined` comes from them
    with that invitation: a private chat, on platforms where a member has to open it.
    """

    label: str
    action: str = ""
    invitation: str = ""
    """At most 48 characters of `A-Za-z0-9_-`."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the text that says the same."""

    png: bytes
    alternative: str
    title: str = ""
    """What stands above it, where it is shown by itself."""


@dataclass(frozen=True, slots=True)
class File:
    """A document to keep, such as a pack: a name with an ending, and what it holds."""

    name: str
    media_type: str
    content: bytes


class FieldKind(StrEnum):
    """How a field is filled in."""

    ONE = "one"
    SEVERAL = "several"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a field."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `longest` bounds typed text, in characters.

    A choice of ONE that has a `longest` can also be typed: something that is not listed.
    """

    key: str
    label: str
    kind: FieldKind
    options: tuple[Option, ...] = ()
    hint: str = ""
    longest: int = 0
    erased: bool = False
    """In a chat, what was typed is deleted from it once it is recorded."""
    beside: bool = False
    """It only says more about the field before it, and may be folded away below that one."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Several choices on a card, sent together: they come back as `Submitted`, as from a form."""

    form: str
    """The form's key."""
    field: Field
    """Of the kind SEVERAL."""
    submit: str = "Done"


class CardKind(StrEnum):
    """What a card is for, so that an adapter can dress it."""

    QUESTION = "question"
    PROMISE = "promise"
    DIGEST = "digest"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Card:
    """A message with buttons. Text is plain: adapters escape it for their platform."""

    kind: CardKind
    title: str
    text: tuple[str, ...] = ()
    """Paragraphs."""
    buttons: tuple[tuple[Button, ...], ...] = ()
    """Rows that belong together; an adapter may break a row that is too long for it."""
    ends: tuple[str, str] | None = None
    """What the first and the last button of the first row mean, spelled out."""
    progress: str = ""
    picture: Picture | None = None
    file: File | None = None
    """Where a platform takes no files, the card goes without it: its text says where it is."""
    ticks: Ticks | None = None
    """Shown before the buttons."""


Sendable = Card | Picture | File
"""What can be shown to somebody who did not ask for it just now: each arrives or fails by itself.
"""


@dataclass(frozen=True, slots=True)
class Form:
    """Several fields asked at once (a page, a modal) or one after another (a conversation).

    `key` is opaque and comes back in `Submitted`. No field is ever filled in beforehand.
    """

    key: str
    title: str
    fields: tuple[Field, ...]
    text: tuple[str, ...] = ()
    submit: str = "Send"


class Outcome(StrEnum):
    """How an event ended, so that an adapter can dress a refusal as one."""

    DONE = "done"
    REFUSED = "refused"
    """Nothing was changed, and `notice` says why and what to do."""
    UNKNOWN = "unknown"
    """Nobody lives at this address."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to an event: a short notice, cards to show next, a form to fill in."""

    notice: str = ""
    cards: tuple[Card, ...] = ()
    form: Form | None = None
    outcome: Outcome = Outcome.DONE
    public: bool = False
    """Shown in the group's chat that the event came from; otherwise to the person alone."""
    commands: tuple[str, ...] | None = None
    """The commands that this person can give beside those of everybody; None says nothing of it."""
    page: str = ""
    """A whole HTML page that needs nothing else, for adapters that serve pages; `cards` say what
    is in it for the others. It has its own style inside, and loads nothing but pictures in it."""
