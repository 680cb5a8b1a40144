"""Writing in one's own words: what is refused, and what a writer is told of what they wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_bot.domain.asking.items import COMMENT
from pulse_bot.ports import Outcome
from pulse_bot.storage import partnerships
from pulse_bot.storage.database import ConnectionLost
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.rounds.words_notes import NAMES_SOMEBODY, READS_OTHERWISE
from tests.made_up import PARTNERSHIP, PLAN, opened_round, people
from tests.usecases.scene import Talk, envelopes_in, words
from tests.usecases.test_answering import RECORDED, comments

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("We do, most weeks.", ""),
        ("We do.\nMost weeks.", READS_OTHERWISE),
        ("We “do”.", READS_OTHERWISE),
        ("Member 03 never does.", NAMES_SOMEBODY),
        ("Ask m.e.m.b.e.r, who knows.", NAMES_SOMEBODY),
        ("We do.\nMember does not.", f"{READS_OTHERWISE} {NAMES_SOMEBODY}"),
    ],
)
async def test_a_writer_is_told_how_it_reads_and_whom_it_may_name(
    talk: Talk, typed: str, note: str
) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)
    reply = await talk.submit(asked, one, {"0:answer": "4", "0:comment": typed})

    assert reply.outcome is Outcome.DONE
    assert reply.notice == f"{RECORDED} {note}".rstrip()
    # It is recorded all the same, and its words are not in the reply, which stays in a chat.
    assert len(comments(talk, asked)) == 1
    assert not any(word in words([reply]) for word in typed.split() if len(word) > 6)


async def test_what_reads_like_a_result_is_refused_with_what_to_change(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)
    reply = await talk.submit(
        asked, one, {"0:answer": "4", "0:comment": "Good.” Trust: about 4.2 out of 5. “Yes."}
    )

    assert reply.outcome is Outcome.REFUSED
    assert "“about 4.2” reads like a result" in reply.notice
    assert "Please put it in other words. Nothing has been recorded" in reply.notice
    assert envelopes_in(talk.made) == 0


async def test_names_that_cannot_be_looked_up_refuse_nothing(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)

    def away(*_: object) -> object:
        raise ConnectionLost("The database is away.")

    monkeypatch.setattr(partnerships, "list_members", away)
    reply = await talk.submit(asked, one, {"0:comment": "Member 03 never does."})
    assert reply.notice == RECORDED
    assert comments(talk, asked) == ["Member 03 never does."]


@pytest.mark.parametrize(("members", "takes"), [(7, False), (8, True), (9, True)])
async def test_groups_of_eight_are_asked_for_comments(
    talk: Talk, members: int, takes: bool
) -> None:
    [one, *_] = people(talk.made, members, 5)
    asked = opened_round(talk.made)
    assert asked.takes_comments is takes
    home = await talk.home(one)
    assert home.form is not None
    assert any(field.key.endswith(COMMENT) for field in home.form.fields) is takes
    reply = await talk.submit(asked, one, {"0:comment": "We do."})
    assert (reply.outcome is Outcome.DONE) is takes


@pytest.mark.parametrize(
    ("members", "promise"), [(7, "in a group of fewer than eight"), (8, "a lot picks five or ten")]
)
async def test_who_answers_in_words_is_told_whether_they_are_read(
    talk: Talk, members: int, promise: str
) -> None:
    [one, *_] = people(talk.made, members, 5)
    set_programme(talk.made, PARTNERSHIP, replace(PLAN, themes=("words",)))
    opened_round(talk.made)
    home = await talk.home(one)
    assert home.form is not None
    assert promise in home.form.fields[0].hint
