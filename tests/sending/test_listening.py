"""Adapters that stop listening: at a start that ends everything, later it ends nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pulse_bot import app as running
from pulse_bot.app import App
from pulse_bot.engine import Pace
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Handle
from pulse_bot.testing import FakeAdapter
from pulse_bot.usecases.context import Installation
from tests.engine.scene import used_engine

REVOKED = "The token was revoked. Set another."


class Failing(FakeAdapter):
    """Listens until it is told to fail."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.listening = asyncio.Event()
        self.failing = asyncio.Event()

    async def run(self, handle: Handle) -> None:
        """Fail as an adapter does whose token was revoked."""
        self.listening.set()
        await self.failing.wait()
        raise AdapterError(REVOKED, permanent=True)


async def started(made: Installation, folder: Path, *adapters: Failing) -> asyncio.Task[None]:
    app = App(
        made,
        {one.name: one for one in adapters},
        used_engine(folder),
        pace=Pace(None, 0.02),
    )
    task = asyncio.create_task(app.run())
    for one in adapters:
        await asyncio.wait_for(one.listening.wait(), 60)
    return task


async def test_at_a_start_it_ends_everything(made: Installation, tmp_path: Path) -> None:
    one, two = Failing("one"), Failing("two")
    task = await started(made, tmp_path, one, two)
    one.failing.set()

    with pytest.raises(AdapterError, match="revoked"):
        await asyncio.wait_for(task, 60)


async def test_later_the_others_go_on_until_none_is_left(
    made: Installation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(running, "STARTUP_SECONDS", 0.0)
    one, two = Failing("one"), Failing("two")
    task = await started(made, tmp_path, one, two)
    one.failing.set()
    ended, _ = await asyncio.wait({task}, timeout=0.3)

    assert not ended
    assert "one does not listen any more, the others do. The token was revoked" in caplog.text

    two.failing.set()
    with pytest.raises(AdapterError, match="revoked"):
        await asyncio.wait_for(task, 60)
