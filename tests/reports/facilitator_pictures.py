"""What a facilitator sees, for docs/pictures: form, draft, preview, dry run, commitment.

Everything comes out of a real conversation with shipped banks; `pictures` calls it. The pack has
pictures of its own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from PIL import Image

from pulse_bot.app import assemble_installation
from pulse_bot.cards import question_cards
from pulse_bot.crypto.key_stores import MemoryKeyStore
from pulse_bot.domain.partnership.people import Role
from pulse_bot.ports import Address, Commanded, Event, Pressed, Reply, Submitted
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import change_role
from pulse_bot.usecases.router import route_event
from pulse_bot_web.render import PageTemplates, answer_page
from tests.made_up import KEY, PARTNERSHIP, START, people, recording
from tests.reports.pack_pictures import Screen

MEMBERS: Final = 16
PHONE: Final = 390
LISTED: Final = 4
"""Banks in the picture of the form."""
GIVEN: Final = {
    "bank": ("before-the-workshop",),
    "on": ("15 January",),
    "own": ("We always say what we think.",),
}


def facilitator_pictures(screen: Screen, folder: Path) -> Iterator[tuple[str, Image.Image]]:
    """Pictures by their names."""
    made = assemble_installation(
        f"sqlite:///{folder / 'facilitator.db'}", MemoryKeyStore(), KEY, FixedClock(START)
    )
    address = people(made, MEMBERS)[0]
    change_role(made, PARTNERSHIP, 1, Role.FACILITATOR)
    try:
        for name, reply in asyncio.run(_all(made, address)):
            yield f"facilitator-{name}", screen(_alone(reply), PHONE, folder)
    finally:
        made.database.close()


async def _all(made: Installation, address: Address) -> list[tuple[str, Reply]]:
    return [one async for one in _shown(made, address)]


async def _shown(made: Installation, address: Address) -> AsyncIterator[tuple[str, Reply]]:
    async with recording(made) as record:

        async def said(event: Event) -> Reply:
            return await route_event(made, record, event)

        yield "form", _shortened(await said(Commanded(address, "seed")))
        yield "draft", await said(Submitted(address, question_cards.SEED, GIVEN))
        preview = await said(Pressed(address, "seed:see:1"))
        yield "preview", replace(preview, cards=preview.cards[:2])
        tried = await said(Pressed(address, "seed:try:1"))
        yield "dry-run", replace(tried, cards=tried.cards[1:2])
        await said(Pressed(address, "seed:plan:1"))
        given = {"text": ("We visit one another's lessons.",), "due": ("30 January",)}
        yield "commitment", await said(Submitted(address, question_cards.COMMITMENT, given))


def _shortened(reply: Reply) -> Reply:
    """Without most of the banks, which would fill the picture."""
    assert reply.form is not None
    fields = tuple(replace(one, options=one.options[:LISTED]) for one in reply.form.fields)
    return replace(reply, form=replace(reply.form, fields=fields))


def _alone(reply: Reply) -> str:
    pages = PageTemplates("")
    html = re.sub(r'<p class="back">.*?</p>', "", pages.write_page(answer_page("", reply)))
    return re.sub('<link rel="stylesheet"[^>]*>', lambda _: f"<style>{pages.css}</style>", html)
