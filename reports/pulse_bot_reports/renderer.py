"""The words of a digest: facts in, statements out, in the order in which they are read aloud.

Pure, and in English; no layout lives here (`digest_text` and `page` have it), and no decision about
what may be said (the release policy has it). Once said, a statement is kept for ever, so a change
of words here changes later digests only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.typed_words import as_quotation
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.release.digest import (
    DigestFacts,
    MissingPart,
    QuestionFact,
    ResponseClass,
)
from pulse_bot.domain.release.half_term import HalfTermReport
from pulse_bot.domain.release.record import (
    AnsweredFact,
    CommentFact,
    Digest,
    LowPulseFact,
    MissingFact,
    NewcomersFact,
    NextRoundFact,
    ReleasedPool,
    ReleasedQuestion,
    Statement,
    TalkFact,
)
from pulse_bot.domain.release.results import LevelWord, Silence
from pulse_bot.ports import Picture
from pulse_bot_reports.digest_text.commitments import commitment_statements
from pulse_bot_reports.digest_text.headline import headline_statement
from pulse_bot_reports.digest_text.plain_text import digest_text
from pulse_bot_reports.digest_text.results import question_result, short_result
from pulse_bot_reports.digest_text.trends import (
    block_statements,
    outlook_statements,
    trend_statements,
)
from pulse_bot_reports.half_term.words import message_lines, report_text, suggestion_lines
from pulse_bot_reports.titles import spell_number

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

    def report_message(self, report: HalfTermReport) -> tuple[str, ...]:
        """A half-term's report as one message for a chat, its title first."""
        return message_lines(report)

    def report_suggestion(self, report: HalfTermReport) -> tuple[str, ...]:
        """What the next workshop may be about, a title first; empty for nothing."""
        return suggestion_lines(report)

    def report_text(self, report: HalfTermReport) -> str:
        """A half-term's report at length, for a terminal."""
        return report_text(report)

    def report_file(
        self, file: str, partnership: str, time_zone: str, digests: Sequence[Digest]
    ) -> Mapping[str, bytes]:
        """The report of the last half-term of these digests, as a file of this name.

        Nothing where no half-term has ended. Raises Refused for another ending, and MissingExtra.
        """
        from pulse_bot_reports.paper.report_file import report_files

        return report_files(file, partnership, time_zone, digests)

    def year_picture(self, digests: Sequence[Digest]) -> Picture | None:
        """The last six half-terms as a table; None where fewer than two have ended.

        Raises MissingExtra.
        """
        from pulse_bot_reports.charts.year import build_year, describe_year

        year = build_year(digests)
        if year is None:
            return None
        from pulse_bot_reports.charts.year_picture import year_png

        return Picture(year_png(year), describe_year(year))

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
    """From what is news to what can be looked up: a message that has no room ends earlier."""
    yield headline_statement(facts)
    yield from trend_statements(facts)
    yield from block_statements(facts.blocks)
    yield from _question_statements(facts)
    if facts.pooled:
        yield _pool_statement(facts.pooled)
    if facts.low_pulse:
        yield Statement(LowPulseFact(), LOW_PULSE)
    if facts.missing:
        yield _missing_statement(facts.missing)
    if facts.talk:
        yield Statement(TalkFact(facts.talk, item=facts.talk_item), f"Talk about: {facts.talk}")
    yield from commitment_statements(facts)
    yield from _written_statements(facts)
    yield from map(_comment_statement, facts.comments)
    yield from _response_statements(facts)
    # Said of a date that could not be worked out, "no date yet" would be untrue.
    if MissingPart.NEXT not in facts.missing:
        yield _next_statement(facts)
    yield from outlook_statements(facts.outlook)


def _question_statements(facts: DigestFacts) -> Iterator[Statement]:
    """This week's questions but those in words; what all lines share stands in one."""
    shown = [fact for fact in facts.questions if not _is_in_words(fact)]
    if all(isinstance(fact.result, Silence) for fact in shown):
        # The headline says why, or there is no news for it to say.
        for fact in shown:
            words = question_result(fact)
            yield Statement(ReleasedQuestion.of_fact(fact), f"Asked: “{fact.text}”", words)
        return
    named: set[type | Silence] = set()
    for fact in shown:
        kind = fact.result if isinstance(fact.result, Silence) else type(fact.result)
        words = short_result(fact) if kind in named else question_result(fact)
        named.add(kind)
        yield _question_statement(fact, words)


def _is_in_words(fact: QuestionFact) -> bool:
    return fact.kind is ItemKind.WORDS or bool(fact.word_answers)


def _written_statements(facts: DigestFacts) -> Iterator[Statement]:
    """The questions in words, each with what was written where enough did."""
    is_named = False
    for fact in facts.questions:
        if _is_in_words(fact):
            silent = not fact.word_answers
            words = short_result(fact) if silent and is_named else question_result(fact)
            is_named = is_named or silent
            yield _question_statement(fact, words)
            yield from (_comment_statement(answer, fact) for answer in fact.word_answers)


def _question_statement(fact: QuestionFact, words: str) -> Statement:
    return Statement(
        ReleasedQuestion.of_fact(fact), f"“{fact.text}” {words}", question_result(fact)
    )


def _comment_statement(words: str, question: QuestionFact | None = None) -> Statement:
    item, theme = (question.item, question.dimension) if question else ("", "")
    # Fit to be quoted since its writer sent it. Here again, because all readers rely on it.
    line = as_quotation(words)
    quoted = f"“{line}”"
    return Statement(CommentFact(line, item, theme), f"Somebody wrote: {quoted}", quoted)


def _pool_statement(says: LevelWord) -> Statement:
    return Statement(ReleasedPool(says), f"The workshop's questions together: {says}.")


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
        hides = f" {SILENCE_HIDES}" if facts.response.are_few else ""
        answered = AnsweredFact.of_class(facts.response)
        yield Statement(answered, f"{_count_answered(facts.response)}{hides}")
    if facts.newcomers:
        yield Statement(
            NewcomersFact(),
            "Several members were asked for the first time, so read a change with care.",
        )


def _count_answered(answered: ResponseClass) -> str:
    """ "Six to eight of us answered.", "Nine or more of us answered, three rounds running."."""
    return f"{_name_class(answered)}{_say_run(answered)}."


def _name_class(answered: ResponseClass) -> str:
    if answered.most is None:
        return f"{spell_number(answered.least).capitalize()} or more of us answered"
    if not answered.least:
        fewer = f"Fewer than {spell_number(answered.most + 1)} of us answered"
        return f"{fewer}, or all from too few organisations"
    least, most = spell_number(answered.least), spell_number(answered.most)
    return f"{least.capitalize()} to {most} of us answered"


def _say_run(answered: ResponseClass) -> str:
    """How often it was so: another number each week, so that no sentence comes twice."""
    if answered.running > 1:
        return f", {spell_number(answered.running)} rounds running"
    if answered.of < 2 or answered.times < 2:
        return ""
    return f", in {spell_number(answered.times)} of the last {spell_number(answered.of)} rounds"


def _next_statement(facts: DigestFacts) -> Statement:
    if facts.next_opens_at is None:
        return Statement(NextRoundFact(None), "The next round has no date yet.")
    opens = format_moment(facts.next_opens_at, parse_zone(facts.time_zone))
    return Statement(NextRoundFact(facts.next_opens_at), f"Next: {opens}.")
