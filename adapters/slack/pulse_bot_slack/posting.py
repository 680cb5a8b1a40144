"""Sending: nothing is lost, and where an answer was lost Slack is asked before sending again."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from itertools import count
from typing import Final, TypeVar

from pulse_bot.adapter_kit.attachments import spelled_picture, words_alone
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Card, File, Picture, Sendable
from pulse_bot_slack.errors import before_posting
from pulse_bot_slack.origins import all_at_once
from pulse_bot_slack.places import is_channel
from pulse_bot_slack.render import ALTERNATIVE, SlackMessage, build_messages, card_parts
from pulse_bot_slack.workspaces import CLOCKS_APART, Workspace

T = TypeVar("T")

REMEMBERED: Final = 10_000
"""Messages whose fate is unknown."""
SECONDS_UNSURE: Final = 3600.0
ATTEMPTS: Final = 3
LONGEST_PAUSE: Final = 10.0
"""Seconds for which the rest of a card waits where Slack asks for a pause."""


class SlackSender:
    """Sends cards, pictures and files. Remembers, in memory alone, which cards may have arrived."""

    def __init__(self) -> None:
        """Nothing is unsure."""
        self._unsure: OrderedDict[str, float] = OrderedDict()

    async def send(self, workspace: Workspace, address: Address, shown: Sendable) -> None:
        """Show something. Raises AdapterError."""
        if not is_channel(address.user):
            with before_posting():
                await workspace.people.check_reachable(address.user)
        match shown:
            case Card():
                await self._send_card(workspace, address, words_alone(shown))
            case Picture():
                await self._send_picture(workspace, address, shown)
            case File():
                await workspace.show_file(await workspace.find_chat(address.user), shown)

    async def has_arrived(
        self, workspace: Workspace, address: Address, shown: Sendable, since: datetime
    ) -> bool | None:
        """Whether a card arrived after a time; of pictures and files Slack tells too little."""
        if not isinstance(shown, Card):
            return None
        card = words_alone(shown)
        arrived = await workspace.list_own_marks(address.user, since)
        messages = len(_card_messages(address, card))
        sent = {_message_mark(address, card, number) for number in range(messages)}
        return None if arrived is None else sent <= arrived

    async def _send_picture(self, workspace: Workspace, address: Address, picture: Picture) -> None:
        """A picture; or, before or instead of it, what it says."""
        is_long = len(picture.alternative) > ALTERNATIVE
        if is_long:
            await self._send_card(workspace, address, spelled_picture(picture))
        try:
            await workspace.show_picture(await workspace.find_chat(address.user), picture)
        except AdapterError as error:
            if not error.permanent or error.gone:
                raise
            if not is_long:
                await self._send_card(workspace, address, spelled_picture(picture))

    async def _send_card(self, workspace: Workspace, address: Address, card: Card) -> None:
        to = address.user
        for number, message in enumerate(_card_messages(address, card)):
            post = partial(
                self._post_once, workspace, to, message, _message_mark(address, card, number)
            )
            try:
                await (_retry_after_pause(post) if number else post())
            except AdapterError as error:
                if number and not error.permanent:
                    # Trying it all again would show the first messages twice.
                    error.uncertain = True
                raise

    async def _post_once(
        self, workspace: Workspace, to: str, message: SlackMessage, mark: str
    ) -> str:
        """Returns the chat's id."""
        if self._is_unsure(mark) and (arrived := await self._find_arrived(workspace, to, mark)):
            return arrived
        try:
            posted = await workspace.post_message(to, message, mark)
        except AdapterError as error:
            if not error.uncertain or is_channel(to):
                raise
            self._unsure.setdefault(mark, time.time())
            if len(self._unsure) > REMEMBERED:
                self._unsure.popitem(last=False)
            if arrived := await self._find_arrived(workspace, to, mark):
                return arrived
            raise
        self._unsure.pop(mark, None)
        return posted

    def _is_unsure(self, mark: str) -> bool:
        """Whether the same was tried a while ago. Later than that it is another reminder."""
        if time.time() - self._unsure.get(mark, 0.0) < SECONDS_UNSURE:
            return True
        self._unsure.pop(mark, None)
        return False

    async def _find_arrived(self, workspace: Workspace, to: str, mark: str) -> str | None:
        try:
            arrived = await workspace.find_message(to, mark, self._unsure[mark] - CLOCKS_APART)
        except AdapterError:
            return None
        if arrived:
            self._unsure.pop(mark, None)
        return arrived


def _card_messages(address: Address, card: Card) -> list[SlackMessage]:
    numbers = count()
    parts = card_parts(card, numbers)
    if not is_channel(address.user):
        parts += all_at_once(address, (card,), numbers)
    return build_messages(parts)


def _message_mark(address: Address, card: Card, number: int) -> str:
    """A name for a message by which it is found again; it tells nobody anything."""
    return hashlib.sha256(repr((address, card, number)).encode()).hexdigest()[:24]


async def _retry_after_pause(call: Callable[[], Awaitable[T]]) -> T:
    """Wait and repeat where Slack asks for a short pause: the card's beginning is there."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await call()
        except AdapterError as error:
            if not 0 < error.retry_after <= LONGEST_PAUSE:
                raise
            await asyncio.sleep(error.retry_after)
    return await call()
