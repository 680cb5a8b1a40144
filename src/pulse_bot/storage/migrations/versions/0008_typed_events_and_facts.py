"""The log as typed events, releases with the facts that they say, the policy's version a round.

Sentences of the first versions are read here, once, by a copy of the patterns that made them. What
none of them fits is kept as a sentence: the log and the digests read the same before and after.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

Fields = dict[str, Any]
Event = tuple[str, Fields]
Fact = tuple[str, Fields, str]
"""Kind, fields, and the part of the text that stands behind the question or the writer."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ROLE = "(member|lead|facilitator)"
NUMBER = "([1-9][0-9]*|0)"
FULL = r"([A-Z][a-z]+ [0-9]{1,2} [A-Z][a-z]+ [0-9]{4})"
SPOKEN = r"([A-Z][a-z]+ [0-9]{1,2} [A-Z][a-z]+ at [0-9]{2}:[0-9]{2})"
WORKSHOP = rf"the workshop “(.*)” on {FULL}"
ASKING = rf"its questions come on {SPOKEN} and close on {SPOKEN}"
WAITS = "(?:; the weekly questions of (.+) wait a week)?"
GIVEN_UP = "Every question of the workshop was asked in the last rounds."


class Unlike(ValueError):
    """A part of a sentence is not one that would be worded as it stands there."""


def upgrade() -> None:
    """Go forward. There is no way back: restore a backup instead."""
    # Not in a batch, which would make the table anew: others refer to it.
    op.add_column(
        "round", sa.Column("policy_version", sa.Integer(), nullable=False, server_default="1")
    )
    _upgrade_log()
    _upgrade_releases()
    _upgrade_open_rounds()


def _upgrade_log() -> None:
    text = sa.Column("actor", sa.String(), nullable=False, server_default="")
    with op.batch_alter_table("log_entry") as batch:
        batch.add_column(text)
        for name in ("actor_role", "actor_name", "kind"):
            batch.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("fields", sa.JSON(), nullable=False, server_default="{}"))
    names = ("id", "partnership_id", "who", "what", "actor", "actor_role", "actor_name", "kind")
    log = sa.table(
        "log_entry",
        *map(sa.column, names),
        sa.column("at", sa.DateTime()),
        sa.column("fields", sa.JSON()),
    )
    partnership = sa.table("partnership", sa.column("id"), sa.column("time_zone"))
    connection = op.get_bind()
    zones = dict(connection.execute(sa.select(partnership.c.id, partnership.c.time_zone)).all())
    for row in connection.execute(sa.select(log)).all():
        kind, fields = read_event(row.what, row.at, zones[row.partnership_id])
        actor, role, name = read_actor(row.who)
        connection.execute(
            sa.update(log)
            .where(log.c.id == row.id)
            .values(actor=actor, actor_role=role, actor_name=name, kind=kind, fields=fields)
        )
    with op.batch_alter_table("log_entry") as batch:
        for name in ("who", "what"):
            batch.drop_column(name)
        for name in ("actor", "actor_role", "actor_name", "kind", "fields"):
            batch.alter_column(name, server_default=None)


