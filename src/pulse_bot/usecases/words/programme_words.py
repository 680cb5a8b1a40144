"""A programme in words, for the settings and for the line of the log that says it was changed."""

from __future__ import annotations

from collections.abc import Iterable

from pulse_bot.domain.partnership.audit_events import ProgrammeSet


def describe_questions(items_a_round: int) -> str:
    """How many questions a round asks: "3 questions a round"."""
    count_text = "1 question" if items_a_round == 1 else f"{items_a_round} questions"
    return f"{count_text} a round"


def describe_reminders(minutes: Iterable[int]) -> str:
    """When members are reminded, by minutes: "24 hours after the opening", or "never"."""
    hours = [f"{after / 60:g}" for after in minutes]
    return f"{' and '.join(hours)} hours after the opening" if hours else "never"


def summarize_programme(event: ProgrammeSet) -> str:
    """All of it, as the log says that it was set."""
    return (
        f"{', '.join(event.themes)}; {describe_questions(event.items_a_round)}; opens "
        f"{event.opens}, closes "
        f"{event.closes}; reminds {describe_reminders(event.reminder_minutes)}"
    )
