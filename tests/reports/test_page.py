"""The page of past digests: whole, escaped, on its own, and nothing in it that was not said."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from html.parser import HTMLParser

import pytest

from pulse_bot.domain.release.digest import DigestFacts
from pulse_bot.domain.release.record import CommentFact, Digest, Statement, StatementKind
from pulse_bot.errors import MissingExtra
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.trends import chart_png
from pulse_bot_reports.page.history_page import TITLES, history_page
from pulse_bot_reports.page.tables import NOTHING
from tests.reports.facts import FACTS
from tests.reports.history import THEMES, history, level, picture, week
from tests.reports.history import digest as a_round


def digest(number: int = 12, facts: DigestFacts = FACTS) -> Digest:
    """A digest as it was kept, so many weeks before or after the twelfth."""
    closed_at = facts.closed_at + timedelta(weeks=number - 12)
    said = renderer.statements(replace(facts, round_number=number, closed_at=closed_at))
    return Digest(number, closed_at, said)


def page(*digests: Digest, partnership: str = "Colne Valley Partnership") -> str:
    """The page of these digests."""
    return history_page(partnership, digests, "Europe/London")


class Tags(HTMLParser):
    """Which tags a page opens and leaves open, its attributes, and its text."""

    VOID = frozenset({"meta", "link", "img", "source", "br", "hr"})

    def __init__(self) -> None:
        """Nothing read yet."""
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag and its attributes."""
        self.seen.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note the text, where a reader sees it."""
        if "style" not in self.open:
            self.text.append(data)


def read(html: str) -> Tags:
    """The page, read to its end."""
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == [], "every tag is closed"
    return tags


def test_the_page_says_what_was_said_word_for_word() -> None:
    visible = "".join(read(page(digest())).text)
    for statement in digest().statements:
        assert statement.text in visible


def test_the_page_says_no_number_that_was_not_said() -> None:
    """It knows no more than the digest (release policy, Equal sight). 1 and 5 are the scale.

    In tables and pictures the numbers of questions for which low is good are turned.
    """
    visible = " ".join(read(page(digest())).text)
    said = " ".join(one.text for one in digest().statements)
    turned = {one.level.about for one in digest().statements if one.level}
    found = set(re.findall(r"\d+(?:\.\d+)?", visible))
    known = {*re.findall(r"\d+(?:\.\d+)?", said), *turned}
    assert found - known <= {"1", "5", "13", "2026"}, "the scale, and the day"


def test_the_newest_digest_comes_first_whatever_the_order() -> None:
    html = page(digest(11), digest(13), digest(12))
    assert html == page(digest(13), digest(12), digest(11))
    assert [int(found) for found in re.findall(r'<article id="round-(\d+)"', html)] == [13, 12, 11]


def test_what_was_said_before_is_folded_by_term() -> None:
    """A term ends where rounds lie weeks apart: a half-term of one week does not end it."""
    weeks = (1, 2, 4, 5, 8, 9)  # from 26 December 2025; a week off after 2, and two after 5
    html = page(*(digest(number) for number in weeks))
    folded = re.findall(r"<summary>(.*?)</summary>(.*?)</details>", html, re.DOTALL)
    terms = {title: re.findall(r'<article id="round-(\d+)"', inside) for title, inside in folded}
    terms.pop("By round", None)
    assert terms == {
        "February 2026, round 8": ["8"],
        "December 2025 to January 2026, rounds 1 to 5": ["5", "4", "2", "1"],
    }
    assert html.index('id="round-9"') < html.index('id="numbers"') < html.index('id="round-8"')


def test_the_page_is_complete_in_itself() -> None:
    html = page(*(digest(number) for number in range(1, 13)))
    tags = read(html)
    assert not {"script", "link", "iframe", "form", "object", "svg"} & set(tags.seen)
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    fetched = [value for name, value in tags.attributes if name in {"src", "srcset"}]
    assert len(fetched) == 4, "two pictures for light screens, and for dark ones"
    assert all(value.startswith("data:image/png;base64,") for value in fetched)
    assert all(value.startswith("#") for name, value in tags.attributes if name == "href")
    assert not re.search(r"url\(|@import|https?:", html)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in unescape(html)


def test_every_link_leads_to_a_place_on_the_page() -> None:
    tags = read(page(*(digest(number) for number in range(1, 13))))
    places = {value for name, value in tags.attributes if name == "id"}
    assert {value[1:] for name, value in tags.attributes if name == "href"} <= places


def test_nothing_that_people_wrote_becomes_markup() -> None:
    attack = '<script>alert("1")</script>'
    comment = Statement(CommentFact(attack), f"“{attack}”")
    one = digest(facts=replace(FACTS, talk=attack, partnership=attack))
    tags = read(page(replace(one, statements=(*one.statements, comment)), partnership=attack))
    assert "script" not in tags.seen
    assert "".join(tags.text).count(attack) >= 4  # title, heading, headline, prompt, comment


def test_before_the_first_digest_the_page_says_so() -> None:
    assert "No round has closed yet." in page()


def test_every_kind_of_statement_has_its_title() -> None:
    assert set(TITLES) == set(StatementKind) - {StatementKind.HEADLINE}


def test_days_are_those_of_the_partnership() -> None:
    late = replace(digest(), closed_at=datetime.fromisoformat("2026-12-31T23:30:00+00:00"))
    assert 'datetime="2027-01-01"' in history_page("P", [late], "Europe/Berlin")


def test_without_jinja2_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtra, match=r"pulse-bot\[reports\]"):
        page(digest())


# The picture and its tables


def cells(html: str) -> list[list[list[str]]]:
    """The tables behind the picture of a page, row by row, without their headings."""
    numbers = html.partition('id="numbers"')[2]
    bodies = re.findall(r"<tbody>(.*?)</tbody>", numbers, re.DOTALL)
    rows = [re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL) for body in bodies]
    return [
        [
            [unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
            for row in table
        ]
        for table in rows
    ]


def test_the_tables_hold_the_released_numbers_and_no_other() -> None:
    digests = history(14)
    blocks, weeks = cells(page(*digests))
    for row, one in zip(weeks, digests, strict=True):
        said = {
            said.theme: str(said.level)
            for said in one.statements
            if said.kind is StatementKind.QUESTION and said.level
        }
        assert row[0].startswith(f"{one.number}, ")
        assert row[1:] == [said.get(theme, NOTHING) for theme in THEMES]
    said_of = {
        (one.number, said.theme): str(said.level) if said.level else NOTHING
        for one in digests
        for said in one.statements
        if said.kind is StatementKind.LEVEL
    }
    assert blocks == [
        [f"{last - 5} to {last}", *(said_of[last, theme] for theme in THEMES)]
        for last in (12, 6)
        if any(said_of[last, theme] != NOTHING for theme in THEMES)
    ]


def test_two_questions_of_a_theme_in_one_round_stand_in_one_cell() -> None:
    digests = [a_round(n, week("trust", level("3.0")), week("trust", level("4.2"))) for n in (1, 2)]
    ((newest, _),) = cells(page(*digests))
    assert newest == ["2, 23 Jan 2026", "about 3.0, about 4.2 or higher"]


def test_the_picture_stands_behind_the_newest_digest_with_its_words() -> None:
    digests = history(8)
    html = page(*digests)
    alternative = dict(read(html).attributes)["alt"]
    assert alternative == picture(digests).alternative
    assert html.index('id="round-8"') < html.index("<img") < html.index('id="round-7"')


def test_one_round_has_neither_picture_nor_tables() -> None:
    tags = read(page(a_round(1, week("trust", level("3.0")))))
    assert not {"img", "table"} & set(tags.seen)


def test_without_matplotlib_the_tables_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    chart_png.cache_clear()
    tags = read(page(*history(8)))
    assert "table" in tags.seen
    assert "img" not in tags.seen


def test_a_theme_that_is_markup_stays_words() -> None:
    attack = '"><script>alert(1)</script>'
    tags = read(page(*(a_round(n, week(attack, level("3.0"))) for n in (1, 2))))
    assert "script" not in tags.seen


def test_ten_years_fit_one_page() -> None:
    tags = read(page(*history(520)))
    # And the last half-term's report.
    assert tags.seen.count("article") == 521
    # As the picture, the tables go back over the last sixty rounds.
    assert len(cells(page(*history(520)))[1]) == 60


def test_the_last_half_term_stands_between_the_picture_and_the_tables() -> None:
    shown = page(*history(13))
    report = shown.index('id="half-term"')
    assert shown.index("<figure>") < report < shown.index('id="numbers"')
    assert "Our half-term: rounds 7 to 12" in shown
    assert report < shown.index('<figure id="year">') < shown.index('id="numbers"')
    assert "For our next workshop" in shown


def test_before_a_half_term_has_ended_the_page_has_no_report() -> None:
    assert 'id="half-term"' not in page(*history(5))
