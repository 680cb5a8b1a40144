"""What each printed text says of the total behind it: which totals print it.

A question is looked at again and again: a *number series* holds its looks. Totals count from the
lowest answer up: five answers of 1 have the total 0, and a 5 is worth 4. Both halves of a `journey`
are series, and each choice of a `choose` question is one of answers 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from pulse_bot.audit import first_edition
from pulse_bot.audit.published import SERIES_KINDS, PublishedQuestion, PublishedRound
from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.lot import (
    LEAST_CHOICE_ANSWERS,
    OUT_OF_TEN,
    WEEKLY,
    YES_NO,
    AnswerClass,
    LotScale,
    count_small_lot,
    find_classes,
    print_block,
    print_lot,
    stands_out,
)
from pulse_bot.domain.release.results import (
    ChoiceFrequency,
    Choices,
    End,
    Journey,
    Lean,
    Level,
    LevelWord,
    Printed,
)

FIRST_EDITION: Final = 1
SCALES: Final[Mapping[ItemKind, LotScale]] = {
    ItemKind.AGREE: WEEKLY,
    ItemKind.FREQUENCY: WEEKLY,
    ItemKind.JOURNEY: WEEKLY,
    ItemKind.SCALE: OUT_OF_TEN,
    ItemKind.YES_NO: YES_NO,
    ItemKind.CHOOSE: WEEKLY,
}
_LEAN_PLACES: Final = {
    Lean.NO: -2,
    Lean.MORE_NO: -1,
    Lean.BETWEEN: 0,
    Lean.MORE_YES: 1,
    Lean.YES: 2,
}
_WORD_VALUES: Final = dict(
    zip(LevelWord, map(Decimal, ("2.0", "2.5", "3.0", "3.5", "4.0")), strict=True)
)

Text = tuple[Decimal, End]
"""What people read of a number: the number, and its open end."""


class Run(NamedTuple):
    """How many answers count, and the run of their totals that prints a text."""

    counted: int
    first: int
    last: int


class Look(NamedTuple):
    """One printed number."""

    place: int
    """Of its round among all that were published."""
    runs: Mapping[int, Run]
    """By how many may have answered."""
    is_printed: bool = True
    """Whether a number was printed, and not only counted towards a block."""


@dataclass
class NumberSeries:
    """A question, or a part of one, with all that was printed of it."""

    item: str
    part: str
    values: int
    """How many answers it has, from 0 up."""
    theme: str = ""
    looks: list[Look] = field(default_factory=list)


class BlockRun(NamedTuple):
    """The level of a theme: which looks it is made of, and the run of their totals' sum."""

    place: int
    looks: tuple[tuple[int, int], ...]
    """(place of the series, place of the round)."""
    first: int
    last: int


class Deviation(NamedTuple):
    """A text that its policy cannot have printed."""

    place: int
    item: str


@dataclass
class Numbers:
    """All that was printed in numbers."""

    series: list[NumberSeries] = field(default_factory=list)
    blocks: list[BlockRun] = field(default_factory=list)
    deviations: list[Deviation] = field(default_factory=list)
    unread: set[ItemKind] = field(default_factory=set)
    """Kinds of which something was printed that the attack does not read."""


def list_numbers(rounds: Sequence[PublishedRound]) -> Numbers:
    """Every number series and every block of these rounds."""
    numbers = Numbers()
    readers: dict[tuple[str, str], _SeriesReader] = {}
    for place, published in enumerate(rounds):
        for question in published.questions:
            for part, said in _list_parts(question):
                key = question.item, part
                if key not in readers:
                    readers[key] = _SeriesReader(len(numbers.series), question, part)
                    numbers.series.append(readers[key].series)
                if not readers[key].read(place, published, question, said):
                    numbers.deviations.append(Deviation(place, question.item))
            if isinstance(question.says, Choices) and published.policy_version == FIRST_EDITION:
                numbers.unread.add(question.kind)
        _add_silent_looks(place, published, readers, numbers)
        _add_blocks(place, rounds, readers, numbers)
    numbers.series = [one for one in numbers.series if one.looks]
    return _number_anew(numbers, [reader.series for reader in readers.values()])


