"""A round as it was frozen, and what whoever answers reads of it: made once, and not at each click.

It holds nothing of a member's and no secret. What it remembers is bounded by the languages, zones
and questions of one round. Pure.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pulse_bot.cards import question_cards
from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.ports import Card


class FrozenRound:
    """A round with the texts that were made of it. Its state is that of when it was read."""

    def __init__(self, round_: Round, seal_to: bytes = b"") -> None:
        """Nothing is made before it is needed.

        `seal_to` is the public half of the key that this process itself holds for the round, and
        empty where it holds none. It never comes from the database.
        """
        self.round = round_
        self.seal_to = seal_to
        self._by_language: dict[str, Round] = {}
        self._ends: dict[str, str] = {}
        self._cards: dict[tuple[str, str, int, str], Card | None] = {}

    def in_language(self, language: str) -> Round:
        """The round as a member of this language reads it."""
        if language not in self._by_language:
            self._by_language[language] = self.round.in_language(language)
        return self._by_language[language]

    def until(self, time_zone: str) -> str:
        """When it closes, as somebody in this zone would say it."""
        if time_zone not in self._ends:
            self._ends[time_zone] = say_moment(self.round.closes_at, time_zone)
        return self._ends[time_zone]

    def next_card(self, after: AnswerTarget, language: str, time_zone: str) -> Card | None:
        """The card that follows an answer; None after the last."""
        key = (language, time_zone, after.position, after.slot)
        if key not in self._cards:
            self._cards[key] = question_cards.next_card(
                self.in_language(language), after, self.until(time_zone)
            )
        return self._cards[key]


def say_moment(moment: datetime, time_zone: str) -> str:
    """A moment as people say it in a zone; in UTC, and saying so, where there is no such zone.

    Zones come and go with the machine's tables, and no answer may be lost for one.
    """
    try:
        return format_moment(moment, parse_zone(time_zone))
    except ValueError:
        return f"{format_moment(moment.astimezone(UTC), parse_zone('UTC'))} UTC"
