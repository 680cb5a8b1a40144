"""What the adapter's tests stand on fails them when it should."""

from __future__ import annotations

import pytest

from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram import server as serving
from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.stage import scene


async def test_a_violation_fails_the_test_that_it_happened_in() -> None:
    with pytest.raises(AssertionError, match="too much"):
        async with scene() as on:
            on.server.world.violate("The bot said too much.")


async def test_a_button_left_unanswered_is_a_violation(
    server: TelegramServer, ada: TelegramPerson
) -> None:
    query = server.world.new_query(ada.user, ada.write_and_go("hello"))
    assert server.violations == []
    query.handed = 1
    assert "never answered" in server.violations[0]


async def test_an_act_that_nobody_answers_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PATIENCE", 0.1)
    async with TelegramServer() as alone:
        with pytest.raises(AssertionError, match="did not come to rest"):
            await TelegramPerson(alone).write("Is anybody there?")
