"""Every shipped question as Slack, Telegram and the web show it: whole, and within their limits."""

from __future__ import annotations

import sys
from itertools import count

import pytest

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.load import load_library
from pulse_bot.banks.preview import ItemPreview, card_text, preview_items, preview_text
from pulse_bot.config.plugins import adapter_plugins
from pulse_bot.domain.asking.items import ItemKind, list_options
from pulse_bot.ports import Button, Card, CardKind
from pulse_bot_slack.modals import Origin, build_modal
from pulse_bot_slack.render import build_messages as slack_messages
from pulse_bot_slack.render import card_parts as slack_parts
from pulse_bot_telegram.render import card_parts as telegram_parts
from tests.banks.test_bank_commands import run
from tests.platforms.slack.shapes import wrong_message, wrong_view
from tests.platforms.telegram.limits import check_keyboard, check_text
from tests.platforms.telegram.refusals import ApiError
from tests.platforms.telegram.texts import parsed

IN_ALL_LANGUAGES = [
    bank.in_language(language)
    for bank in load_library().banks
    for language in (bank.language, *(one.language for one in bank.translations))
]
NAMED = pytest.mark.parametrize(
    "bank", IN_ALL_LANGUAGES, ids=lambda bank: f"{bank.id}.{bank.language}"
)


def slack_refuses(card: Card) -> list[str]:
    """What Slack would refuse of a card."""
    return [
        wrong
        for message in slack_messages(slack_parts(card, count()))
        for wrong in wrong_message({"text": message.text, "blocks": list(message.blocks)})
    ]


def check_on_telegram(card: Card) -> None:
    """Raise ApiError for what Telegram would refuse of a card."""
    for part in telegram_parts(card, "pulse_bot"):
        check_text(parsed(part.html, "HTML", None)[0])
        check_keyboard(part.keyboard.to_dict() if part.keyboard else None)


@NAMED
def test_slack_takes_every_card_and_every_form(bank: Bank) -> None:
    for one in preview_items(bank.items):
        assert [wrong for card in one.cards for wrong in slack_refuses(card)] == [], one.item.id
        assert wrong_view(build_modal(one.form, Origin()), "modal") == [], one.item.id


@NAMED
def test_telegram_takes_every_card_in_one_message(bank: Bank) -> None:
    for one in preview_items(bank.items):
        for card in one.cards:
            check_on_telegram(card)
            assert len(telegram_parts(card, "pulse_bot")) == 1, one.item.id


def test_what_is_too_large_is_seen() -> None:
    """So the two tests above can fail."""
    large = Card(
        CardKind.QUESTION, "We", buttons=(tuple(Button("x" * 9, "a") for _ in range(120)),)
    )
    with pytest.raises(ApiError, match="TOO_LONG"):
        check_on_telegram(large)
    unsplit = slack_parts(Card(CardKind.QUESTION, "We", ("x",) * 60), count())
    (wrong,) = wrong_message({"text": "We", "blocks": [part.block for part in unsplit]})
    assert "61 blocks of at most 50" in wrong


@NAMED
@pytest.mark.parametrize("name", ["slack", "telegram", "web"])
def test_a_preview_shows_the_question_and_every_answer(bank: Bank, name: str) -> None:
    draw = adapter_plugins()[name].preview
    assert draw is not None
    for one in preview_items(bank.items):
        shown = draw(one.cards, one.form)
        assert one.item.text in shown
        labels = [choice.label for choice in list_options(one.item)]
        numbered = name == "telegram" and one.item.kind in (
            ItemKind.AGREE,
            ItemKind.FREQUENCY,
            ItemKind.JOURNEY,
        )
        for label in (labels[0], labels[-1]) if numbered else labels:
            assert label in shown, one.item.id


def preview_of(bank: str, item: str) -> ItemPreview:
    """The preview of one shipped item."""
    found = load_library().find_bank(bank)
    assert found is not None
    (shown,) = preview_items(found.items, only=item)
    return shown


def test_the_command_shows_each_platform_in_its_own_way() -> None:
    output = run("preview", "trust", "trust-guarded").output
    assert output.startswith("trust-guarded (agree)\n\n  slack:\n    We guard what we say here")
    telegram = output.partition("  telegram:")[2].partition("  web:")[0]
    assert "    1 = Strongly disagree · 5 = Strongly agree\n    [ 1 ] [ 2 ] [ 3 ] [ 4 ] [ 5 ]" in (
        telegram
    )
    web = output.partition("  web:\n")[2]
    assert web.startswith("    One question\n    Open until Friday 16:00.")
    assert "    ( ) Neither agree nor disagree\n" in web
    assert web.endswith("    [ Send my answer ]\n")
    assert "What do we fear" not in output  # the prompt is for the group, not for the answer


def test_a_pair_is_shown_as_it_is_asked() -> None:
    output = run("preview", "trust", "trust-pair-weakness-us").output
    assert "    2 of 2\n    I think most of us can talk about a real weakness" in output


def test_what_can_be_ticked_is_shown() -> None:
    output = run("preview", "team-pitfalls", "team-pitfalls-leaders-help").output
    assert "Choose up to 2.\n    [ ] Admit a mistake before others do\n" in output
    assert "    [ ☐ 1. Admit a mistake before others do ]\n" in output
    assert "    [ Done ]\n    [ Skip ]" in output


def test_a_question_in_another_language() -> None:
    output = run("preview", "trust", "trust-early-help", "--language", "cy").output
    assert output.count("Rydym yn gofyn am help gan ein gilydd yn gynnar") == 3
    assert "Anghytuno'n gryf" in output
    assert "Strongly" not in output


def test_a_language_that_is_not_there_is_refused_with_those_that_are() -> None:
    result = run("preview", "trust", "--language", "fr")
    assert result.exit_code == 1
    assert 'The bank "trust" is not there in "fr", but in: en, cy.' in result.output


def test_a_bank_is_shown_in_another_language_too() -> None:
    output = run("show", "trust", "--language", "cy").output
    assert output.startswith("Ymddiriedaeth (trust, version ")


def test_where_a_library_is_missing_the_block_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [one for one in sys.modules if one.startswith("pulse_bot_telegram.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "telegram", None)
    output = run("preview", "trust", "trust-guarded").output
    assert (
        '  telegram:\n    telegram is not installed. Run: pip install "pulse-bot[telegram]"'
        in output
    )
    assert "  slack:\n    We guard" in output


def test_without_any_adapter_cards_are_told_plainly() -> None:
    shown = preview_of("trust", "trust-guarded")
    assert preview_text(shown, {}) == card_text(shown.cards[0])
    assert preview_text(shown, {}).startswith("We guard what we say here")


def test_both_cards_of_a_journey_are_shown() -> None:
    found = load_library().find_bank("partnership-reflection")
    assert found is not None
    item = next(one for one in found.items if one.kind is ItemKind.JOURNEY)
    text = preview_text(preview_of("partnership-reflection", item.id), {})
    assert text.count(item.text) == 2
    assert "Where are we now?" in text
    assert "12 months" in text
