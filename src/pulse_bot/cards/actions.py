"""What the buttons and forms of a round's questions carry, and of the card that sets up a chat.

How an action becomes text, and is read again, is in `adapter_kit.actions`. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote, unquote

from pulse_bot.adapter_kit.actions import Action, Rest, encode, parse
from pulse_bot.ports import Address


@dataclass(frozen=True, slots=True)
class GiveAnswer(Action):
    """A button that gives an answer."""

    NAME: ClassVar[str] = "answer"
    round: int
    position: int
    slot: str
    value: Rest


@dataclass(frozen=True, slots=True)
class FillIn(Action):
    """A form that answers a round, or one question of it, after which others come."""

    NAME: ClassVar[str] = "answer"
    round: int
    position: int | None = None


@dataclass(frozen=True, slots=True)
class SayMore(Action):
    """A button that asks for a comment."""

    NAME: ClassVar[str] = "more"
    round: int
    position: int


@dataclass(frozen=True, slots=True)
class WriteWords(Action):
    """A button that asks for an answer in the member's own words."""

    NAME: ClassVar[str] = "write"
    round: int
    position: int


@dataclass(frozen=True, slots=True)
class SetUpChat(Action):
    """A button, or a form, that sets up a group's chat."""

    NAME: ClassVar[str] = "setup"
    workspace: str
    """Quoted as in an address of the web."""
    chat: Rest


@dataclass(frozen=True, slots=True)
class _SlotOf(Action):
    """A form's field."""

    position: int
    slot: str


@dataclass(frozen=True, slots=True)
class AnswerTarget:
    """Which answer a button or a field is about: the item's position in its round, and its slot."""

    round: int
    position: int
    slot: str

    def action_for(self, value: str) -> str:
        """The action of a button that gives this answer."""
        return encode(GiveAnswer(self.round, self.position, self.slot, Rest(value)))

    @property
    def field_key(self) -> str:
        """The key of a form's field that gives this answer."""
        return encode(_SlotOf(self.position, self.slot))


def read_answer(action: str) -> tuple[AnswerTarget, str] | None:
    """The target and the value of an answering button; None for anything else."""
    found = parse(GiveAnswer, action)
    return (AnswerTarget(found.round, found.position, found.slot), found.value) if found else None


def read_field(round_id: int, key: str) -> AnswerTarget | None:
    """The target of a form's field; None for a key that no form of ours has."""
    found = parse(_SlotOf, key)
    return AnswerTarget(round_id, found.position, found.slot) if found else None


def form_key(round_id: int, position: int | None = None) -> str:
    """The key of the form that answers a round, or one question of it, after which others come."""
    return encode(FillIn(round_id, position))


def setup_key(chat: Address) -> str:
    """The action of the button, and the key of the form, that set up a group's chat."""
    return encode(SetUpChat(quote(chat.workspace, safe=""), Rest(chat.user)))


def read_setup(key: str, adapter: str) -> Address | None:
    """The chat that a button or a form of somebody on this adapter sets up; None for others."""
    address = parse(SetUpChat, key)
    workspace = unquote(address.workspace) if address else ""
    readable = address is not None and address.chat and workspace.isprintable()
    return Address(adapter, workspace, address.chat) if address and readable else None
