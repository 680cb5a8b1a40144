"""Facts of a made-up round that the tests of digests and pages share."""

from __future__ import annotations

from datetime import UTC, datetime

from pulse_bot.domain.release.digest import (
    BlockFact,
    DigestFacts,
    News,
    NewsKind,
    QuestionFact,
    ResponseClass,
)
from pulse_bot.domain.release.results import Silence
from tests import printed

FOLLOW_UP = QuestionFact(
    "accountability-1",
    "We follow up what we agree.",
    "accountability",
    "Talk 1?",
    printed.level("3.8"),
    before=(printed.level("3.0"), printed.level("3.4")),
)
AVOID = QuestionFact(
    "honesty-1",
    "We avoid subjects that could lead to a disagreement.",
    "honesty",
    "Talk 2?",
    printed.level("4.2", "or higher"),
    reverse=True,
    before=(printed.level("3.4"),),
)
RELY = QuestionFact(
    "trust-1", "I can rely on the others here.", "trust", "Talk 3?", Silence.TOO_FEW
)

FACTS = DigestFacts(
    partnership="Colne Valley Partnership",
    round_number=12,
    opened_at=datetime(2026, 3, 9, 8, tzinfo=UTC),
    closed_at=datetime(2026, 3, 13, 16, tzinfo=UTC),
    next_opens_at=datetime(2026, 3, 30, 7, tzinfo=UTC),
    time_zone="Europe/London",
    response=ResponseClass(6, 8, times=2, of=6, are_few=True),
    questions=(FOLLOW_UP, AVOID, RELY),
    blocks=(BlockFact("trust", 2, printed.level("3.6"), (printed.level("3.4"),)),),
    news=News(NewsKind.HALF_TERM),
    talk="When did somebody last change their mind in one of our meetings?",
)
