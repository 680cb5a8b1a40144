"""The words of a digest: facts in, statements out, in the order in which they are read aloud.

Pure, and in English; no layout lives here (`digest_text` and `page` have it), and no decision about
what may be said (the release policy has it). Once said, a statement is kept for ever, so a change
of words here changes later digests only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pulse_bot.domain.asking.calendar import (
    format_date,
    format_local_day,
    format_moment,
    parse_zone,
)
from pulse_bot.domain.asking.typed_words import as_quotation
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.release.digest import (
    BlockFact,
    DigestFacts,
    MissingPart,
    QuestionFact,
    ResponseClass,
)
from pulse_bot.domain.release.record import (
    AnsweredFact,
    CommentFact,
    Digest,
    HeadlineFact,
    LowPulseFact,
    MissingFact,
    NewcomersFact,
    NextRoundFact,
    ReleasedBlock,
    ReleasedPool,
    ReleasedQuestion,
    Statement,
    TalkFact,
)
from pulse_bot.domain.release.results import Level, LevelWord, Silence
from pulse_bot.ports import Picture
from pulse_bot_reports.digest_text.commitments import commitment_statements
from pulse_bot_reports.digest_text.plain_text import digest_text
from pulse_bot_reports.digest_text.results import out_of_five, question_result
from pulse_bot_reports.digest_text.trends import trend_statements
from pulse_bot_reports.titles import spell_number, theme_title

BLOCK_SILENCES: Final = {
    Silence.TOO_FEW: "too few answers to say anything.",
    Silence.SMALL_GROUP: "our group is too small to show a number.",
}

LOW_PULSE: Final = (
    "Trust in this pulse itself is low. Talk about why, before you rely on the numbers; “privacy” "
    "says who can see what."
)

MISSING: Final = {
    MissingPart.QUESTION: "anything of at least one question",
    MissingPart.OVER_TIME: "how a theme moves over time",
    MissingPart.EARLIER: "anything of an earlier round",
    MissingPart.WORDS: "what some of us wrote",
    MissingPart.COMMITMENTS: "how our commitments stand",
    MissingPart.WORKSHOP: "which workshop it was for",
    MissingPart.TALK: "what is worth talking about",
    MissingPart.NEXT: "when the next round opens",
}

SILENCE_HIDES: Final = "Those who did not answer may see it differently."


class DigestRenderer:
    """Fulfils the port `Renderer`."""

    def statements(self, facts: DigestFacts) -> tuple[Statement, ...]:
        """The digest as statements, in reading order. Pure: the same facts give the same words."""
        return tuple(_digest_statements(facts))

    def text(self, statements: Sequence[Statement]) -> str:
        """A digest as plain text, for a terminal."""
        return digest_text(statements)

    def page(self, partnership: str, time_zone: str, digests: Sequence[Digest]) -> str:
        """The history as one HTML page that needs nothing else. Raises MissingExtra."""
        from pulse_bot_reports.page.history_page import history_page

        return history_page(partnership, digests, time_zone)

    def export(
        self, file: str, partnership: str, time_zone: str, digests: Sequence[Digest]
    ) -> Mapping[str, bytes]:
        """Everything that was released, as a file of this name, and files that go beside it.

        Raises Refused for an ending that is none of ours, and MissingExtra.
        """
        from pulse_bot_reports.exports.files import export_digests

        return export_digests(file, partnership, time_zone, digests)

    def pack(self, file: str, pack: Pack) -> Mapping[str, bytes]:
        """A workshop's pack, as files by name. Raises Refused for another ending, MissingExtra."""
        from pulse_bot_reports.pack.files import pack_files

        return pack_files(file, pack)

    def picture(self, digests: Sequence[Digest]) -> Picture | None:
        """What was released over time, drawn and in words; for a workshop, its own result.

        Raises MissingExtra.
        """
        from pulse_bot_reports.charts.alternative_text import describe_chart
        from pulse_bot_reports.charts.figures import digest_figures
        from pulse_bot_reports.charts.series import build_chart

        newest = max(digests, key=lambda digest: digest.number, default=None)
        if newest and newest.workshop and (pictures := digest_figures(newest)):
            return pictures[0]
        chart = build_chart(digests)
        if chart is None:
            return None
        from pulse_bot_reports.charts.trends import chart_png

        return Picture(chart_png(chart), describe_chart(chart))


renderer: Final = DigestRenderer()


