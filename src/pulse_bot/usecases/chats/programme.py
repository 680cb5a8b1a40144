"""A programme in words, for the settings and for the line of the log that says it was changed."""

from __future__ import annotations

from pulse_bot.domain.asking.programme import Programme


def questions(plan: Programme) -> str:
    """How many questions a round asks: "3 questions a round"."""
    many = "1 question" if plan.items_a_round == 1 else f"{plan.items_a_round} questions"
    return f"{many} a round"


def reminded(plan: Programme) -> str:
    """When members are reminded: "24 hours after the opening", or "never"."""
    hours = [f"{after.total_seconds() / 3600:g}" for after in plan.reminders]
    return f"{' and '.join(hours)} hours after the opening" if hours else "never"


def line(plan: Programme) -> str:
    """All of it, as the log says that it was set."""
    return (
        f"{', '.join(plan.themes)}; {questions(plan)}; opens {plan.opens}, closes {plan.closes}; "
        f"reminds {reminded(plan)}"
    )
