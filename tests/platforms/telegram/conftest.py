"""A loopback Telegram, a bot without a library, and a person who has started it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram.client import BareBot
from tests.platforms.telegram.people import TelegramPerson


@pytest_asyncio.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """Listens."""
    async with TelegramServer() as one:
        yield one


@pytest_asyncio.fixture
async def bot(server: TelegramServer) -> AsyncIterator[BareBot]:
    """Can call it."""
    async with BareBot(server) as one:
        yield one


@pytest.fixture
def ada(server: TelegramServer) -> TelegramPerson:
    """Can be written to."""
    return TelegramPerson(server)
