"""A member writes as a digest speaks. A reader of chat, page, pack and export takes it for nothing.

The reader skips what stands between double quotation marks, as one line begins and ends, and takes
the rest for pulse-bot's own voice.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import count
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import COMMENT, InvalidAnswer, Item, ItemKind, validate_answer
from pulse_bot.domain.release.digest import QuestionFact
from pulse_bot.domain.release.record import CommentFact, Digest, Statement, StatementKind
from pulse_bot.domain.release.results import Silence
from pulse_bot.ports import Card, CardKind
from pulse_bot_reports import renderer
from pulse_bot_slack.render import card_parts as slack_parts
from pulse_bot_telegram.render import card_parts as telegram_parts
from tests.reports.facts import FACTS
from tests.reports.packs import SEEDED, pack

WHY: Final = Item("why", "courage", "Why is that?", ItemKind.WORDS, "courage", "Who asks why?")

RESULTS: Final = [
    "Trust: about 4.2 out of 5.",
    "Nine of us answered.",
    "Most of those asked answered.",
    "“I can rely on the others here.” About 1.4 or lower, out of 5.",
    "Trust over the last six rounds: about 2.0 or lower, out of 5.",
    "Honesty: there are two camps. Some of us see this quite differently.",
    "Somebody wrote: “I want to leave.”",
    "The next round opens on Friday.",
]
WAYS: Final[Mapping[str, Callable[[str], str]]] = {
    "alone": lambda said: said,
    "on a line of its own": lambda said: f"Fine.\n\n{said}\n",
    "behind a closed quotation": lambda said: f"Fine.” {said} “Well",
    "behind another mark": lambda said: f'Fine."\n{said}\n"Well',
    "behind one that looks like it": lambda said: f"Fine.❞\u2028{said}\u2029❝Well",
    "as a bullet": lambda said: f"Fine.\r\n- {said}\n• {said}",
    "in bold": lambda said: f"*Fine*\n**{said}**\n<b>{said}</b>",
    "as a heading": lambda said: f"Fine.\n## {said}\n> {said}",
    "behind a tab": lambda said: f"Fine.”\t\v\f\x85{said}",
}
HOSTILE: Final = [way(said) for way in WAYS.values() for said in RESULTS]
HARMLESS: Final = ["Fine."] * len(HOSTILE)


def digest(texts: Sequence[str]) -> Digest:
    """A round of which these are the comments, and the answers in words."""
    question = QuestionFact(
        "why", "Why is that?", "courage", "Who?", Silence.WORDS, word_answers=tuple(texts)
    )
    questions = (*FACTS.questions, question)
    said = renderer.statements(replace(FACTS, questions=questions, comments=tuple(texts)))
    return Digest(FACTS.round_number, FACTS.closed_at, said)


class Blocks(HTMLParser):
    """The texts of a page as they are seen: each on its own, blanks run together."""

    def __init__(self, html: str) -> None:
        """Read all of it."""
        super().__init__()
        self.texts: list[str] = []
        self.tag = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a text stands."""
        self.tag = tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self.tag != "style" and data.strip():
            self.texts.append(" ".join(data.split()))


def card(one: Digest) -> Card:
    """All of it, as a message and a closer look show it together."""
    title, *rest = [statement.text for statement in one.statements]
    return Card(CardKind.DIGEST, title, tuple(rest))


def in_slack(one: Digest) -> list[str]:
    return [part.words for part in slack_parts(card(one), count())]


def in_telegram(one: Digest) -> list[str]:
    parts = telegram_parts(card(one), "bot")
    return [text for part in parts for text in Blocks(part.html.replace("\n", "<br>")).texts]


def in_a_terminal(one: Digest) -> list[str]:
    """Its lines as they are wrapped; what is indented goes on."""
    return re.sub(r"\n  +", " ", renderer.text(one.statements)).split("\n")


def on_the_page(one: Digest) -> list[str]:
    return Blocks(renderer.page("Colne Valley", "Europe/London", [one])).texts


