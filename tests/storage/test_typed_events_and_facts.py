"""Migration 0008: what members read of an older database is the same, letter for letter.

`schema_0007.json` holds the rows of two made-up partnerships that were played with the code of that
schema (workshops, roles, programmes, commitments, people who come and go, and four lines that none
of its code wrote), and what that code showed of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from markupsafe import escape

from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.audit_events import Sentence
from pulse_bot.domain.partnership.event_kinds import EventKind
from pulse_bot.domain.release import record
from pulse_bot.domain.release.first_edition import TrendFact
from pulse_bot.domain.release.results import Level
from pulse_bot.ports import Address, Pressed, Reply
from pulse_bot.storage import audit_log, history, migrations, packs, partnerships
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import RoundRow
from pulse_bot.storage.outbox import entry_from_row
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.chats import announcements, programme_conversation
from pulse_bot.usecases.commitments import follow_up
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.outbox import Message, prepare_entries
from pulse_bot.usecases.reading import pages as reading_pages
from pulse_bot.usecases.reading.operator_lists import list_log_lines
from tests.made_up import PARTNERSHIP, found, installation
from tests.outbox import rows

MEMBERS = {
    PARTNERSHIP: Address("fake", "", "person-00"),
    "Afon Valley": Address("fake", "T0", "afon-0"),
}
MIGRATION = import_module("pulse_bot.storage.migrations.versions.0008_typed_events_and_facts")
AT = datetime(2026, 1, 30, 12)  # noqa: DTZ001 - as a column has it


@cache
def played() -> Any:
    """The rows, and what was read of them."""
    return json.loads((Path(__file__).parent / "schema_0007.json").read_text(encoding="utf-8"))


def typed(column: sa.Column[Any], value: Any) -> Any:
    """A value as its column takes it."""
    if value is None or isinstance(column.type, sa.JSON):
        return value
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    for kind, shape in ((sa.DateTime, datetime), (sa.Date, date), (sa.Time, time)):
        if isinstance(column.type, kind):
            return shape.fromisoformat(value)
    return bool(value) if isinstance(column.type, sa.Boolean) else value


def filled(empty_database_url: str) -> None:
    """A database of the older schema, with these rows."""
    database = Database(empty_database_url)
    config = migrations._config()
    with database.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        tables = sa.MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            kept = played()["rows"].get(table.name, {"columns": [], "rows": []})
            for row in kept["rows"]:
                named = zip(kept["columns"], row, strict=True)
                values = {name: typed(table.c[name], value) for name, value in named}
                connection.execute(sa.insert(table).values(values))
    database.close()


@pytest.fixture
def upgraded(empty_database_url: str) -> Iterator[Installation]:
    """That database, brought up to date."""
    filled(empty_database_url)
    now = datetime.fromisoformat(played()["now"])
    made = installation(empty_database_url, FixedClock(now))
    yield made
    made.database.close()


def shown(reply: Reply) -> list[Any]:
    """A reply as it was written down."""
    cards = [
        [one.title, list(one.text), one.progress, [b.label for row in one.buttons for b in row]]
        for one in reply.cards
    ]
    return [reply.notice, *cards]


def without_bars(settings: list[Any]) -> list[Any]:
    """The settings without what they say of the release policy's bars."""
    notice, *cards = settings
    return [notice, *([title, [*filter(is_no_bar, text)], *rest] for title, text, *rest in cards)]


def is_no_bar(line: str) -> bool:
    """Whether a line of the settings tells no bar."""
    return not line.startswith("No number is shown from fewer than")


def hashed(text: str) -> str:
    """A page without its style and its pictures, or a table."""
    text = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "PNG", text)
    text = re.sub(r"(?s)<style>.*?</style>", "", text)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@pytest.mark.parametrize("name", list(MEMBERS))
def test_the_log_and_the_settings_read_the_same(upgraded: Installation, name: str) -> None:
    before, who = played()["read"][name], MEMBERS[name]
    log = reading_pages.show_log(upgraded, who)
    assert shown(log) == before["log"]
    earlier = [one.action for card in log.cards for row in card.buttons for one in row]
    pages = [
        shown(reading_pages.show_earlier_log(upgraded, Pressed(who, action))) for action in earlier
    ]
    assert pages == [before[page] for page in ("earlier log",) if page in before]
    assert list_log_lines(upgraded, name) == before["log rows"]
    settings = shown(programme_conversation.show_settings(upgraded, who))
    # Of the bars it tells those of today's edition.
    assert without_bars(settings) == without_bars(before["settings"])


def test_what_waits_to_be_announced_is_told_the_same(upgraded: Installation) -> None:
    with upgraded.database.write() as session:
        announcements.plan_announcements(session, upgraded.clock.now())
    planned = rows(upgraded, OutgoingKind.ANNOUNCEMENT)
    entries = [entry_from_row(row) for row in planned]
    prepared = prepare_entries(upgraded, entries)
    told = [(one.group, prepared[one.id]) for one in entries]
    # One of the two partnerships has its quiet hours.
    cards = [
        [group, one.card.title, list(one.card.text)]
        for group, one in told
        if isinstance(one, Message)
    ]
    assert cards == played()["read"]["announced"]