def _digest_statements(facts: DigestFacts) -> Iterator[Statement]:
    yield _headline_statement(facts)
    yield from trend_statements(facts.trends)
    yield from commitment_statements(facts)
    for question in facts.questions:
        yield _question_statement(question)
        yield from (_comment_statement(words, question) for words in question.word_answers)
    if facts.pooled:
        yield _pool_statement(facts.pooled)
    yield from map(_block_statement, facts.blocks)
    yield from _response_statements(facts)
    if facts.low_pulse:
        yield Statement(LowPulseFact(), LOW_PULSE)
    if facts.missing:
        yield _missing_statement(facts.missing)
    if facts.talk:
        yield _talk_statement(facts)
    yield from map(_comment_statement, facts.comments)
    # Said of a date that could not be worked out, "no date yet" would be untrue.
    if MissingPart.NEXT not in facts.missing:
        yield _next_statement(facts)


def _headline_statement(facts: DigestFacts) -> Statement:
    day = format_local_day(facts.closed_at, parse_zone(facts.time_zone))
    on = f" on {format_date(facts.workshop_on)}" if facts.workshop_on else ""
    workshop = f", for the workshop “{facts.workshop}”{on}" if facts.workshop else ""
    text = f"Round {facts.round_number} of {facts.partnership}{workshop}, closed {day}."
    headline = HeadlineFact(facts.round_number, facts.workshop, facts.workshop_on)
    return Statement(headline, text)


def _question_statement(fact: QuestionFact) -> Statement:
    words = question_result(fact)
    return Statement(ReleasedQuestion.of_fact(fact), f"“{fact.text}” {words}", words)


def _comment_statement(words: str, question: QuestionFact | None = None) -> Statement:
    item, theme = (question.item, question.dimension) if question else ("", "")
    # Fit to be quoted since its writer sent it. Here again, because all readers rely on it.
    line = as_quotation(words)
    quoted = f"“{line}”"
    return Statement(CommentFact(line, item, theme), f"Somebody wrote: {quoted}", quoted)


def _block_statement(fact: BlockFact) -> Statement:
    if isinstance(fact.result, Silence):
        words = BLOCK_SILENCES[fact.result]
    else:
        level = out_of_five(fact.result) if isinstance(fact.result, Level) else fact.result
        words = f"{level}."
    text = f"{theme_title(fact.dimension)} over the last six rounds: {words}"
    return Statement(ReleasedBlock.of_fact(fact), text)


def _pool_statement(says: LevelWord) -> Statement:
    return Statement(ReleasedPool(says), f"The workshop's questions together: {says}.")


def _talk_statement(facts: DigestFacts) -> Statement:
    return Statement(TalkFact(facts.talk), f"Worth talking about: {facts.talk}")


def _missing_statement(parts: Sequence[MissingPart]) -> Statement:
    *first, last = (MISSING[part] for part in parts)
    named = f"{', '.join(first)} and {last}" if first else last
    text = (
        f"Something went wrong on our side, and this digest could not say {named}; "
        "the answers were destroyed at the close all the same."
    )
    return Statement(MissingFact(tuple(parts)), text)


def _response_statements(facts: DigestFacts) -> Iterator[Statement]:
    if facts.response:
        # By the class alone: said under some share, such as 60 %, it would cut a class in two.
        hides = "" if facts.response.most is None else f" {SILENCE_HIDES}"
        answered = AnsweredFact(facts.response.least, facts.response.most)
        yield Statement(answered, f"{_count_answered(facts.response)}{hides}")
    if facts.newcomers:
        yield Statement(
            NewcomersFact(),
            "Several members were asked for the first time, so read a change with care.",
        )


def _count_answered(answered: ResponseClass) -> str:
    """ "Six to eight of us answered.", "Nine or more of us answered." """
    if answered.most is None:
        return f"{spell_number(answered.least).capitalize()} or more of us answered."
    if not answered.least:
        fewer = f"Fewer than {spell_number(answered.most + 1)} of us answered"
        return f"{fewer}, or all from too few organisations."
    least, most = spell_number(answered.least), spell_number(answered.most)
    return f"{least.capitalize()} to {most} of us answered."


def _next_statement(facts: DigestFacts) -> Statement:
    if facts.next_opens_at is None:
        return Statement(NextRoundFact(None), "The next round has no date yet.")
    opens = format_moment(facts.next_opens_at, parse_zone(facts.time_zone))
    return Statement(NextRoundFact(facts.next_opens_at), f"The next round opens on {opens}.")
