"""What can be read on a screen: words, buttons, and how the last of it is dressed."""

from __future__ import annotations

from collections.abc import Iterable
from mimetypes import guess_type

from pulse_bot.ports import File, Outcome
from pulse_bot.testing import Seen, plain
from tests.platforms.telegram.world import Message, World

DRESS = {"⚠️": Outcome.REFUSED, "❔": Outcome.UNKNOWN}
"""How a text of the adapter begins that says no."""


def seen(world: World, messages: Iterable[Message], user: int, since: int) -> Seen:
    """All that is in a chat for one user; addresses behind links are not read.

    What came `since` a moment decides how it looks, and what flashed up before is gone.
    """
    shown = sorted(messages, key=lambda one: one.id)
    flashed = [text for moment, to, text in world.toasts if to == user and moment > since]
    fresh = [one.text for one in shown if one.sender is world.bot and one.touched > since]
    outcomes = [DRESS[text[:2].strip()] for text in (*fresh, *flashed) if text[:2].strip() in DRESS]
    return Seen(
        plain(" ".join((*(one.text for one in shown), *flashed))),
        tuple(plain(button["text"]) for one in shown for button in one.buttons),
        outcomes[-1] if outcomes else Outcome.DONE,
        tuple(_fetched(world, one) for one in shown if "document" in one.content),
    )


def _fetched(world: World, message: Message) -> File:
    told = message.content["document"]
    kind, _ = guess_type(told["file_name"])
    return File(told["file_name"], kind or "", world.files[told["file_id"]].content)
