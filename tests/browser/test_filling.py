"""Forms and files as somebody with a phone uses them: the real pages in a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pulse_bot.ports import (
    Button,
    Card,
    CardKind,
    Event,
    OpenedHome,
    Outcome,
    Pressed,
    Reply,
    Submitted,
)
from pulse_bot.testing import Script, running
from pulse_bot.testing.samples import PACK, PLANNED, PLANNING
from pulse_bot_web import create_personal_link
from pulse_bot_web.adapter import WebAdapter
from pulse_bot_web.settings import WebSettings
from tests.browser.chromium import NEEDED, Window, browser, there

pytestmark = [*NEEDED]

SHOWN = Card(CardKind.NOTICE, "The pack", ("For our workshop.",), file=PACK)
DRAFT = Card(
    CardKind.NOTICE,
    "Six questions for 12 March",
    ("They are asked a week before.",),
    ((Button("The pack as a file", "pack:file:3"), Button("Throw it away", "seed:drop:3")),),
)


def core(event: Event) -> Reply:
    """A core that plans a workshop."""
    match event:
        case OpenedHome():
            return Reply(cards=(DRAFT,), commands=("seed",))
        case Pressed() | Submitted(form="file"):
            return Reply(cards=(SHOWN,))
        case Submitted():
            return Reply(cards=(DRAFT,))
    return Reply(form=PLANNING)


@pytest.fixture
async def at_home(tmp_path: Path) -> AsyncIterator[tuple[Window, Script]]:
    """A facilitator's own page in a window, and the core behind it."""
    script, settings = Script(), WebSettings(port=0)
    script.home, script.answer = core(OpenedHome(create_personal_link(settings).address)), core
    adapter = WebAdapter(settings)
    async with running(adapter, script), browser(tmp_path / "profile") as window:
        await asyncio.wait_for(adapter.listening.wait(), 60)
        path = create_personal_link(settings).url.partition("/p/")[2]
        await window.open(f"http://127.0.0.1:{adapter.port}/p/{path}")
        yield window, script


async def test_a_form_with_lines_ticks_and_a_day_is_sent_as_it_was_filled_in(
    at_home: tuple[Window, Script],
) -> None:
    window, script = at_home
    await window.click("footer a", "Prepare a workshop")
    await window.until(lambda text: "Which day?" in text)
    assert await window.say("document.documentElement.scrollWidth") == 360
    await window.type('input[name="t:about"]', PLANNED["about"][0])
    await window.type('input[name="f:day"]', PLANNED["day"][0])
    labels = {one.value: one.label for one in PLANNING.fields[2].options}
    for value in PLANNED["keep"]:
        await window.click("label.option", labels[value])
    await window.type('textarea[name="f:own"]', PLANNED["own"][0])
    await window.click("button.main", PLANNING.submit)
    await window.until(lambda text: "Six questions for 12 March" in text)
    assert [dict(one.values) for one in script.heard(Submitted)] == [PLANNED]


@pytest.mark.parametrize("by_button", [False, True])
async def test_what_was_refused_is_still_there_on_the_way_back(
    at_home: tuple[Window, Script], by_button: bool
) -> None:
    window, script = at_home
    if by_button:
        script.answer = Reply(form=PLANNING)
        await window.click("button", "Throw it away")
    else:
        await window.click("footer a", "Prepare a workshop")
    await window.until(lambda text: "Which day?" in text)
    label = PLANNING.fields[2].options[7].label
    await window.click("label.option", label)
    await window.type('textarea[name="f:own"]', PLANNED["own"][0])
    script.answer = Reply("Please say which day it is.", outcome=Outcome.REFUSED)
    await window.click("button.main", PLANNING.submit)
    await window.until(lambda text: "Go back in your browser to change" in text)
    await window.back()
    await window.until(lambda text: "Which day?" in text)
    assert await window.say("document.querySelector('textarea').value") == PLANNED["own"][0]
    assert await window.say("document.querySelector(':checked').value") == "i:7"


@pytest.mark.parametrize("way", ["a button", "a form", "a link"])
async def test_a_file_is_kept_under_its_own_name(
    at_home: tuple[Window, Script], tmp_path: Path, way: str
) -> None:
    window, script = at_home
    if way == "a link":
        script.answer = Reply(cards=(SHOWN,))
        await window.click("footer a", "Workshop pack")
    elif way == "a button":
        await window.click("button", "The pack as a file")
    else:
        await window.click("footer a", "Prepare a workshop")
        await window.until(lambda text: PLANNING.submit in text)
        script.answer = Reply(cards=(SHOWN,))
        await window.click("button.main", PLANNING.submit)
    await window.until(lambda text: "Download" in text)
    kept = tmp_path / "kept"
    await window.keep_files_in(kept)
    await window.click(".file", f"Download {PACK.name}")
    await there((kept / PACK.name).exists)
    assert (kept / PACK.name).read_bytes() == PACK.content
    assert "For our workshop." in await window.text(), "the page stays"
