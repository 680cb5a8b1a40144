"""The words of commitments in a digest: what was said, and what became of it.

They are the group's own and public; how many were kept counts commitments, and never answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulse_bot.domain.asking.calendar import format_date
from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews, DigestFacts
from pulse_bot.domain.release.record import CommitmentsFact, Statement

NEWS: Final = {
    CommitmentNews.MADE: "New commitment, due on {due}: {text}",
    CommitmentNews.KEPT: "Commitment kept: {text}",
    CommitmentNews.ON_ITS_WAY: "Commitment not yet kept: {text} We shall ask again.",
    CommitmentNews.UNHEARD: (
        "Commitment asked about: {text} Nothing can be said of the answers, so talk about whether "
        "it is kept."
    ),
    CommitmentNews.DROPPED: "Commitment dropped: {text}",
    CommitmentNews.DUE: (
        "Commitment due on {due}: {text} We shall soon be asked whether it is kept."
    ),
}
_SETTLED: Final = (CommitmentNews.KEPT, CommitmentNews.ON_ITS_WAY, CommitmentNews.DROPPED)
"""News that the share of kept ones is news beside. Of an unheard one nobody knows."""
ENDS: Final = (".", "?", "!", "…")


def commitment_statements(facts: DigestFacts) -> Iterator[Statement]:
    """What is new of each, and beside it how many were kept of those that came due."""
    yield from (Statement(fact, _news_text(fact)) for fact in facts.commitments)
    kept_count, due_count = facts.commitments_kept
    if any(fact.news in _SETTLED for fact in facts.commitments) and due_count:
        text = f"So far we have {_say_share(kept_count, due_count)} over or due."
        yield Statement(CommitmentsFact(kept_count, due_count), text)


def _say_share(kept_count: int, due_count: int) -> str:
    """Of those due or ended: what was dropped, or kept, before its day never came due."""
    if due_count == 1:
        return f"{'kept' if kept_count else 'not kept'} the one commitment that is"
    return f"kept {kept_count or 'none'} of the {due_count} commitments that are"


def _news_text(fact: CommitmentFact) -> str:
    return NEWS[fact.news].format(due=format_date(fact.due), text=quote_commitment(fact))


def quote_commitment(fact: CommitmentFact) -> str:
    """The group's own words, and a full stop where they have none."""
    return f"“{fact.text}”{'' if fact.text.endswith(ENDS) else '.'}"
