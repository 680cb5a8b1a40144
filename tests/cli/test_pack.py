"""`pulse-bot pack`: what everybody can read anyway, as a list, as files, and opened in the room."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from pulse_bot.app import open_installation
from pulse_bot.config.settings import load_settings
from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
from pulse_bot.storage import partnerships, rounds
from pulse_bot.storage.workshop_tables import SeedingRow
from tests.cli.conftest import NAME, Shell

TITLE = "Can we hold one another to account?"


def today() -> date:
    """The day where the partnership is, which is created in UTC."""
    return datetime.now(UTC).date()


def seed(shell: Shell, on: date, *, together: bool = False) -> None:
    """Make the round that is open the round of a workshop."""
    made = open_installation(load_settings(shell.folder / "pulse-bot.toml"))
    with made.database.write() as session:
        here = partnerships.find_partnership(session, NAME).id
        asked = rounds.latest_round(session, here)
        assert asked is not None
        session.add(
            SeedingRow(
                partnership_id=here, title=TITLE, workshop_on=on, items=[], round_id=asked.id,
                state=SeedingState.ASKED, arranged=ArrangementKind.MERGED,
                opens_at=None, closes_at=None,
                together=together, seeded_by=None,
            )
        )  # fmt: skip
    made.database.close()


@pytest.fixture
def workshop(people: Shell) -> Shell:
    """A round that was asked for today's workshop has closed, and nobody answered."""
    people.does("round", "open", NAME)
    seed(people, today())
    people.does("round", "close", NAME)
    return people


def test_a_pack_is_listed(workshop: Shell) -> None:
    shown = workshop.json("pack", "show", NAME)
    assert (shown["title"], shown["round"]) == (TITLE, 1)
    assert shown["workshop_on"] == today().isoformat()
    digest = workshop.json("digest", "show", NAME)
    said = {one["text"] for one in digest["statements"]}
    for question in shown["questions"]:
        assert question["said"]
        assert {*question["said"], *question["words"]} <= said
    assert 60 <= sum(step["minutes"] for step in shown["running_order"]) <= 90
    told = workshop.does("pack", "show", NAME, "--round", "1")
    for question in shown["questions"]:
        assert f"To talk about: {question['talk']}" in told
    assert told.startswith(TITLE)


def test_the_ending_says_which_file_is_written(workshop: Shell) -> None:
    for file, begins in (("pack.html", b"<!doctype html>"), ("pack.PDF", b"%PDF-")):
        told = workshop.does("pack", "export", NAME, "--file", file)
        assert told == f"Wrote the pack to {file}.\n"
        assert (workshop.folder / file).read_bytes().startswith(begins)
    (workshop.folder / "out").mkdir()
    told = workshop.does("pack", "export", NAME, "--file", "out/pack.png")
    slides = sorted(one.name for one in (workshop.folder / "out").iterdir())
    assert told == f"Wrote the pack to out/pack-01.png to out/pack-{len(slides):02}.png.\n"
    for slide in slides:
        with Image.open(BytesIO((workshop.folder / "out" / slide).read_bytes())) as opened:
            assert opened.size == (1920, 1080)


def test_another_ending_is_refused_with_those_that_are_known(workshop: Shell) -> None:
    told = workshop.fails("pack", "export", NAME, "--file", "pack.docx")
    assert "Use a name that ends in .html, .pdf, .png." in told


def test_without_a_workshop_it_is_refused(people: Shell) -> None:
    assert "There is no pack yet." in people.fails("pack", "show", NAME)
    assert f"No pack of {NAME} waits to be opened." in people.fails("pack", "open", NAME)


def test_before_the_close_it_is_refused_with_when_it_comes(people: Shell) -> None:
    people.does("round", "open", NAME)
    seed(people, today())
    for words in (("show", NAME), ("export", NAME, "--file", "pack.pdf"), ("open", NAME)):
        assert "comes when its questions have closed" in people.fails("pack", *words)
    assert not (people.folder / "pack.pdf").exists()


def test_a_pack_that_is_held_is_opened_from_its_day_on(people: Shell) -> None:
    people.does("round", "open", NAME)
    seed(people, today(), together=True)
    people.does("round", "close", NAME)
    assert "is opened together" in people.fails("pack", "show", NAME)
    told = people.does("pack", "open", NAME)
    assert told == f"The pack for “{TITLE}” is open for everybody.\n"
    assert people.json("pack", "show", NAME)["title"] == TITLE


def test_a_pack_is_not_opened_before_its_day(people: Shell) -> None:
    people.does("round", "open", NAME)
    seed(people, today() + timedelta(days=3), together=True)
    people.does("round", "close", NAME)
    assert "can be opened from" in people.fails("pack", "open", NAME)
    assert "is opened together" in people.fails("pack", "show", NAME)
