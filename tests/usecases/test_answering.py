"""Answering through events: what is recorded, what is refused, and what is said of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking.items import COMMENT, LONGEST_COMMENT, SKIP
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.ports import Address, Outcome, Pressed, Submitted
from pulse_bot.storage import authenticity, envelopes
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_member,
    create_partnership,
)
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.decrypt import decrypt_round
from pulse_bot.usecases.rounds.open_round import open_round
from tests.made_up import OPENS, PARTNERSHIP, PLAN, WEEK, at, found, opened_round, people
from tests.usecases.scene import Talk, envelopes_in

pytestmark = pytest.mark.both_databases

RECORDED = "Recorded. You can change it until Friday 9 January at 16:00."
NOBODY = (
    "You are not a member here, or your link is not valid any more. Press “Join the pulse” in your "
    "group's chat, or ask your partnership's lead for a new link or an invitation."
)


def said(talk: Talk, asked: Round, position: int = 0) -> list[dict[str, str]]:
    """What the envelopes of a question hold, read with the round's key as closing does."""
    keys = talk.made.keys.load(asked.id)
    assert keys is not None
    with talk.made.database.read() as session:
        heard = decrypt_round(
            asked,
            keys,
            authenticity.load_roster(session, asked.id, keys),
            envelopes.load_envelopes(session, asked.id),
        )
    given = heard.answers[asked.items[position].id]
    return [dict(one.by_slot) for one in given if one.by_slot]


def comments(talk: Talk, asked: Round) -> list[str]:
    keys = talk.made.keys.load(asked.id)
    assert keys is not None
    with talk.made.database.read() as session:
        sealed = envelopes.load_envelopes(session, asked.id)
        roster = authenticity.load_roster(session, asked.id, keys)
        decrypted = decrypt_round(asked, keys, roster, sealed)
        return [text for member_words in decrypted.written for text in member_words.comments]


async def test_a_press_is_recorded_and_shows_the_next_question(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)

    reply = await talk.choose(asked, one, "4")

    assert (reply.notice, reply.outcome) == (RECORDED, Outcome.DONE)
    [card] = reply.cards
    assert (card.title, card.progress) == (asked.items[1].text, "2 of 3")
    last = await talk.choose(asked, one, "2", position=2)
    assert (last.notice, last.cards) == (RECORDED, ())
    assert (said(talk, asked, 0), said(talk, asked, 2)) == ([{"answer": "4"}], [{"answer": "2"}])


async def test_a_change_of_mind_replaces_and_a_skip_withdraws(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)

    for value in ("4", "1", "1", SKIP):
        assert (await talk.choose(asked, one, value)).notice == RECORDED
        assert envelopes_in(talk.made) == 1
        assert said(talk, asked) == [{"answer": value}]


async def test_the_same_click_twice_and_two_devices_at_once(talk: Talk) -> None:
    everybody = people(talk.made)
    asked = opened_round(talk.made)

    replies = await asyncio.gather(
        *(talk.choose(asked, one, value) for one in everybody[:5] for value in "35353")
    )

    assert {reply.notice for reply in replies} == {RECORDED}
    assert envelopes_in(talk.made) == 5
    assert all(answer["answer"] in "35" for answer in said(talk, asked))


async def test_the_form_records_all_its_fields(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)
    home = await talk.home(one)
    assert home.form is not None
    assert [field.key for field in home.form.fields][:2] == ["0:answer", "0:comment"]

    filled = {"0:answer": "5", "0:comment": "  We do.  ", "2:answer": SKIP}
    reply = await talk.submit(asked, one, filled)

    assert reply.notice == RECORDED
    assert (said(talk, asked, 0), said(talk, asked, 1)) == ([{"answer": "5"}], [])
    assert said(talk, asked, 2) == [{"answer": SKIP}]
    assert comments(talk, asked) == ["We do."]