@pytest.mark.parametrize("name", list(MEMBERS))
def test_digests_packs_and_exports_read_the_same(upgraded: Installation, name: str) -> None:
    before, renderer = played()["read"][name], upgraded.renderer
    with upgraded.database.read() as session:
        row = partnerships.find_partnership(session, name)
        digests = history.list_digests(session, row.id)
        of_partnership = sa.select(RoundRow.id).where(RoundRow.partnership_id == row.id)
        numbers = session.scalars(of_partnership.order_by(RoundRow.number)).all()
        kept = [pack for number in numbers if (pack := packs.find_round_pack(session, number))]
        zone = row.time_zone
    # What somebody wrote in two lines is read in one: a second could pass for ours.
    texts = [text.replace("\n  in two lines", " in two lines") for text in before["texts"]]
    assert [renderer.text(one.statements) for one in digests] == texts
    tables = json.loads(renderer.export("all.json", name, zone, digests)["all.json"])
    statements = [one for digest in reversed(digests) for one in digest.statements]
    exported = {(row["round"], row["place"]): row["text"] for row in tables["Statements"]}
    assert list(exported.values()) == [one.text for one in statements]
    page = renderer.page(name, zone, digests)
    assert [one.text for one in statements if str(escape(one.text)) not in page] == []
    pages = [renderer.pack("pack.html", pack)["pack.html"].decode() for pack in kept]
    assert [hashed(page) for page in pages] == before["packs"]
    picture = renderer.picture(digests)
    assert _numbers(picture.alternative if picture else "") == _numbers(before["picture"] or "")


def _numbers(words: str) -> set[str]:
    """The newest numbers that a picture's words tell, each with its theme."""
    newest = words.partition("Round ")[2].partition(". Round ")[0].rstrip(".")
    return {part.strip() for part in newest.partition(": ")[2].split(";")}


def test_what_the_old_code_wrote_becomes_events_and_the_rest_stays_sentences(
    upgraded: Installation,
) -> None:
    with upgraded.database.read() as session:
        entries = [one for n in (1, 2) for one in audit_log.newest_entries(session, n, 500)]
    sentences = [one.event.text for one in entries if isinstance(one.event, Sentence)]
    assert sentences == [
        "opened round 007",
        (
            "planned the workshop “x” on Monday 30 February 2026; its questions come on Sunday 5 "
            "January at 10:00 and close on Friday 9 January at 10:00"
        ),
        "painted the fence blue; closed round 12 of the book",
    ]
    kinds = Counter(one.event.kind for one in entries)
    # What the old code never looked for, it never wrote.
    later = {EventKind.ROUND_CHANGED, EventKind.ROUND_ASKED, EventKind.POLICY_CHANGES}
    written = set(EventKind) - later
    assert set(kinds) == written, "an event that is not in the made-up rows"


def test_old_releases_have_their_facts(upgraded: Installation) -> None:
    with upgraded.database.read() as session:
        digests = history.list_digests(session, 1)
    kept = played()["rows"]["release"]
    kinds = Counter(dict(zip(kept["columns"], row, strict=True))["kind"] for row in kept["rows"])
    with upgraded.database.read() as session:
        digests_of_both = [*digests, *history.list_digests(session, 2)]
    released = Counter(type(fact) for one in digests_of_both for fact in one.facts)
    assert released[record.ReleasedQuestion] == kinds["question"]
    assert released[record.ReleasedBlock] == kinds["level"]
    assert released[record.ReleasedAgreement] == kinds["agreement"]
    assert released[record.CommentFact] == kinds["comment"]
    assert released[TrendFact] == kinds["trend"] - 1, "one is nothing that the code wrote"
    first = [fact for fact in digests[-1].facts if isinstance(fact, record.ReleasedQuestion)]
    assert [(one.item, one.theme, one.kind, type(one.says)) for one in first] == [
        ("trust-1", "trust", None, Level),
        ("honesty-1", "honesty", None, Level),
        ("accountability-1", "accountability", None, Level),
    ]
    assert {one.policy_version for one in digests} == {1}


def test_a_round_that_is_out_still_settles_its_commitment(empty_database_url: str) -> None:
    filled(empty_database_url)
    database = Database(empty_database_url)
    # Round 13 asked about the first commitment.
    with database.connect() as connection:
        connection.execute(sa.text("UPDATE round SET state = 'open' WHERE number = 13"))
    database.close()
    made = installation(empty_database_url)
    asked = found(made, 13)
    assert (asked.state, asked.number) == (RoundStatus.OPEN, 13)
    numbers = {item.id: item.commitment for item in asked.items}
    assert numbers[f"{follow_up.DONE}/1"] == 1
    assert numbers["trust-6"] is None
    made.database.close()


@pytest.mark.parametrize(
    "sentence",
    [
        "opened round 007",
        "joined ",
        "added a holiday: 2026-02-30",
        "added a holiday: 2026-04-06 to 2026-04-06",
        "set the weekly limit to six questions, instead of 5",
        "wrote down commitment 1, by Wednesday 20 January 2026: “We do.”",
        (
            "set the programme: trust; 1 question a round; opens Someday 09:00, closes Friday "
            "16:00; reminds never"
        ),
        "closed round 12, and opened round 13",
    ],
)
def test_what_is_not_quite_a_sentence_of_ours_stays_one(sentence: str) -> None:
    assert MIGRATION.read_event(sentence, AT, "UTC") == ("sentence", {"text": sentence})


@pytest.mark.parametrize(
    ("text", "call", "smallest"),
    [
        ("Trust: up. The last four rounds are clearly above those before.", "up", None),
        ("Trust: down. The last four rounds are clearly below those before.", "down", None),
        (
            "Trust: no clear change (early: in a small group only a large change can show).",
            "no clear change",
            None,
        ),
        (
            "Trust: no clear change (firm: a change of half a point could have shown).",
            "no clear change",
            "half a point",
        ),
    ],
)
def test_an_old_call_is_known_by_its_sentence(text: str, call: str, smallest: str | None) -> None:
    row = {"kind": "trend", "text": text, "subject": "trust", "theme": "trust"}
    kind, fields, _ = MIGRATION.read_fact(row, {})
    assert (kind, fields["call"], fields["smallest"]) == ("trend", call, smallest)