def _number_anew(numbers: Numbers, before: Sequence[NumberSeries]) -> Numbers:
    """Series without a look are left out, so the blocks' places change."""
    places = {id(one): place for place, one in enumerate(numbers.series)}
    numbers.blocks = [
        block._replace(looks=tuple((places[id(before[one])], place) for one, place in block.looks))
        for block in numbers.blocks
    ]
    return numbers


def _list_parts(question: PublishedQuestion) -> Iterator[tuple[str, Text | bool]]:
    """What was said of each part: a text, or whether a choice stands out."""
    match question.says:
        case Journey(now, later):
            yield "now", (now.value, now.end)
            yield "in 12 months", (later.value, later.end)
        case Lean() as lean:
            yield "", (Decimal(1) + Decimal("0.5") * _LEAN_PLACES[lean], End.NONE)
        case Choices(taken) as choices:
            # Where nothing stands out it may be that too much would have.
            for label, often in taken if choices.standing_out else ():
                yield label, often is not ChoiceFrequency.UNSAID
        case Printed(value, end):
            yield "", (value, end)


class _SeriesReader:
    """Reads a series look by look; it remembers the last number, as the policy does."""

    def __init__(self, place: int, question: PublishedQuestion, part: str) -> None:
        self.place = place
        self._scale = SCALES[question.kind]
        is_choice = question.kind is ItemKind.CHOOSE
        values = 2 if is_choice else self._scale.high - self._scale.low + 1
        theme = question.theme if question.in_series else ""
        self.series = NumberSeries(question.item, part, values, theme)
        self._last: Text | None = None

    def read(
        self, place: int, published: PublishedRound, question: PublishedQuestion, said: Text | bool
    ) -> bool:
        """Add a look; False where the policy cannot have printed this."""
        if published.policy_version == FIRST_EDITION:
            if isinstance(said, bool):
                return True
            runs = _read_first_edition(said, published, self._scale)
        elif isinstance(said, bool):
            runs = _read_choice(published.roster, question.least, is_often=said)
        else:
            runs = self._read_lot(said, published.roster, question.least)
        if not isinstance(said, bool):
            self._last = said
        if runs:
            self.series.looks.append(Look(place, runs))
        return bool(runs)

    def _read_lot(self, said: Text, roster: int, least: int | None) -> dict[int, Run]:
        classes = _list_classes(roster, self._scale)
        # Of two halves the lower class is told; the other half may be in a higher one.
        most = roster if self.series.part else least
        classes = [one for one in classes if least and most and least <= one[0].least <= most]
        text = None if self._scale is YES_NO else said
        # Where a bank or an edition began anew, nothing was remembered.
        for last in (self._last, None):
            runs = {
                count: run
                for answer_class, counts in classes
                if (run := _find_run(answer_class, self._scale, last, said[0], text))
                for count in counts
            }
            if runs:
                return runs
        return {}


def _list_classes(roster: int, scale: LotScale) -> list[tuple[AnswerClass, range]]:
    """The classes of a roster, each with how many may have answered."""
    classes = find_classes(roster, scale)
    ends = [*(one.least for one in classes[1:]), roster + 1]
    return [(one, range(one.least, end)) for one, end in zip(classes, ends, strict=True)]


@cache
def _find_run(
    answer_class: AnswerClass,
    scale: LotScale,
    last: Text | None,
    value: Decimal,
    text: Text | None,
) -> Run | None:
    """The totals that print a number after the last one; of phrases the end is not told."""
    counted = answer_class.counted
    before = Printed(*last) if last else None
    totals = [
        total - scale.low * counted
        for total in range(scale.low * counted, scale.high * counted + 1)
        if (printed := print_lot(answer_class, total, before, scale)).value == value
        and (text is None or printed.end is text[1])
    ]
    return Run(counted, totals[0], totals[-1]) if totals else None


