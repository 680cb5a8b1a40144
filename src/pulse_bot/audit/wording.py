"""What an audit found, in words. Nobody is named: nobody is known to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pulse_bot.audit.report import (
    MOST_ANSWERS,
    MOST_PEOPLE,
    AuditFinding,
    AuditReport,
    CertaintyRate,
    FindingKind,
    Reader,
    Somebody,
    Whose,
)

MOST_NUMBERS: Final = 12
"""So many rounds are named; of more, the first and the last."""

_FRIENDS_TELL: Final = {
    0: "whom nobody tells their answers",
    1: "who knows one member's answers",
    2: "who knows two members' answers",
}
_FRIENDS: Final = {0: "", 1: " and what one member said", 2: " and what two members said"}
_ALONE: Final = {
    0: "whoever reads the digests",
    1: "one member, by what they said themselves,",
    2: "two members, by what they said themselves,",
}
_FINDINGS: Final = {
    FindingKind.ONE_SIDE: "{where}: {reader} knows on which side {somebody} stands.",
    FindingKind.DETERMINED: "{where}: {reader} knows the answer of {somebody}.",
    FindingKind.TOTAL: (
        "{where}: {reader} knows what fewer than five people, {somebody} among them, answered "
        "together."
    ),
    FindingKind.WHOLE_THEME: (
        "{where}: if each of us answers all questions of the theme alike, {reader} knows on which "
        "side {somebody} stands."
    ),
    FindingKind.COUNT: "{where}: how many answered is told, or is one of two counts.",
    FindingKind.OFF_POLICY: "{where}: what is printed cannot come of the release policy.",
    FindingKind.LENGTH: "{where}: the length of a list of words tells how many wrote.",
}


def name_count(rounds: int) -> str:
    """So many rounds, in words."""
    return f"{rounds} round{'' if rounds == 1 else 's'}"


def describe_report(report: AuditReport, texts: Mapping[str, str]) -> Iterator[str]:
    """The report in lines. `texts` has the words of each question by what names it."""
    numbers = f"{report.numbers} printed number{'' if report.numbers == 1 else 's'}"
    yield f"Attacked {numbers} of {name_count(report.rounds)}."
    yield ""
    if report.findings:
        yield "What follows from what was published:"
        yield from (f"- {line}" for line in _describe_findings(report.findings, texts))
    else:
        yield "By logic: nobody's answer follows, and nobody's side."
    yield ""
    if report.numbers or any(rate.answers or rate.people for rate in report.rates):
        yield from _describe_rates(report.rates)
    else:
        yield "By probability: no number of a week was printed, and nothing else tells a side."
    for unread in report.unread:
        yield f"Not attacked: {unread}."
    yield ""
    yield "Passed." if report.passes else "Failed."


def _describe_findings(findings: Sequence[AuditFinding], texts: Mapping[str, str]) -> Iterator[str]:
    """One line for what is found of the same people in the same question, by the least reader."""
    together: dict[tuple[FindingKind, str, Somebody], list[AuditFinding]] = {}
    for finding in findings:
        # Of counts and lists it is the rounds that matter.
        is_of_rounds = finding.kind in (FindingKind.COUNT, FindingKind.LENGTH)
        question = "" if is_of_rounds else finding.question
        together.setdefault((finding.kind, question, finding.somebody), []).append(finding)
    for (kind, question, somebody), same in together.items():
        least = min(same, key=lambda one: (one.reader.friends, one.reader.knows_who_answered))
        # What follows, follows from these rounds together; counts are told by each alone.
        rounds = least.rounds if question else {n for one in same for n in one.rounds}
        named = f", “{texts.get(question, question)}”" if question else ""
        yield _FINDINGS[kind].format(
            where=f"{_name_rounds(rounds)}{named}",
            reader=_name_reader(least.reader),
            somebody=_name_somebody(somebody),
        )


def _name_rounds(rounds: Iterable[int]) -> str:
    numbers = sorted(rounds)
    if len(numbers) == 1:
        return f"Round {numbers[0]}"
    if len(numbers) > MOST_NUMBERS:
        return f"{len(numbers)} rounds from {numbers[0]} to {numbers[-1]}"
    return f"Rounds {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def _name_reader(reader: Reader) -> str:
    if not reader.knows_who_answered:
        return _ALONE[reader.friends]
    return f"whoever knows who answered{_FRIENDS[reader.friends]}"


def _name_somebody(somebody: Somebody) -> str:
    match somebody.whose:
        case Whose.JOINED:
            return f"one of those who joined before round {somebody.round}"
        case Whose.LEFT:
            return f"one of those who left after round {somebody.round}"
        case Whose.STAYED:
            return "one of those who were there all the time"
        case Whose.ANYBODY:
            return "everybody else"


def _describe_rates(rates: Sequence[CertaintyRate]) -> Iterator[str]:
    if not rates:
        return
    yield (
        "By probability, at 95 % certainty of a side (at most "
        f"{100 * MOST_ANSWERS:.0f} % of answers and {100 * MOST_PEOPLE:.0f} % of people in a year):"
    )
    for rate in rates:
        mark = "" if rate.is_kept else "  too much"
        yield (
            f"- {100 * rate.answers:.1f} % of answers, {100 * rate.people:.0f} % of people: "
            f"{rate.answering}; a reader {_FRIENDS_TELL[rate.friends]}{mark}"
        )
