"""Cards and forms as Block Kit: within Slack's limits, and nothing of it lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Button, Card, CardKind, Field, FieldKind, Form, Option, Picture, Ticks
from pulse_bot_slack.home import EVERYBODYS, MORE, home_view
from pulse_bot_slack.modals import Origin, build_modal, length_errors, read_metadata, read_values
from pulse_bot_slack.parse import OPENS_HOME
from pulse_bot_slack.render import (
    SlackMessage,
    SlackPart,
    build_messages,
    card_parts,
    section_parts,
)
from pulse_bot_slack.texts import (
    escape_markup,
    pack_value,
    restore_typed,
    split_text,
    unescape_markup,
    unpack_value,
)
from tests.platforms.slack.shapes import wrong_message, wrong_view

HERE = Origin()
Json = dict[str, Any]


def notice(*rows: tuple[Button, ...], title: str = "Title", **more: Any) -> Card:
    return Card(CardKind.NOTICE, title, buttons=rows, **more)


def card_messages(card: Card) -> list[SlackMessage]:
    return build_messages(card_parts(card, count()))


def row(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(label, f"act:{label}") for label in labels)


def words(thing: object) -> Iterator[str]:
    """Every text that is shown."""
    if isinstance(thing, dict):
        if thing.get("type") == "plain_text":
            yield thing["text"]
        for one in thing.values():
            yield from words(one)
    elif isinstance(thing, list | tuple):
        for one in thing:
            yield from words(one)


def button_rows(card: Card) -> list[list[str]]:
    return [
        [element["text"]["text"] for element in block["elements"]]
        for message in card_messages(card)
        for block in message.blocks
        if block["type"] == "actions"
    ]


def sound(card: Card) -> list[str]:
    """What Slack would refuse of a card."""
    return [
        wrong
        for message in card_messages(card)
        for wrong in wrong_message({"text": message.text, "blocks": list(message.blocks)})
    ]


def test_eleven_points_stand_in_two_rows() -> None:
    card = notice(row(*map(str, range(11))), ends=("Not at all", "Completely"))

    assert [len(one) for one in button_rows(card)] == [5, 6]
    assert "0 = Not at all · 10 = Completely" in list(words(card_messages(card)[0].blocks))


def test_buttons_that_say_the_ends_themselves_are_not_told_twice() -> None:
    card = notice(row("Never", "Always"), ends=("Never", "Always"))

    assert list(words(card_messages(card)[0].blocks)) == ["Title", "Never", "Always"]


def test_long_labels_are_spelled_out_above_their_buttons() -> None:
    long = "We should rather visit one another's lessons, and talk about them afterwards in pairs"
    shown = list(words(card_messages(notice(row(long, "No")))[0].blocks))

    assert f"• {long}" in shown
    assert max(map(len, button_rows(notice(row(long, "No")))[0])) <= 75
    assert sound(notice(row(long, "No"))) == []


@pytest.mark.parametrize("title", ["x" * 150, "x" * 151, "two\nlines"])
def test_a_title_of_any_length_is_shown_whole(title: str) -> None:
    assert title in list(words(card_messages(notice(title=title))[0].blocks))
    assert sound(notice(title=title)) == []


@given(some.lists(some.text(max_size=7000), max_size=4))
def test_no_letter_of_a_text_is_lost(texts: list[str]) -> None:
    found = card_messages(Card(CardKind.NOTICE, "T", tuple(texts)))
    shown = "".join(text for one in found for text in words(one.blocks))

    assert "".join(shown.split()) == "".join("".join(["T", *texts]).split())


@given(some.text(min_size=1), some.integers(min_value=1, max_value=40))
def test_pieces_fit_and_come_together_again(text: str, room: int) -> None:
    assert "".join(split_text(text, room)) == text
    assert max(map(len, split_text(text, room))) <= room


@pytest.mark.parametrize("paragraphs_", [1, 60, 200])
def test_long_cards_are_split_into_messages_that_slack_takes(paragraphs_: int) -> None:
    card = notice(row("Agree"), text=("word " * 200,) * paragraphs_)

    assert sound(card) == []
    assert card_messages(card)[-1].blocks[-1]["type"] == "actions"


def test_a_notification_reads_well_and_calls_nobody() -> None:
    (message,) = card_messages(Card(CardKind.QUESTION, "<!channel> & *all*", ("Open until 4.",)))

    assert message.text == "&lt;!channel&gt; &amp; *all*\nOpen until 4."


def test_a_card_of_buttons_alone_has_a_text_for_notifications() -> None:
    assert sound(notice(row("Open"), title="")) == []


def test_a_pictures_long_text_is_written_out() -> None:
    short, long = "It went up.", "It went up. " * 100
    for alternative, seen in ((short, False), (long, True)):
        picture = Picture(b"png", alternative)
        shown = list(words(card_messages(notice(picture=picture))[0].blocks))
        assert (alternative in shown) is seen


def test_what_one_button_cannot_carry_is_refused() -> None:
    with pytest.raises(AdapterError) as caught:
        card_messages(notice((Button("Go", "x" * 2001),)))
    assert caught.value.permanent


@pytest.mark.parametrize("options", [2, 10, 11, 100, 101, 250])
@pytest.mark.parametrize("kind", [FieldKind.ONE, FieldKind.SEVERAL])
def test_any_number_of_options_can_be_chosen_from(options: int, kind: FieldKind) -> None:
    offered = tuple(Option(f"o:{n}", f"School {n}") for n in range(options))
    view = build_modal(Form("k", "Title", (Field("school", "Which?", kind, offered),)), HERE)

    assert wrong_view(view, "modal") == []
    assert {option.label for option in offered} <= set(words(view["blocks"]))


def test_nothing_is_filled_in_beforehand() -> None:
    fields = tuple(
        Field(kind.value, "?", kind, (Option("a", "A"),), longest=50) for kind in FieldKind
    )
    view = json.dumps(build_modal(Form("k", "Title", fields), HERE))

    assert "initial" not in view
    assert view.count('"optional": true') == 4  # three fields, one of which can also be typed


def test_a_long_title_is_read_inside_the_window() -> None:
    title = "Seven questions about how we hold one another to account"
    view = build_modal(Form("k", title, (Field("a", "A?", FieldKind.TEXT),)), HERE)

    assert view["title"]["text"] == "pulse-bot"
    assert title in list(words(view["blocks"]))
    assert wrong_view(view, "modal") == []


def test_long_options_are_spelled_out_above_their_field() -> None:
    long = "More time to visit one another's lessons and to talk about what we saw, in pairs"
    view = build_modal(
        Form("k", "T", (Field("f", "Which?", FieldKind.ONE, (Option("a", long),)),)), HERE
    )

    assert f"1. {long}" in list(words(view["blocks"]))
    assert wrong_view(view, "modal") == []


def test_long_options_that_begin_alike_can_be_told_apart() -> None:
    many = tuple(Option(str(n), "We " * 30 + str(n)) for n in range(1, 13))
    view = build_modal(Form("k", "T", (Field("f", "Which?", FieldKind.SEVERAL, many),)), HERE)

    element = view["blocks"][-1]["element"]
    shown = [option["text"]["text"] for option in element["options"]]
    assert element["type"] == "multi_static_select"
    assert len(set(shown)) == len(shown) == 12
    assert shown[11].startswith("12. We We")
    assert wrong_view(view, "modal") == []


def test_a_short_text_has_one_line_and_a_long_one_several() -> None:
    for longest, several in ((0, True), (40, False), (200, False), (201, True)):
        day = Field("d", "Which day?", FieldKind.TEXT, longest=longest)
        view = build_modal(Form("k", "T", (day,)), HERE)
        assert view["blocks"][0]["element"]["multiline"] is several


def test_a_form_remembers_where_it_was_asked_for() -> None:
    origin = Origin("C1", home=True)
    view = build_modal(Form('join:"<&>%', "T", (Field("a", "A?", FieldKind.TEXT),)), origin)

    assert read_metadata(view) == ('join:"<&>%', origin)
    assert not set("<>&") & set(view["private_metadata"])


def test_words_win_over_a_choice() -> None:
    chosen = {"type": "radio_buttons", "selected_option": {"value": "o:1"}}
    typed = {"type": "plain_text_input", "value": "St. Anne's"}
    state = {"values": {"0:o:school": {"a": chosen}, "1:t:school": {"b": typed}}}
    assert read_values(state) == {"school": ("St. Anne's",)}

    typed["value"] = " "
    assert read_values(state) == {"school": ("o:1",)}


def test_ticks_of_one_card_are_told_from_those_of_another() -> None:
    a, b = ({"x": {"selected_options": [{"value": value}]}} for value in "ab")
    state = {"values": {"0:o:q": a, "3:o:q": b, "of somebody else": {}}}

    assert read_values(state, "0") == {"q": ("a",)}
    assert read_values(state, "3") == {"q": ("b",)}


def test_a_text_that_is_too_long_is_named_with_its_field() -> None:
    view = build_modal(Form("k", "T", (Field("c", "Say", FieldKind.TEXT, longest=5),)), HERE)
    (block,) = view["blocks"]

    def sent(value: str) -> Json:
        values = {block["block_id"]: {block["element"]["action_id"]: {"value": value}}}
        return {**view, "state": {"values": values}}

    assert length_errors(sent("12345")) == {}
    assert length_errors(sent("123456")).keys() == {block["block_id"]}


def test_ticks_that_repeat_the_title_ask_by_their_hint() -> None:
    field = Field("q", "Which?", FieldKind.SEVERAL, (Option("a", "A"),), hint="Up to two.")
    card = notice(title="Which?", ticks=Ticks("form", field))

    assert list(words(card_messages(card)[0].blocks)) == ["Which?", "Up to two.", "A", "Done"]
    assert sound(card) == []


def test_the_home_has_a_button_for_everything_and_never_too_many_blocks() -> None:
    parts: list[SlackPart] = [part for _ in range(150) for part in section_parts("words")]
    for shown, cut in (([], False), (parts, True)):
        view = home_view(shown, ("settings",), count())
        labels = set(words(view["blocks"]))
        assert wrong_view(view, "home") == []
        assert {label for _, label in EVERYBODYS} | {"Settings"} <= labels
        assert (MORE in labels) is cut
    assert EVERYBODYS[0][0] in OPENS_HOME
    # The page that is opened has buttons of its own.
    assert list(words(home_view(list(section_parts("words")), None, count())["blocks"])) == [
        "words"
    ]


@given(some.text())
def test_values_come_back_exactly_however_often_slack_escapes_them(text: str) -> None:
    assert escape_markup(pack_value(text)) == pack_value(text)
    assert unpack_value(pack_value(text)) == text


@given(some.text(alphabet=some.characters(exclude_characters="<>")))
def test_what_was_typed_is_read_as_it_was_typed(text: str) -> None:
    assert restore_typed(escape_markup(text)) == text
    assert unescape_markup(escape_markup(text)) == text


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("see <http://example.org|example.org>", "see example.org"),
        ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
        ("<mailto:a@example.org|a@example.org>", "a@example.org"),
        ("<!channel> look", "@channel look"),
        ("<#C1|general>, <@U1>", "#general, @U1"),
        ("&lt;there&gt; &amp;amp;", "<there> &amp;"),
    ],
)
def test_what_slack_made_of_it_is_undone(sent: str, typed: str) -> None:
    assert restore_typed(sent) == typed
