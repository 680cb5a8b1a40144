"""How cards look in Telegram: rows, ends, splits, pictures; checked with Telegram's own parser."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.errors import AdapterError
from pulse_bot.ports import (
    LONGEST_ACTION,
    Button,
    Card,
    CardKind,
    Field,
    FieldKind,
    Option,
    Picture,
    Ticks,
)
from pulse_bot.testing.samples import PIXEL, TICKS
from pulse_bot_telegram.render import TelegramPart, card_parts, picture_caption
from pulse_bot_telegram.texts import LONGEST, Paragraph, split_messages
from tests.platforms.telegram.texts import parsed, units

AGREEMENT = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")


def row(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(label, f"a:{number}") for number, label in enumerate(labels))


def labels(part: TelegramPart) -> list[list[str]]:
    assert part.keyboard is not None
    return [[button.text for button in row] for row in part.keyboard.inline_keyboard]


def read(part: TelegramPart) -> str:
    return parsed(part.html, "HTML", None)[0]


def question(*rows: tuple[Button, ...], ends: tuple[str, str] | None = None) -> Card:
    return Card(CardKind.QUESTION, "How was it?", ("A word.",), rows, ends, "2 of 3")


def test_five_points_are_one_row_of_numbers_with_the_ends_spelled_out() -> None:
    ends = ("Strongly disagree", "Strongly agree")
    (part,) = card_parts(question(row(*AGREEMENT), row("Skip", "Say more"), ends=ends), "")
    assert labels(part) == [["1", "2", "3", "4", "5"], ["Skip", "Say more"]]
    assert "1 = Strongly disagree · 5 = Strongly agree" in read(part)
    assert "2 of 3" in read(part)


def test_eleven_points_are_two_rows() -> None:
    points = row(*map(str, range(11)))
    (part,) = card_parts(question(points, ends=("Not at all", "Wholly")), "")
    assert labels(part) == [[*"012345"], [*"6789", "10"]]
    assert "0 = Not at all · 10 = Wholly" in read(part)


def test_without_ends_long_labels_are_whole_and_one_a_row() -> None:
    (part,) = card_parts(question(row(*AGREEMENT)), "")
    assert labels(part) == [[one] for one in AGREEMENT]


def test_a_label_that_a_phone_cuts_short_is_in_the_text_too() -> None:
    long = "Visiting one another's lessons, and talking about them afterwards"
    ticks = Ticks("f", Field("k", "Which?", FieldKind.SEVERAL, (Option("a", long),)))
    (part,) = card_parts(Card(CardKind.QUESTION, "Which?", ticks=ticks), "")
    assert long in read(part)


def test_a_button_carries_the_longest_action_and_no_longer_one() -> None:
    longest = Button("Go", "x" * LONGEST_ACTION)
    (part,) = card_parts(question((longest,)), "")
    assert part.keyboard is not None
    (button,) = part.keyboard.inline_keyboard[0]
    assert len(str(button.callback_data).encode()) == 64
    with pytest.raises(AdapterError) as caught:
        card_parts(question((Button("Go", longest.action + "x"),)), "")
    assert caught.value.permanent


def test_an_invitation_is_a_link_to_the_private_chat() -> None:
    (part,) = card_parts(question((Button("Join", invitation="j7-abc"),)), "pulse_bot")
    assert part.keyboard is not None
    (button,) = part.keyboard.inline_keyboard[0]
    assert button.url == "https://t.me/pulse_bot?start=j7-abc"


def test_more_choices_than_a_message_can_hide_are_refused() -> None:
    many = tuple(Option(sha256(bytes([number])).hexdigest(), "L") for number in range(99))
    ticks = Ticks("f", Field("k", "Which?", FieldKind.SEVERAL, many))
    with pytest.raises(AdapterError) as caught:
        card_parts(Card(CardKind.QUESTION, "Which?", ticks=ticks), "")
    assert caught.value.permanent
    assert card_parts(Card(CardKind.QUESTION, "Which?", ticks=TICKS), "")


def test_a_caption_that_is_too_long_is_in_the_text() -> None:
    for words, below in (("Trust <b> & more", True), ("long " * 300, False)):
        picture = Picture(PIXEL, words)
        (part,) = card_parts(Card(CardKind.DIGEST, "Digest", picture=picture), "")
        assert (picture_caption(picture) == words) is below
        assert (words.strip() in read(part)) is not below


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), min_size=1))
def test_no_message_is_too_long_and_no_word_is_lost(words: list[str]) -> None:
    paragraphs = [Paragraph("x" + one * 97) for one in words]
    pages = [parsed(html, "HTML", None)[0] for html in split_messages(paragraphs, "!")]
    assert all(units(page) <= LONGEST for page in pages)
    given_letters = "".join("".join(one.words.split()) for one in paragraphs)
    shown = "".join("".join(page.split()) for page in pages)
    assert sorted(shown) == sorted(given_letters + "!")


def test_paragraphs_stay_whole_where_they_can() -> None:
    section = "word " * 300
    pages = split_messages([Paragraph(section.strip()) for _ in range(5)])
    assert [page.count("\n\n") for page in pages] == [1, 1, 0]