async def test_one_wrong_field_records_nothing_at_all(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)
    for wrong in ({"1:answer": "6"}, {"1:nonsense": "4"}, {"x": "4"}, {"0:comment": "x" * 501}):
        reply = await talk.submit(asked, one, {"0:answer": "4", "2:answer": "4", **wrong})
        assert reply.outcome is Outcome.REFUSED, wrong

    assert envelopes_in(talk.made) == 0


async def test_an_empty_form_is_refused(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)
    empty: list[dict[str, str]] = [{}, {"0:answer": ""}, {"0:answer": "  ", "0:comment": "\n"}]
    for values in empty:
        reply = await talk.submit(asked, one, values)

        assert reply.outcome is Outcome.REFUSED
        assert "Nothing was chosen" in reply.notice
    assert envelopes_in(talk.made) == 0


async def test_say_more_gives_a_form_for_words(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)

    reply = await talk.press(one, f"more:{asked.id}:1")

    assert reply.form is not None
    [field] = reply.form.fields
    assert (field.key, field.longest) == (
        AnswerTarget(asked.id, 1, COMMENT).field_key,
        LONGEST_COMMENT,
    )
    sent = await talk.handle(Submitted(one, reply.form.key, {field.key: ("Because.",)}))
    assert sent.notice == RECORDED
    assert comments(talk, asked) == ["Because."]


async def test_the_answers_of_every_kind_of_question(talk: Talk) -> None:
    """Each kind takes what fits it, and nothing else."""
    [one, *_] = people(talk.made)
    fits = {
        "agree": ("answer", ["1", "5"], ["0", "6", "4.5", "", " 4", "yes", "٣"]),
        "frequency": ("answer", ["1", "5"], ["0", "6", "-1"]),
        "scale": ("answer", ["0", "10"], ["11", "-1", "1e1", "010"]),
        "journey": ("later", ["1", "5"], ["6", "0"]),
        "yes-no": ("answer", ["yes", "partly", "no"], ["Yes", "maybe"]),
        "choose": ("answer", ["a", "a,c"], ["a,b,c", "e", "a,e", ","]),
        "words": ("answer", ["Some words."], ["", "\x00\x07"]),
    }
    for week, (theme, (slot, good, bad)) in enumerate(fits.items()):
        at(talk.made, OPENS + week * WEEK - timedelta(hours=1))
        set_programme(talk.made, PARTNERSHIP, Programme((theme,), PLAN.opens, PLAN.closes, 1))
        asked = opened_round(talk.made, week)
        for value in (*good, SKIP):
            reply = await talk.choose(asked, one, value, slot=slot)
            assert reply.outcome is Outcome.DONE, (theme, value)
            assert said(talk, asked)[0][slot] == value
        for value in bad:
            reply = await talk.choose(asked, one, value, slot=slot)
            assert reply.outcome is Outcome.REFUSED, (theme, value)
            assert said(talk, asked)[0][slot] == SKIP
        close_round(talk.made, asked.id)


WORDS = {
    "emoji": ("👩‍👧‍👦 well done 🎉", "👩👧👦 well done 🎉"),
    "right to left": ("שלום لكم", "שלום لكم"),
    "control characters": ("a\x00b\x07c\x1b[2Jd\u202ee\tf", "abc[2Jde f"),
    "a lone surrogate": ("a\ud800b", "ab"),
    "the longest": ("𝄞" * LONGEST_COMMENT, "𝄞" * LONGEST_COMMENT),
    "markup": ("<b>&amp;</b> *x* `y`", "<b>&amp;</b> *x* `y`"),
}


async def test_a_comment_is_kept_as_it_can_be_shown(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)
    for case, (typed, kept) in WORDS.items():
        reply = await talk.submit(asked, one, {"0:comment": typed})

        assert reply.notice.startswith(RECORDED), case
        assert comments(talk, asked) == [kept], case


