"""What is read out of texts is what the renderer put into them; so its words cannot drift."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pulse_bot.audit.digest_texts import read_asked, read_digests
from pulse_bot.audit.published import AskedRound, PublishedRound, publish_digests, tell_rosters
from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.partnership.audit_events import RoundAsked
from pulse_bot.domain.release.digest import BlockFact, DigestFacts, QuestionFact, ResponseClass
from pulse_bot.domain.release.first_edition import (
    ResponseBand,
    SmallestShift,
    TrendCall,
    TrendFact,
)
from pulse_bot.domain.release.record import Digest, StatementKind
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    End,
    Journey,
    Lean,
    Level,
    LevelWord,
    ReleasedValue,
    Silence,
)
from pulse_bot.usecases.rounds.digest_message import cut_message
from pulse_bot.usecases.words import audit_words
from pulse_bot_reports import renderer
from tests import printed

TEXT = "We say what we think, even when “it is hard”, and mean it as help to the others here."
LEVELS = [
    printed.level(about, edge)
    for about, edge in (("3.0", ""), ("4.2", "or higher"), ("1.8", "or lower"))
]
RESULTS: list[tuple[ItemKind, ReleasedValue]] = [
    *((ItemKind.AGREE, level) for level in LEVELS),
    (ItemKind.SCALE, printed.out_of_ten("6.0")),
    (ItemKind.SCALE, printed.out_of_ten("10.0", "or higher")),
    *((ItemKind.JOURNEY, Journey(one, other)) for one in LEVELS for other in LEVELS),
    *((ItemKind.YES_NO, lean) for lean in Lean),
    (
        ItemKind.CHOOSE,
        Choices((("More time.", ChoiceFrequency.OFTEN), ("A room; tea", ChoiceFrequency.OFTEN))),
    ),
]
CLASSES = [ResponseClass(0, 5), ResponseClass(6, 8), ResponseClass(9, 11), ResponseClass(36, None)]


def facts(number: int, *questions: QuestionFact) -> DigestFacts:
    return DigestFacts(
        partnership="Colne Valley Partnership",
        round_number=number,
        opened_at=datetime(2026, 3, 9, 8, tzinfo=UTC),
        closed_at=datetime(2026, 3, 13, 16, tzinfo=UTC),
        next_opens_at=datetime(2026, 3, 30, 7, tzinfo=UTC),
        time_zone="Europe/London",
        response=ResponseClass(9, 11),
        questions=questions,
        blocks=(),
        talk="When did somebody last change their mind in one of our meetings?",
    )


def question(
    kind: ItemKind, result: ReleasedValue | Silence, *, reverse: bool = False
) -> QuestionFact:
    return QuestionFact(
        TEXT, TEXT, "shared-goals", "Talk?", result, reverse=reverse, kind=kind, least=9
    )


def read_back(*said: DigestFacts, themes: dict[str, str] | None = None) -> list[PublishedRound]:
    """What is read out of the texts of these digests, one below the other."""
    texts = [renderer.text(renderer.statements(one)) for one in said]
    return list(read_digests("\n\n".join(texts), themes or {}))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(("kind", "result"), RESULTS)
def test_a_result_is_read_as_it_was_said(
    kind: ItemKind, result: ReleasedValue, reverse: bool
) -> None:
    (read,) = read_back(facts(12, question(kind, result, reverse=reverse)))

    (one,) = read.questions
    assert (read.number, read.policy_version, one.item) == (12, 2, TEXT)
    assert (one.kind, one.says, one.least) == (kind, result, 9)


@pytest.mark.parametrize("silence", [Silence.TOO_FEW, Silence.SMALL_GROUP])
def test_a_silence_is_no_number(silence: Silence) -> None:
    (read,) = read_back(facts(12, question(ItemKind.AGREE, silence)))

    assert read.questions == ()


@pytest.mark.parametrize("answered", CLASSES)
def test_the_class_of_the_round_is_read(answered: ResponseClass) -> None:
    said = replace(facts(3, question(ItemKind.AGREE, LEVELS[0])), response=answered)

    (read,) = read_back(said)

    assert read.questions[0].least == (answered.least or None)


def test_words_of_people_are_counted_and_not_read() -> None:
    mimic = "“We agree.” About 4.2 out of 5."
    said = replace(facts(7), comments=("One\nand more", mimic, "x", "y", "z"))

    (read,) = read_back(said)

    assert read.lengths == (5,)
    assert read.questions == ()


def test_a_message_that_was_cut_is_read_with_its_rest() -> None:
    long = replace(question(ItemKind.AGREE, LEVELS[0]), text="Do we? " * 60, item="long")
    said = replace(facts(7, long, question(ItemKind.AGREE, LEVELS[1])), comments=("x" * 90,) * 5)
    digest = Digest(7, said.closed_at, renderer.statements(said))
    shown, left = cut_message(digest.statements)
    assert 0 < sum(entry.kind is StatementKind.COMMENT for entry in left) < 5, "cut in the list"

    message = renderer.text(shown)
    (cut,) = read_digests(message, {})
    (whole,) = read_digests(f"{message}\n\nRound 7: the rest\n\n{renderer.text(left)}", {})

    assert cut.lengths == whole.lengths == (5,), "as long as it was released"
    assert [one.says for one in whole.questions] == LEVELS[:2]
    assert [one.least for one in whole.questions] == [9, 9]


def test_earlier_numbers_are_none_of_this_round() -> None:
    before = (LEVELS[0], LEVELS[1], LEVELS[0])
    for earlier in (before, before[:1], (LEVELS[0],) * 3):
        fact = replace(question(ItemKind.AGREE, LEVELS[0]), before=earlier)
        (read,) = read_back(facts(12, fact))
        assert [one.says for one in read.questions] == [LEVELS[0]]


@pytest.mark.parametrize("result", [*LEVELS, *LevelWord])
def test_a_level_over_six_rounds_is_read_where_its_questions_are_known(
    result: Level | LevelWord,
) -> None:
    texts = [f"Question {number} of the core?" for number in range(6)]
    said = [
        facts(number + 1, replace(question(ItemKind.AGREE, LEVELS[0]), item=text, text=text))
        for number, text in enumerate(texts)
    ]
    said[-1] = replace(
        said[-1],
        # What they are of is said of the first alone.
        blocks=(
            BlockFact("trust", 1, Silence.TOO_FEW),
            BlockFact("shared-goals", 1, result, (result,)),
        ),
    )

    read = read_back(*said, themes=dict.fromkeys(texts, "shared-goals"))

    (block,) = read[-1].blocks
    assert block.says == result
    assert block.made_of == tuple((number + 1, text) for number, text in enumerate(texts))
    assert read_back(*said)[-1].blocks == ()


def test_texts_say_what_the_record_says() -> None:
    said = [facts(n, question(ItemKind.AGREE, LEVELS[0])) for n in (1, 2)]
    digests = [Digest(one.round_number, one.closed_at, renderer.statements(one)) for one in said]
    asked = {1: AskedRound(1, 12, 0, 0), 2: AskedRound(2, 13, 1, 0)}

    recorded = publish_digests(digests, asked)
    read = tell_rosters(read_back(*said, themes={TEXT: "shared-goals"}), asked, None)

    assert read == recorded


FIRST = """Ana, 13 March 2026 17:02
Round 12 of Colne Valley Partnership, closed 13 March.
• Trust: no clear change (firm: a change of half a point could have shown).
• Honesty: up. The last four rounds are clearly above those before.
• “I can rely on the others here.” About 3.8 or higher, out of 5.
• “We talk about results.” Enough answers, but not enough to show a number without giving \
somebody away.
Between a half and three quarters of those asked answered. Those who did not answer may see it \
differently.
"""
"""As it stands in a chat, of before the lot; nothing writes such a text any more."""


def test_a_digest_of_the_first_edition_is_read_out_of_a_chat() -> None:
    (read,) = read_digests(FIRST, {})

    assert (read.number, read.policy_version) == (12, 1)
    assert read.band is ResponseBand.TO_THREE_QUARTERS
    assert [one.says for one in read.questions] == [printed.level("3.8", "or higher")]
    assert read.questions[0].least is None
    assert read.trends == (
        TrendFact("Trust", TrendCall.NO_CLEAR_CHANGE, smallest=SmallestShift.HALF_A_POINT),
        TrendFact("Honesty", TrendCall.UP),
    )


@pytest.mark.parametrize(
    "event",
    [
        RoundAsked(1, 12, 0, 0, 2),
        RoundAsked(2, 13, 1, 0, 2),
        RoundAsked(3, 11, 0, 2, 2),
        RoundAsked(4, 11, 2, 2, 2),
        RoundAsked(5, 1, 0, 10, 2),
    ],
)
def test_lines_of_the_log_say_who_was_asked(event: RoundAsked) -> None:
    log = f"9 March 2026, 8:00  pulse-bot  {audit_words.what(event)}\n"

    assert read_asked(log) == {
        event.number: AskedRound(event.number, event.roster, event.joined, event.left)
    }


def test_a_roster_that_nobody_tells_is_missed() -> None:
    read = read_back(facts(4))

    with pytest.raises(LookupError) as missing:
        tell_rosters(read, {}, None)
    assert missing.value.args == (4,)
    assert [one.roster for one in tell_rosters(read, {}, 14)] == [14]


def test_ends_are_those_that_people_read() -> None:
    assert {level.end for level in LEVELS} == set(End)