def _read_choice(roster: int, least: int | None, *, is_often: bool) -> dict[int, Run]:
    for answer_class, counts in _list_classes(roster, WEEKLY):
        if answer_class.least == least and answer_class.least >= LEAST_CHOICE_ANSWERS:
            counted = answer_class.counted
            border = next(count for count in range(counted + 1) if stands_out(answer_class, count))
            run = Run(counted, border, counted) if is_often else Run(counted, 0, border - 1)
            return dict.fromkeys(counts, run)
    return {}


def _read_first_edition(said: Text, published: PublishedRound, scale: LotScale) -> dict[int, Run]:
    """By how many answered: all of them count, on a grid that hangs on how many they are."""
    runs = {
        answers: run
        for answers in range(first_edition.LEAST_ANSWERS, published.roster + 1)
        if published.roster >= first_edition.LEAST_ROSTER
        and (run := _find_exact_run(answers, said, scale))
    }
    fitting = {
        answers: run
        for answers, run in runs.items()
        if published.band is None
        or first_edition.find_response_band(answers, published.roster) is published.band
    }
    # Whoever skipped this question answered others: then the band says nothing of it.
    return fitting or runs


@cache
def _find_exact_run(answers: int, said: Text, scale: LotScale) -> Run | None:
    # Of a phrase the end is not told.
    ends = set(End) if scale is YES_NO else {said[1]}
    totals = [
        total - scale.low * answers
        for total in range(scale.low * answers, scale.high * answers + 1)
        if (printed := first_edition.print_level(answers, total, scale.low, scale.high))
        and printed.value == said[0]
        and printed.end in ends
    ]
    return Run(answers, totals[0], totals[-1]) if totals else None


def _add_silent_looks(
    place: int,
    published: PublishedRound,
    readers: dict[tuple[str, str], _SeriesReader],
    numbers: Numbers,
) -> None:
    """In groups of six and seven a round prints nothing, and counts towards its block."""
    counts = [n for n in range(published.roster + 1) if count_small_lot(n, published.roster)]
    if published.policy_version == FIRST_EDITION or not counts:
        return
    counted = count_small_lot(counts[0], published.roster)
    for question in published.questions:
        if not question.in_series or question.kind not in SERIES_KINDS:
            continue
        key = question.item, ""
        if key not in readers:
            readers[key] = _SeriesReader(len(numbers.series), question, "")
            numbers.series.append(readers[key].series)
        run = Run(counted, 0, counted * (WEEKLY.high - WEEKLY.low))
        readers[key].series.looks.append(Look(place, dict.fromkeys(counts, run), is_printed=False))


def _add_blocks(
    place: int,
    rounds: Sequence[PublishedRound],
    readers: Mapping[tuple[str, str], _SeriesReader],
    numbers: Numbers,
) -> None:
    """The blocks that ended with a round. Those of the first edition are not read."""
    published = rounds[place]
    if published.policy_version == FIRST_EDITION:
        return
    for block in published.blocks:
        looks, counted = [], []
        for number, item in block.made_of:
            for look in readers[item, ""].series.looks if (item, "") in readers else ():
                if rounds[look.place].number == number:
                    looks.append((readers[item, ""].place, look.place))
                    counted.append(next(iter(look.runs.values())).counted)
        run = _find_block_run(tuple(counted), published.roster, block.says)
        if run is None:
            numbers.deviations.append(Deviation(place, block.theme))
        else:
            numbers.blocks.append(BlockRun(place, tuple(looks), *run))


def _find_block_run(
    counted: tuple[int, ...], roster: int, says: Level | LevelWord
) -> tuple[int, int] | None:
    if not counted:
        return None
    totals = []
    for total in range(sum(counted) * (WEEKLY.high - WEEKLY.low) + 1):
        # Only the sum counts, so all but the first lot may have the lowest total.
        lots = [(size, WEEKLY.low * size) for size in counted]
        lots[0] = counted[0], lots[0][1] + total
        printed = print_block(lots, roster)
        if printed and _says_level(printed, says):
            totals.append(total)
    return (totals[0], totals[-1]) if totals else None


def _says_level(printed: Printed, says: Level | LevelWord) -> bool:
    if isinstance(says, LevelWord):
        return printed.value == _WORD_VALUES[says]
    return (printed.value, printed.end) == (says.value, says.end)