async def test_too_long_a_comment_says_how_long(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)

    reply = await talk.submit(asked, one, {"0:comment": "x" * 100_000, "0:answer": "4"})

    assert reply.outcome is Outcome.REFUSED
    assert "100,000 characters, and there is room for 500" in reply.notice
    assert envelopes_in(talk.made) == 0


async def test_a_question_that_is_not_in_the_round(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)

    for reply in (
        await talk.choose(asked, one, "4", position=3),
        await talk.submit(asked, one, {"7:answer": "4"}),
        await talk.choose(asked, one, "4", slot="later"),
        await talk.press(one, f"more:{asked.id}:3"),
        await talk.press(one, f"more:{asked.id + 1}:0"),
    ):
        assert reply.outcome is Outcome.REFUSED
        assert "not in this" in reply.notice or "not in use any more" in reply.notice
    assert envelopes_in(talk.made) == 0


async def test_a_round_of_somebody_else(talk: Talk) -> None:
    people(talk.made)
    asked = opened_round(talk.made)
    create_partnership(talk.made, NewPartnership("Other Valley"))
    other = Address("fake", "", "other")
    add_member(talk.made, "Other Valley", NewMember("Other", "Elsewhere"), other)

    for reply in (
        await talk.choose(asked, other, "4"),
        await talk.submit(asked, other, {"0:answer": "4"}),
    ):
        assert reply.outcome is Outcome.REFUSED
        assert reply.notice.startswith("That question is not one of yours.")
    assert envelopes_in(talk.made) == 0


async def test_a_member_who_is_not_on_the_roster(talk: Talk) -> None:
    people(talk.made)
    asked = opened_round(talk.made)
    late = Address("fake", "", "late")
    add_member(talk.made, PARTNERSHIP, NewMember("Late", "School 1"), late)

    reply = await talk.choose(asked, late, "4")

    assert (reply.outcome, envelopes_in(talk.made)) == (Outcome.REFUSED, 0)
    assert reply.notice == "You are not on this round's list; you will be asked in a later one."
    home = await talk.home(late)
    assert home.form is None
    assert "You are new here" in " ".join(home.cards[0].text)


async def test_a_stranger_a_paused_member_and_one_who_left(talk: Talk) -> None:
    paused, left, *_ = people(talk.made)
    asked = opened_round(talk.made)
    await talk.look(paused, "pause")
    await talk.press(left, "leave-surely")

    for nobody in (left, Address("fake", "", "stranger"), Address("other", "", paused.user)):
        for reply in (
            await talk.choose(asked, nobody, "4"),
            await talk.submit(asked, nobody, {"0:answer": "4"}),
            await talk.home(nobody),
        ):
            assert (reply.outcome, reply.notice) == (Outcome.UNKNOWN, NOBODY)
    assert envelopes_in(talk.made) == 0
    # A pause asks no more; it takes nothing away.
    assert (await talk.choose(asked, paused, "4")).notice == RECORDED


async def test_a_change_of_the_clocks_during_a_round(talk: Talk) -> None:
    """Open over 29 March: told and closed by the clock on the wall, an hour sooner."""
    [one, *_] = people(talk.made)
    plan = Programme(PLAN.themes, PLAN.closes, PLAN.opens, 1)
    set_programme(talk.made, PARTNERSHIP, plan)
    opens = OPENS.replace(month=3, day=27, hour=16, minute=0)
    closes = OPENS.replace(month=4, day=1, hour=14)
    at(talk.made, opens)
    opened = open_round(talk.made, OpenRound(1, opens, closes))
    assert opened is not None
    asked = found(talk.made, opened)

    at(talk.made, closes - timedelta(minutes=1))
    taken = await talk.handle(Pressed(one, AnswerTarget(asked.id, 0, "answer").action_for("4")))
    at(talk.made, closes)
    refused = await talk.choose(asked, one, "4")

    assert taken.notice == "Recorded. You can change it until Wednesday 1 April at 15:30."
    assert refused.notice.startswith("This round closed on Wednesday 1 April at 15:30; the next")
