"""The Slack adapter passes the contracts, with its real library, over both ways in."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from pulse_bot.testing import AdapterContract, GroupContract, Script, Stage
from tests.platforms.slack.stage import slack_stage


class TestSocketMode(AdapterContract, GroupContract):
    """It connects to Slack."""

    def stage(self, script: Script) -> AbstractAsyncContextManager[Stage]:
        return slack_stage(script, "socket")


class TestSignedHttp(AdapterContract, GroupContract):
    """Slack calls a page of ours."""

    def stage(self, script: Script) -> AbstractAsyncContextManager[Stage]:
        return slack_stage(script, "http")
