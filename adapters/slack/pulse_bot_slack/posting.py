"""Posting cards: none is lost, and where an answer was lost Slack is asked before sending again."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from functools import partial
from itertools import count
from typing import Final

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Card
from pulse_bot_slack.answering import attach_files, retry_after_pause
from pulse_bot_slack.origins import all_at_once
from pulse_bot_slack.places import is_channel
from pulse_bot_slack.render import SlackMessage, build_messages, card_parts
from pulse_bot_slack.workspaces import Workspace

REMEMBERED: Final = 10_000
"""Messages whose fate is unknown."""
SECONDS_UNSURE: Final = 3600.0
CLOCKS_APART: Final = 120.0
"""Seconds by which Slack's clock may differ from ours."""


class SlackSender:
    """Sends cards. Remembers, in memory alone, what may have arrived."""

    def __init__(self) -> None:
        """Nothing is unsure."""
        self._unsure: OrderedDict[str, float] = OrderedDict()

    async def send_card(self, workspace: Workspace, address: Address, card: Card) -> None:
        """Show a card. Raises AdapterError."""
        to = address.user
        if not is_channel(to):
            await workspace.people.check_reachable(to)
        chat_id = to
        for number, message in enumerate(_card_messages(address, card)):
            post = partial(
                self._post_once, workspace, to, message, _message_mark(address, card, number)
            )
            try:
                chat_id = await (retry_after_pause(post) if number else post())
            except AdapterError as error:
                if number and not error.permanent:
                    # Trying it all again would show the first messages twice.
                    error.uncertain = True
                raise
        await attach_files(workspace, chat_id, card)

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
