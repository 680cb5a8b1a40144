"""The Telegram adapter passes the contracts, with its real library, over both ways in."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from pulse_bot.testing import AdapterContract, GroupContract, Script, Stage
from tests.platforms.telegram.stage import telegram_stage


class TestPolling(AdapterContract, GroupContract):
    """It asks Telegram what there is."""

    def stage(self, script: Script) -> AbstractAsyncContextManager[Stage]:
        return telegram_stage(script, "polling")


class TestWebhook(AdapterContract, GroupContract):
    """Telegram calls a page of ours."""

    def stage(self, script: Script) -> AbstractAsyncContextManager[Stage]:
        return telegram_stage(script, "webhook")
