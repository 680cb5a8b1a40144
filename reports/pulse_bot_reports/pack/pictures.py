"""The pictures of a pack: what was released of its questions, drawn by the charts of digests."""

from __future__ import annotations

from collections.abc import Sequence

from pulse_bot.domain.partnership.pack import AskedQuestion
from pulse_bot.domain.release.results import Choices, Journey
from pulse_bot.ports import Picture
from pulse_bot_reports.charts.canvas import PHONE, SheetSize
from pulse_bot_reports.charts.colours import LIGHT, Colours
from pulse_bot_reports.charts.gaps import MOST_ON_A_SLIDE, Gap, gap_chart, gap_words
from pulse_bot_reports.charts.ranks import RankedChoice, rank_chart, rank_words


def gap_pictures(
    questions: Sequence[AskedQuestion], colours: Colours = LIGHT, shape: SheetSize = PHONE
) -> tuple[Picture, ...]:
    """Where we are and where we want to be, for all `journey` questions that have both levels.

    One picture, or several where there are more statements than fit one. Raises MissingExtra.
    """
    gaps = [gap for part in questions if (gap := _part_gap(part))]
    groups = [
        gaps[start : start + MOST_ON_A_SLIDE] for start in range(0, len(gaps), MOST_ON_A_SLIDE)
    ]
    return tuple(Picture(gap_chart(group, colours, shape), gap_words(group)) for group in groups)


def rank_picture(
    part: AskedQuestion, colours: Colours = LIGHT, shape: SheetSize = PHONE
) -> Picture | None:
    """Which choices stand out; None for another kind, and where no choice does.

    Raises MissingExtra.
    """
    for says in part.says:
        if isinstance(says, Choices) and says.standing_out:
            rows, title = (
                [RankedChoice(label, often) for label, often in says.taken],
                part.item.text,
            )
            return Picture(rank_chart(rows, title, colours, shape), rank_words(rows, title))
    return None


def _part_gap(part: AskedQuestion) -> Gap | None:
    journeys = (says for says in part.says if isinstance(says, Journey))
    return next((Gap(part.item.text, one.now, one.later) for one in journeys), None)