def _upgrade_releases() -> None:
    with op.batch_alter_table("release") as batch:
        batch.add_column(sa.Column("result", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("fields", sa.JSON(), nullable=False, server_default="{}"))
    names = ("round_id", "position", "kind", "subject", "text", "theme", "level", "edge", "asked")
    release = sa.table(
        "release",
        *map(sa.column, names),
        *(sa.column(name, sa.JSON()) for name in ("marks", "fields")),
        sa.column("result"),
    )
    connection = op.get_bind()
    frozen = sa.table("round", sa.column("id"), sa.column("items", sa.JSON()))
    items = {
        number: {item["id"]: item for item in asked}
        for number, asked in connection.execute(sa.select(frozen.c.id, frozen.c["items"])).all()
    }
    for row in connection.execute(sa.select(release)).mappings().all():
        kind, fields, result = read_fact(dict(row), items[row["round_id"]])
        connection.execute(
            sa.update(release)
            .where(release.c.round_id == row["round_id"], release.c.position == row["position"])
            .values(kind=kind, fields=fields, result=result)
        )
    with op.batch_alter_table("release") as batch:
        for name in ("subject", "theme", "level", "edge", "asked", "marks"):
            batch.drop_column(name)
        for name in ("result", "fields"):
            batch.alter_column(name, server_default=None)


def _upgrade_open_rounds() -> None:
    """Questions that are out say which commitment they ask about, for when their round closes."""
    frozen = sa.table("round", sa.column("id"), sa.column("state"), sa.column("items", sa.JSON()))
    connection = op.get_bind()
    query = sa.select(frozen.c.id, frozen.c["items"])
    is_open = frozen.c.state.in_(("open", "closing"))
    for number, items in connection.execute(query.where(is_open)).all():
        asked = [{**item, "commitment": commitment_of(item["id"])} for item in items]
        connection.execute(sa.update(frozen).where(frozen.c.id == number).values({"items": asked}))


# The log.


def read_actor(who: str) -> tuple[str, str, str]:
    """(kind, role, name) of who did something."""
    plain = {
        "the operator": "operator",
        "pulse-bot": "pulse-bot",
        "a group chat": "group chat",
        "whoever set up a group chat": "code holder",
    }
    if who in plain:
        return plain[who], "", ""
    found = re.fullmatch(rf"a {ROLE}(?: of (.+))?", who, re.DOTALL)
    return ("member", found[1], found[2] or "") if found else ("other", "", who)


def read_event(what: str, at: datetime, time_zone: str) -> Event:
    """(kind, fields) of what was done; at is when, in UTC and without a zone."""
    for pattern, reader in EVENTS:
        found = re.fullmatch(pattern, what, re.DOTALL)
        if found:
            try:
                return reader(*found.groups(), at=at, time_zone=time_zone)
            except Unlike:
                continue
    return "sentence", {"text": what}


def _event(kind: str, **shapes: Callable[[str], Any]) -> Callable[..., Event]:
    """A reader of an event whose fields are the groups of its pattern, in this order."""

    def read(*groups: str, **_: Any) -> Event:
        named = zip(shapes.items(), groups, strict=True)
        return kind, {name: shape(group) for (name, shape), group in named}

    return read


def _set_programme(
    themes: str, items: str, opens: str, closes: str, reminders: str, **_: Any
) -> Event:
    hours = []
    if reminders != "never":
        hours = reminders.removesuffix(" hours after the opening").split(" and ")
    minutes = [round(float(one) * 60) for one in hours]
    if [f"{one / 60:g}" for one in minutes] != hours:
        raise Unlike
    return "programme-set", {
        "themes": themes.split(", "),
        "items_a_round": int(items),
        "opens": _week_time(opens),
        "closes": _week_time(closes),
        "reminder_minutes": minutes,
    }


def _add_holiday(school: str | None, first: str, last: str | None, **_: Any) -> Event:
    if first == last:
        raise Unlike
    days = {"first": _iso(first), "last": _iso(last or first)}
    return "holiday-added", {**days, "school": school or ""}


def _arrange(kind: str) -> Callable[..., Event]:
    """A reader of a workshop that is asked as arranged, moved to another day or not."""

    def read(title: str, day: str, *rest: str, at: datetime, time_zone: str) -> Event:
        *to, opens, closes, waits = rest
        where = ZoneInfo(time_zone)
        fields: Fields = {"workshop": _workshop(title, day)}
        if to:
            fields["to"] = _full(to[0])
        days = waits.split(" and of ") if waits else []
        opens_at = _spoken(opens, at, where)
        fields["asking"] = {
            "opens_at": opens_at,
            "closes_at": _spoken(closes, at, where),
            "time_zone": time_zone,
            "waiting": [_spoken(f"{one} at 12:00", at, where) for one in days],
        }
        return kind, fields

    return read


def _workshop(title: str, day: str) -> Fields:
    return {"title": title, "day": _full(day)}


def _move_day(title: str, day: str, to: str, **_: Any) -> Event:
    return "workshop-day-moved", {"workshop": _workshop(title, day), "to": _full(to)}


def _cancel(title: str, day: str, **_: Any) -> Event:
    return "workshop-cancelled", {"workshop": _workshop(title, day)}


def _write_down(number: str, due: str, text: str, **_: Any) -> Event:
    fields = {"number": int(number), "text": _ended(text), "due": _full(due)}
    return "commitment-written", fields


def _move_commitment(to: str) -> Callable[..., Event]:
    def read(number: str, text: str, **_: Any) -> Event:
        return "commitment-moved", {"number": int(number), "text": _ended(text), "to": to}

    return read


def _ended(text: str) -> str:
    """A commitment as it was kept: the log left its full stop out."""
    return text if text[-1:] in ("?", "!") else f"{text}."


def _guests(done: str, **_: Any) -> Event:
    return "guests-invited", {"invited": done == "invited"}


def _iso(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unlike from None
    if day.isoformat() != text:
        raise Unlike
    return text


def _full(text: str) -> str:
    """ "Thursday 12 March 2026" as "2026-03-12"."""
    _, number, month, year = text.split(" ")
    try:
        day = date(int(year), MONTHS.index(month) + 1, int(number))
    except ValueError:
        raise Unlike from None
    if f"{_day(day)} {day.year}" != text:
        raise Unlike
    return day.isoformat()


def _day(day: date) -> str:
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def _spoken(text: str, at: datetime, where: ZoneInfo) -> str:
    """ "Friday 13 March at 16:00" there, of the year next to when it was said, in UTC."""
    for away in (0, 1, -1):
        written, clock = text.split(" at ")
        _, number, month = written.split(" ")
        try:
            place = MONTHS.index(month) + 1
            day = date(at.year + away, place, int(number))
            local = datetime.fromisoformat(f"{day.isoformat()}T{clock}").replace(tzinfo=where)
        except ValueError:
            continue
        moment = local.astimezone(UTC)
        back = moment.astimezone(where)
        # The name of the day tells one year from the next.
        if f"{_day(back.date())} at {back:%H:%M}" == text:
            return moment.isoformat().replace("+00:00", "Z")
    raise Unlike


def _week_time(text: str) -> Fields:
    day, clock = text.split(" ")
    if day not in DAYS:
        raise Unlike
    return {"weekday": DAYS.index(day), "at": f"{clock}:00"}


PLAN = (
    r"set the programme: (.+); ([1-9]) questions? a round; "
    r"opens ([A-Z][a-z]+ [0-9]{2}:[0-9]{2}), closes ([A-Z][a-z]+ [0-9]{2}:[0-9]{2}); "
    r"reminds (never|[0-9.e+-]+(?: and [0-9.e+-]+)* hours after the opening)"
)
BARS = (
    rf"shows no number from fewer than {NUMBER} schools from the next round on, instead of "
    rf"{NUMBER}, because the number of schools in the partnership has changed"
)
EVENTS = (
    ("created the partnership", _event("partnership-created")),
    (PLAN, _set_programme),
    (
        rf"set the weekly limit to {NUMBER} questions, instead of {NUMBER}",
        _event("weekly-limit-set", limit=int, before=int),
    ),
    (r"added a holiday(?: of (.+))?: ([0-9-]{10})(?: to ([0-9-]{10}))?", _add_holiday),
    (r"added schools: (.+)", _event("schools-added", names=lambda names: names.split("; "))),
    (BARS, _event("thresholds-changed", organisations=int, before=int)),
    (r"added a group chat in (.+)", _event("chat-added", adapter=str)),
    (rf"added a {ROLE} of (.+)", _event("member-added", role=str, school=str)),
    (rf"removed a {ROLE} of (.+)", _event("member-removed", role=str, school=str)),
    ("joined", _event("member-joined")),
    ("left; their name and address are deleted", _event("member-left")),
    ("left a group chat, and is not asked", _event("member-went-from-chat")),
    ("came back to a group chat", _event("member-came-back")),
    (rf"gave a {ROLE} of (.+) a new link", _event("member-link-renewed", role=str, school=str)),
    (rf"made a {ROLE} of (.+) a {ROLE}", _event("role-changed", before=str, school=str, role=str)),
    ("replaced the invitation", _event("invitation-replaced")),
    ("was linked", _event("chat-linked")),
    ("was removed from a group chat", _event("chat-lost")),
    ("is back in a group chat", _event("chat-back")),
    ("(invited|no longer invites) the guests of a group chat", _guests),
    (rf"opened round {NUMBER}", _event("round-opened", number=int)),
    (rf"closed round {NUMBER}", _event("round-closed", number=int)),
    (rf"looked at the digest of round {NUMBER}", _event("digest-read", number=int)),
    ("looked at every digest", _event("digests-read")),
    (rf"looked at the pack of round {NUMBER}", _event("pack-read", number=int)),
    (rf"opened the pack of round {NUMBER}", _event("pack-opened", number=int)),
    (rf"planned {WORKSHOP}; {ASKING}{WAITS}", _arrange("workshop-planned")),
    (
        rf"changed the questions of {WORKSHOP}; {ASKING}{WAITS}",
        _arrange("workshop-questions-changed"),
    ),
    (rf"moved {WORKSHOP} to {FULL}; {ASKING}{WAITS}", _arrange("workshop-moved")),
    (
        rf"moved {WORKSHOP} to {FULL}; when its questions close stays as it was announced",
        _move_day,
    ),
    (rf"cancelled {WORKSHOP}, so nobody is asked about it", _cancel),
    (
        rf"could not ask for the workshop “(.*)”\. {re.escape(GIVEN_UP)}",
        _event("workshop-given-up", title=str),
    ),
    (rf"wrote down commitment {NUMBER}, by {FULL}: “(.*)”", _write_down),
    (rf"opened commitment {NUMBER} again: “(.*)”", _move_commitment("open")),
    (rf"called commitment {NUMBER} kept: “(.*)”", _move_commitment("kept")),
    (rf"dropped commitment {NUMBER}: “(.*)”", _move_commitment("dropped")),
)


# The releases.

ENDS = {"": "none", "or lower": "low", "or higher": "high"}
SILENCES = {
    "Too few answers, or from too few organisations, to say anything this week.": (
        "too few answers"
    ),
    "Enough answers, but not enough to show a number without giving somebody away.": (
        "enough answers, not enough to show"
    ),
    "Our group is too small to show a number from a single week.": (
        "too small a group for a number of one week"
    ),
    "Answered in words, which are shown once enough of us have written.": (
        "words, which are shown under the rule for comments"
    ),
    "Answered in words, shown here in no order.": (
        "words, which are shown under the rule for comments"
    ),
}
BLOCK_SILENCES = {
    "too few answers to say anything.": "too few answers",
    "enough answers, but not enough to show a number without giving somebody away.": (
        "enough answers, not enough to show"
    ),
    "our group is too small to show a number.": "too small a group for a number of one week",
}
TURNED = "Counted the other way round: the higher, the less this is so."
BANDS = {
    "Fewer than a quarter of those asked answered.": "under a quarter",
    "Between a quarter and a half of those asked answered.": "a quarter to a half",
    "Between a half and three quarters of those asked answered.": "a half to three quarters",
    "Most of those asked answered.": "three quarters or more",
    "Some of those asked did not answer.": "fewer than most",
}
HIDES = " Those who did not answer may see it differently."
NEWCOMERS = "Several members were asked for the first time, so read a change with care."
CALLS = {
    "up. The last four rounds are clearly above those before.": "up",
    "down. The last four rounds are clearly below those before.": "down",
    "too few answers this week to compare.": "too few",
}
UNCHANGED = {
    "firm: a change of half a point could have shown": "half a point",
    "early: a change of one point could have shown, half a point could not": "one point",
    "early: not even a change of one point could have shown": "more than one point",
    "early: in a small group only a large change can show": None,
}
NEW_QUESTIONS = " Its questions are new, and are not compared with those before."
ASKED_ABOUT_COMMITMENTS = (
    "commitments-done",
    "commitments-helped-in-words",
    "commitments-hindered-in-words",
    "commitments-what-now",
)


def read_fact(row: Mapping[str, Any], items: Mapping[str, Any]) -> Fact:
    """(kind, fields, result) of a statement; items are its round's, by id."""
    reader = READERS.get(row["kind"])
    found = reader(row, items) if reader else None
    if found is not None:
        return found
    fields = {"kind": row["kind"], "theme": row["theme"], "subject": row["subject"]}
    return "sentence", fields, ""


def _question(row: Mapping[str, Any], items: Mapping[str, Any]) -> Fact | None:
    item = items.get(row["subject"])
    if item is None or not row["text"].startswith(f"“{item['text']}” "):
        return None
    result = row["text"][len(item["text"]) + 3 :]
    fields = {
        "item": row["subject"],
        "text": item["text"],
        "theme": item["dimension"],
        "says": _says(row, result),
        "kind": row["asked"] or None,
        "reverse": item["reverse"],
        "weekly": bool(row["theme"]) or not item["dimension"],
        "bank": item["bank"],
        "commitment": commitment_of(row["subject"]),
    }
    return "question", fields, result


def commitment_of(item_id: str) -> int | None:
    """The number of the commitment that a question asks about, or None."""
    question, _, number = item_id.partition("/")
    return int(number) if question in ASKED_ABOUT_COMMITMENTS and number.isdecimal() else None


def _says(row: Mapping[str, Any], result: str) -> Fields | None:
    marks = [tuple(mark) for mark in row["marks"]]
    if row["level"]:
        return {"level": _printed(row["level"], row["edge"])}
    if row["asked"] == "journey" and len(marks) == 2:
        now, later = (_printed(value, edge) for _, value, edge in marks)
        return {"journey": {"now": now, "later": later}}
    if row["asked"] == "scale" and marks:
        return {"out of ten": _printed(*marks[0][1:])}
    if row["asked"] == "yes-no" and marks:
        return {"lean": marks[0][1]}
    if row["asked"] == "choose" and marks:
        return {"choices": {"taken": [[label, value] for label, value, _ in marks]}}
    return {"silence": SILENCES[result]} if result in SILENCES else None


def _printed(value: str, edge: str) -> Fields:
    return {"value": str(Decimal(value)), "end": ENDS[edge], "step": None}


def _trend(row: Mapping[str, Any], _items: Mapping[str, Any]) -> Fact | None:
    _, _, words = row["text"].partition(": ")
    fields: Fields = {
        "dimension": row["subject"],
        "call": "",
        "round": 0,
        "rounds_needed": 8,
        "smallest": None,
        "new_questions": False,
    }
    if words in CALLS:
        return "trend", {**fields, "call": CALLS[words]}, ""
    learning = rf"still learning \(round {NUMBER} of {NUMBER}\)\.({re.escape(NEW_QUESTIONS)})?"
    found = re.fullmatch(learning, words)
    if found:
        counts = {"round": int(found[1]), "rounds_needed": int(found[2])}
        new = bool(found[3])
        return "trend", {**fields, "call": "still learning", **counts, "new_questions": new}, ""
    found = re.fullmatch(r"no clear change \((.+)\)\.", words)
    if found and found[1] in UNCHANGED:
        fields |= {"call": "no clear change", "smallest": UNCHANGED[found[1]]}
        return "trend", fields, ""
    return None


def _block(row: Mapping[str, Any], _items: Mapping[str, Any]) -> Fact | None:
    says: Fields | None = None
    if row["level"]:
        says = {"level": _printed(row["level"], row["edge"])}
    else:
        _, _, words = row["text"].partition(" over the last six rounds: ")
        if words in BLOCK_SILENCES:
            says = {"silence": BLOCK_SILENCES[words]}
    return "block", {"theme": row["theme"], "number": None, "says": says}, ""


def _agreement(row: Mapping[str, Any], _items: Mapping[str, Any]) -> Fact | None:
    if not row["marks"]:
        return None
    [[_, minds, _]] = row["marks"]
    return "agreement", {"theme": row["theme"], "minds": minds, "block": None}, ""


def _response(row: Mapping[str, Any], _items: Mapping[str, Any]) -> Fact | None:
    if row["text"] == NEWCOMERS:
        return "newcomers", {}, ""
    band = BANDS.get(row["text"].removesuffix(HIDES))
    return ("response", {"band": band}, "") if band else None


def _comment(row: Mapping[str, Any], _items: Mapping[str, Any]) -> Fact | None:
    found = re.fullmatch(r"Somebody wrote: “(.*)”", row["text"], re.DOTALL)
    if found is None:
        return None
    fields = {"words": found[1], "item": row["subject"], "theme": row["theme"]}
    return "comment", fields, f"“{found[1]}”"


def _commitments(row: Mapping[str, Any], _items: Mapping[str, Any]) -> Fact | None:
    counts = rf"So far we have kept {NUMBER} of {NUMBER} commitments? that came due\."
    found = re.fullmatch(counts, row["text"])
    if found is None:
        return None
    return "commitments", {"kept": int(found[1]), "due": int(found[2])}, ""


def _talk(row: Mapping[str, Any], _items: Mapping[str, Any]) -> Fact | None:
    found = re.fullmatch(r"Worth talking about: (.*)", row["text"], re.DOTALL)
    return ("talk", {"prompt": found[1], "about": ""}, "") if found else None


def _note(_row: Mapping[str, Any], _items: Mapping[str, Any]) -> Fact:
    return "low-pulse", {}, ""


READERS = {
    "question": _question,
    "trend": _trend,
    "level": _block,
    "agreement": _agreement,
    "response": _response,
    "comment": _comment,
    "commitment": _commitments,
    "talk": _talk,
    "note": _note,
}
"""Of a headline, of when the next round opens and of one commitment little but the words would be
known, and the words are kept: they stay sentences."""
