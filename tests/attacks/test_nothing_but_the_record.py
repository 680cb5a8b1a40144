"""Attack: other answers that print the same. Passes when nothing whatever looks different.

Two groups play weeks side by side. Whenever the lot prints the same of both, their digests, pages,
exports, pictures and half-term reports are the same to the last byte, whatever else was answered:
everything that is said over time is made of what was printed. The control is a group of which
something else was printed. And whoever has the digests can work out all that is derived in them:
the news, earlier values, the run of those who answered, the prompt; the control is a record with
another number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.digest import (
    BlockFact,
    DigestFacts,
    QuestionFact,
    ResponseClass,
    ThemeTrend,
)
from pulse_bot.domain.release.earlier import add_run, list_levels_before, list_values_before
from pulse_bot.domain.release.half_term import make_report
from pulse_bot.domain.release.news import find_news
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.record import (
    AnsweredFact,
    Digest,
    HeadlineFact,
    ReleasedBlock,
    ReleasedQuestion,
    ReleasedTrend,
    TalkFact,
)
from pulse_bot.domain.release.results import Level
from pulse_bot.domain.release.talking_prompt import choose_prompt
from pulse_bot.storage import history
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds import decrypt
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.digest_message import message_card
from tests.made_up import (
    CLOSES,
    POOL,
    START,
    WEEK,
    answer_all,
    at,
    installation,
    opened_round,
    people,
)

WEEKS = 3 * BLOCK_ROUNDS + 1
DERIVED = (
    "trust is up, since around round",
    "rounds ago",
    "lie above earlier ones",
    "at this half-term",
    "moved from",
    "(before: ",
    "Talk about: ",
    "rounds running",
    "first half-term levels on",
    "we can say whether",
)
"""Words of each kind of statement that is derived from what was printed."""
ANSWERING = 11
COUNTED = 7
Answer = Callable[[int, int, int], int]
"""By week, person in the order of the lot, and question."""


def plain(week: int, person: int, position: int) -> int:
    """Leaning to 4, and moving with the weeks."""
    return min(5, 3 + (person + position) % 2 + week // 8)


def turned_round(week: int, person: int, position: int) -> int:
    """The same answers by other people of those who were drawn."""
    return plain(week, COUNTED - 1 - person if person < COUNTED else person, position)


def undrawn(week: int, person: int, position: int) -> int:
    """Those who were not drawn all say 1."""
    return plain(week, person, position) if person < COUNTED else 1


def spread(week: int, person: int, position: int) -> int:
    """The same sums out of other answers: one goes up, another goes down."""
    step = {0: -1, 1: 1}.get(person, 0) if plain(week, 1, position) < 5 else 0
    return plain(week, person, position) + step


def higher(week: int, person: int, position: int) -> int:
    """The control."""
    return 5


@pytest.fixture
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lot draws people as they stand on the roster."""
    monkeypatch.setattr(decrypt, "draw_order", lambda roster, _: list(roster))


async def play(folder: Path, choose: Answer) -> Installation:
    """Weeks of a group of fourteen, of whom eleven answer."""
    made = installation(f"sqlite:///{folder / choose.__name__}.db", FixedClock(START))
    everybody = people(made)
    for week in range(WEEKS):
        asked = opened_round(made, week)

        def answer(person: int, position: int, week: int = week) -> str:
            return str(choose(week, person, position))

        await answer_all(made, asked, everybody[:ANSWERING], answer)
        at(made, CLOSES + week * WEEK)
        close_round(made, asked.id)
    return made


def seen(made: Installation) -> Mapping[str, object]:
    """Everything that can be made of a partnership's record."""
    with made.database.read() as session:
        digests: Sequence[Digest] = history.list_digests(session, 1)
    name, zone, draw = "Colne Valley", "Europe/London", made.renderer
    picture, report = draw.picture(digests), make_report(digests)
    year = draw.year_picture(digests)
    return {
        "digests": [digest.statements for digest in digests],
        "texts": [draw.text(digest.statements) for digest in digests],
        "messages": [message_card(digest) for digest in digests],
        "page": draw.page(name, zone, digests),
        **{
            f"export {ending}": draw.export(f"pulse.{ending}", name, zone, digests)
            for ending in ("csv", "json", "xlsx", "pdf")
        },
        "picture": picture and (picture.png, picture.alternative),
        "year": year and (year.png, year.alternative),
        "report": report and draw.report_message(report),
        "report at length": report and draw.report_text(report),
        "report on paper": draw.report_file("report.pdf", name, zone, digests),
    }


