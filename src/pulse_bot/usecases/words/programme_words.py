"""A programme in words, for the settings and for the line of the log that says it was changed."""

from __future__ import annotations

from collections.abc import Iterable

from pulse_bot.domain.partnership.audit_events import ProgrammeSet


def questions(items_a_round: int) -> str:
    """How many questions a round asks: "3 questions a round"."""
    many = "1 question" if items_a_round == 1 else f"{items_a_round} questions"
    return f"{many} a round"


def reminded(minutes: Iterable[int]) -> str:
    """When members are reminded, by minutes: "24 hours after the opening", or "never"."""
    hours = [f"{after / 60:g}" for after in minutes]
    return f"{' and '.join(hours)} hours after the opening" if hours else "never"


def line(event: ProgrammeSet) -> str:
    """All of it, as the log says that it was set."""
    return (
        f"{', '.join(event.themes)}; {questions(event.items_a_round)}; opens {event.opens}, closes "
        f"{event.closes}; reminds {reminded(event.reminder_minutes)}"
    )
