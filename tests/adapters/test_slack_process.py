"""`pulse-bot run`, a process of its own, talks to the loopback Slack through the real libraries."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pulse_bot.ports import Outcome
from tests.platforms.slack import serving
from tests.platforms.slack.delivery import until
from tests.platforms.slack.people import new_person
from tests.rounds.program import Program


async def test_the_real_process_answers_somebody_in_slack(tmp_path: Path) -> None:
    async with serving() as slack:
        program = Program(
            tmp_path,
            {
                "PULSE_BOT_SLACK__BOT_TOKEN": slack.bot_token,
                "PULSE_BOT_SLACK__APP_TOKEN": slack.app.app_token,
                "PULSE_BOT_SLACK__BASE_URL": slack.base_url,
                "PULSE_BOT_WEB__PORT": "0",
            },
        )
        await asyncio.to_thread(program.does, "init", "--yes", "--data", "data")
        program.start()
        try:
            assert await until(lambda: bool(slack.sockets and slack.sockets.connections), 40)
            slack.patience, slack.quiet_turns = 20.0, 40
            ada = new_person(slack)
            helped = await ada.command("help")
            assert helped.text
            assert helped.outcome is not Outcome.REFUSED
            home = await ada.open_home()
            assert home.text != helped.text
        finally:
            await asyncio.to_thread(program.stop)
        log = program.log.read_text()
        assert not [secret for secret in ada.secrets if secret in log]
        slack.assert_clean()