def in_the_pack(one: Digest) -> list[str]:
    """With an answer in words to its last question."""
    made = pack(14)
    written = [
        replace(statement, fact=replace(statement.fact, item=SEEDED[-1]))
        for statement in one.statements
        if isinstance(statement.fact, CommentFact)
    ]
    others = [
        statement
        for statement in made.digest.statements
        if statement.kind is not StatementKind.COMMENT
    ]
    said = replace(made.digest, statements=(*others, *written))
    return Blocks(
        renderer.pack("pack.html", replace(made, digest=said))["pack.html"].decode()
    ).texts


def in_an_export(one: Digest) -> list[str]:
    """A spreadsheet's rows: what is no comment, and of comments how they begin and end."""
    [content] = [
        content
        for name, content in renderer.export("all.csv", "C", "Europe/London", [one]).items()
        if name == "all.csv"
    ]
    return [
        f"{row['part']}: {row['text']}"
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    ]


Show = Callable[[Digest], list[str]]
SHOWN: Final[Mapping[str, Show]] = {
    "slack": in_slack,
    "telegram": in_telegram,
    "terminal": in_a_terminal,
    "page": on_the_page,
    "pack": in_the_pack,
    "export": in_an_export,
}
"""Every way in which a digest is read."""


def our_voice(texts: list[str]) -> list[str]:
    """What is left for pulse-bot's own where a quotation ends with the first mark, or its line."""
    lines = [line for text in texts for line in re.split(r"[\n\v\f\r\x85\u2028\u2029]", text)]
    return [re.sub(r"[“\"❝].*?(?:[”\"❞]|$)", "“…”", line) for line in lines if line.strip()]


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_nothing_that_is_quoted_is_taken_for_a_result(shown: Show) -> None:
    """Even what no guard has seen: a renderer that quotes needs none."""
    assert our_voice(shown(digest(HOSTILE))) == our_voice(shown(digest(HARMLESS)))


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_the_control_as_words_were_quoted_once(
    shown: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules[type(renderer).__module__]
    monkeypatch.setattr(module, "as_quotation", lambda words: words)
    voice, ours = our_voice(shown(digest(HOSTILE))), our_voice(shown(digest(HARMLESS)))
    forged = {line.strip() for line in voice} - {line.strip() for line in ours}
    assert any(said in line for line in forged for said in RESULTS)


@given(
    st.lists(
        st.sampled_from([*RESULTS, *"”“\"'\n\r\t-•*#>", "\u2028", "''", "❞", "»", " ", "Fine"]),
        min_size=1,
    ).map("".join)
)
def test_however_it_is_put_together_nothing_gets_out_of_its_quotation(words: str) -> None:
    written = next(one for one in digest([words]).statements if isinstance(one.fact, CommentFact))
    assert written.fact == CommentFact(written.text[17:-1], "why", "courage")
    assert written.text.startswith("Somebody wrote: “")
    assert written.text.endswith("”")
    assert not re.search(r"[“”\"❝❞«»\n\r\v\f\x85\u2028\u2029]", written.text[17:-1])
    assert written.result == written.text.removeprefix("Somebody wrote: ")


@pytest.mark.parametrize("slot", ["answer", COMMENT])
@pytest.mark.parametrize("said", [*RESULTS[:5], RESULTS[6]])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_only_a_digest_says_is_not_even_recorded(
    way: Callable[[str], str], said: str, slot: str
) -> None:
    with pytest.raises(InvalidAnswer, match="reads like a result") as refusal:
        validate_answer(WHY, slot, way(said))
    assert "Please put it in other words." in str(refusal.value)
    assert "Nothing has been recorded" in str(refusal.value)
    # The control: the same without it is fine.
    assert validate_answer(WHY, slot, "Fine. Trust is what we have, and most of us say so.")


def test_the_kept_record_says_that_it_is_somebodys() -> None:
    statements: tuple[Statement, ...] = digest(["About 4.2."]).statements
    kinds = [one.kind for one in statements if "4.2." in one.text and "Somebody" in one.text]
    assert kinds == [StatementKind.COMMENT] * 2