def replay(made: Installation, forged: Level | None = None) -> list[tuple[int, str]]:
    """What the digests say otherwise than is derived from the numbers in them, by round.

    `forged` stands in place of the first number.
    """
    with made.database.read() as session:
        digests = history.list_digests(session, 1)[::-1]
    items = {item.id: item for core in POOL.values() for item in core}
    rounds: list[PrintedRound] = []
    differing = []
    for digest in digests:
        told = facts_of(digest)
        questions = [
            replace(fact, before=list_values_before(items[fact.item], rounds))
            for fact in told.questions
        ]
        blocks = [
            replace(fact, before=list_levels_before(fact.dimension, rounds)) for fact in told.blocks
        ]
        assert told.response
        answered = add_run(ResponseClass(told.response.least, told.response.most), rounds)
        talk = choose_prompt(digest.number, questions, rounds)
        derived = replace(
            told,
            questions=tuple(questions),
            blocks=tuple(blocks),
            response=answered,
            talk=talk.prompt if talk else "",
        )
        derived = replace(derived, news=find_news(derived, rounds))
        names = ("questions", "blocks", "response", "talk", "news")
        differing += [
            (digest.number, name) for name in names if getattr(derived, name) != getattr(told, name)
        ]
        facts = digest.facts
        if forged and not rounds:
            place = next(n for n, fact in enumerate(facts) if isinstance(fact, ReleasedQuestion))
            question = facts[place]
            assert isinstance(question, ReleasedQuestion)
            facts = (*facts[:place], replace(question, says=forged), *facts[place + 1 :])
        rounds.append(PrintedRound(digest.number, facts))
    return differing


def facts_of(digest: Digest) -> DigestFacts:
    """A digest's facts, out of its record alone."""
    said = digest.facts
    (headline,) = (fact for fact in said if isinstance(fact, HeadlineFact))
    (answered,) = (fact for fact in said if isinstance(fact, AnsweredFact))
    few = "may see it differently" in str([statement.text for statement in digest.statements])
    return DigestFacts(
        partnership="",
        round_number=digest.number,
        opened_at=START,
        closed_at=digest.closed_at,
        next_opens_at=None,
        time_zone="Europe/London",
        response=ResponseClass(
            answered.least, answered.most, answered.running, answered.times, answered.of, few
        ),
        questions=tuple(
            QuestionFact(
                fact.item,
                fact.text,
                fact.theme,
                fact.talk,
                fact.says,
                bank=fact.bank,
                least=fact.least,
                before=fact.before,
            )
            for fact in said
            if isinstance(fact, ReleasedQuestion) and fact.says
        ),
        blocks=tuple(
            BlockFact(fact.theme, fact.number or 0, fact.says, fact.before)
            for fact in said
            if isinstance(fact, ReleasedBlock) and fact.says
        ),
        talk=next((fact.prompt for fact in said if isinstance(fact, TalkFact)), ""),
        news=headline.news,
        trends=tuple(
            ThemeTrend(theme, fact.trend, fact.is_new)
            for fact in said
            if isinstance(fact, ReleasedTrend)
            for theme in fact.themes
        ),
    )


@pytest.mark.usefixtures("in_order")
async def test_the_control_with_another_number_other_things_are_derived(tmp_path: Path) -> None:
    made = await play(tmp_path, plain)
    differing = replay(made, Level(Decimal("2.2")))
    assert {name for _, name in differing} == {"questions", "news", "talk"}


@pytest.mark.usefixtures("in_order")
async def test_other_answers_that_print_the_same_change_nothing(tmp_path: Path) -> None:
    made = await play(tmp_path, plain)
    expected = seen(made)
    assert all(words in str(expected["texts"]) for words in DERIVED)
    for choose in (turned_round, undrawn, spread):
        other = await play(tmp_path, choose)
        for name, what in seen(other).items():
            assert what == expected[name], (choose.__name__, name)
    assert replay(made) == []
    control = await play(tmp_path, higher)
    assert {name for name, what in seen(control).items() if what != expected[name]} == set(expected)
