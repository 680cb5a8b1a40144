"""What a page must have for people who see little, hear pages read, or use keys alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pulse_bot.ports import Card, CardKind, Field, FieldKind, Form, Option, Reply, Ticks
from pulse_bot_web.render import PageTemplates, answer_page, home_page

HOME = "/p/" + "t" * 43
OPTIONS = (Option("1", "Never"), Option("5", "Always"))
FORM = Form(
    "round",
    "This week",
    (
        Field("1", "We say what we think.", FieldKind.ONE, OPTIONS, hint="Think of last week."),
        Field("1c", "Say more", FieldKind.TEXT, hint="Name nobody.", longest=500, beside=True),
        Field("2", "In your own words?", FieldKind.TEXT),
        Field("3", "Which?", FieldKind.SEVERAL, OPTIONS),
        Field("4", "Which school?", FieldKind.ONE, OPTIONS, hint="Or another.", longest=80),
    ),
)
TICKS = Ticks("round", Field("1", "Which?", FieldKind.SEVERAL, OPTIONS, hint="Up to two."))
TICKED = Card(CardKind.QUESTION, "Which?", ticks=TICKS)
CARD = Card(CardKind.DIGEST, "Round 7", ("Trust: no clear change.",))

# Pairs that are read against one another, with the least contrast that WCAG AA asks for.
CONTRASTS = [
    ("ink", "ground", 4.5),
    ("ink", "paper", 4.5),
    ("ink", "tint", 4.5),
    ("ink", "warn-tint", 4.5),
    ("quiet", "ground", 4.5),
    ("quiet", "paper", 4.5),
    ("accent", "ground", 4.5),
    ("on-accent", "accent", 4.5),
    ("edge", "paper", 3.0),
    ("accent", "paper", 3.0),
    ("warn", "warn-tint", 3.0),
]


@pytest.fixture(scope="module")
def pages() -> PageTemplates:
    return PageTemplates("")


def test_a_page_says_its_language_and_can_be_skipped_into(pages: PageTemplates) -> None:
    html = pages.write_page(home_page(HOME, Reply(form=FORM), promised=True, notice=""))
    assert '<html lang="en" dir="ltr">' in html
    assert '<a class="skip" href="#main">' in html
    assert '<main id="main"' in html
    assert html.count("<h1") == 1
    assert html.count('aria-current="page"') == 1


@pytest.mark.parametrize("reply", [Reply(form=FORM), Reply(cards=(TICKED, TICKED))])
def test_every_choice_has_a_legend_and_every_text_a_label(
    pages: PageTemplates, reply: Reply
) -> None:
    html = pages.write_page(home_page(HOME, reply, promised=True, notice=""))
    assert html.count("<fieldset") == html.count("<legend") > 0
    labelled = re.findall(r'<label for="([^"]+)"', html)
    for one in labelled:
        assert re.search(f'<(textarea|input type="text") id="{one}" name=', html)
    for one in re.findall(r'<textarea id="([^"]+)" aria-labelledby="([^"]+)"', html):
        assert f'<summary id="{one[1]}"' in html
        labelled.append(one[0])
    assert len(labelled) == html.count("<textarea") + html.count('<input type="text"')
    for hint in re.findall(r'aria-describedby="([^"]+)"', html):
        assert f'id="{hint}"' in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_typed_text_cannot_get_longer_than_the_field_allows(pages: PageTemplates) -> None:
    html = pages.write_page(home_page(HOME, Reply(form=FORM), promised=True, notice=""))
    assert re.findall(r'maxlength="(\d+)"', html) == ["500", "80"]


def test_a_question_that_is_the_title_already_is_heard_and_not_seen_again(
    pages: PageTemplates,
) -> None:
    other = replace(TICKED, title="This week")
    for card, unseen in ((TICKED, 1), (other, 0)):
        html = pages.write_page(home_page(HOME, Reply(cards=(card,)), promised=True, notice=""))
        assert html.count('<legend class="heard"') == unseen


def test_a_comment_stands_in_one_block_with_its_question() -> None:
    page = home_page(HOME, Reply(form=FORM), promised=True, notice="")
    keys = [tuple(one.key for one in block) for block in page.blocks]
    assert keys == [("1", "1c"), ("2",), ("3",), ("4",)]


def test_what_was_just_recorded_comes_first_and_the_questions_are_folded(
    pages: PageTemplates,
) -> None:
    html = pages.write_page(home_page(HOME, Reply(form=FORM), promised=True, notice="Recorded."))
    assert "<title>Recorded. - pulse-bot</title>" in html
    assert html.index('role="status"') < html.index("<summary>Open the questions again")
    assert "autofocus" in html, "a screen reader starts with what came of it"


def test_several_cards_make_an_outline(pages: PageTemplates) -> None:
    html = pages.write_page(answer_page(HOME, Reply(cards=(CARD, CARD)), current="group"))
    assert re.findall(r"<(h\d) ", html) == ["h1", "h2"]


def test_nothing_open_is_said(pages: PageTemplates) -> None:
    html = pages.write_page(home_page(HOME, Reply(), promised=True, notice=""))
    assert "Nothing to answer just now" in html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), CONTRASTS)
def test_colours_can_be_told_apart(
    pages: PageTemplates, scheme: str, front: str, back: str, least: float
) -> None:
    light, dark = re.findall(r":root \{(.*?)\}", pages.css, re.DOTALL)[:2]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark if scheme == "dark" else light))
    high, low = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= least


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
