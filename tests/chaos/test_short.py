"""The short part of `make chaos`: a plan from a seed, and a broken pulse-bot that is found."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.invariants import kinds, violations
from tests.chaos.plan import calm_plan, make_plan
from tests.chaos.play import play
from tests.chaos.world import SMALL, make_template

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

NAMES = tuple(group.name for group in SMALL)
SEEDS = (79,)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A small world, made once."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        asyncio.run(make_template(Path(folder), "sqlite", "folder", SMALL))
        yield Path(folder)


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_lost(template: Path, tmp_path: Path, seed: int) -> None:
    plan = make_plan(seed, "sqlite", NAMES)
    record = await play(plan, template, tmp_path)
    if wrong := violations(record):
        told = [f"seed {seed}: {plan}", *map(str, wrong), *record.notes, record.log]
        pytest.fail("\n".join(told), pytrace=False)


async def test_a_broken_pulse_bot_is_found(template: Path, tmp_path: Path) -> None:
    """It confirms answers that it never stored, and takes what Slack refused for posted."""
    plan = calm_plan("sqlite", "closing", "slack, texts: 503")
    # What never comes is not waited for long.
    record = await play(plan, template, tmp_path, broken="forgets drops", patience=8)

    assert {"confirmed answer lost", "digest missing"} <= kinds(violations(record)).keys()
