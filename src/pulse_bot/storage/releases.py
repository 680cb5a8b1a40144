"""Released facts as they are kept beside the sentences that were published, and back.

A kind and its fields, in plain values: which fields a kind has differs, and whoever computes from
releases wants the fact and not a table of columns most of which are empty. The revision of the
schema is their version: whoever changes a fact changes the rows in a migration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pulse_bot.domain.release import digest, first_edition, record, results
from pulse_bot.domain.release.record import ReleasedFact
from pulse_bot.storage.plain_values import UnknownShape, from_plain, to_plain

QUESTION_KIND: Final = "question"
BLOCK_KIND: Final = "block"

FACT_TYPES: Final[Mapping[str, type[ReleasedFact]]] = {
    "headline": record.HeadlineFact,
    "trend": first_edition.TrendFact,
    "trend-call": record.ReleasedTrend,
    "commitment": digest.CommitmentFact,
    "commitments": record.CommitmentsFact,
    QUESTION_KIND: record.ReleasedQuestion,
    "comment": record.CommentFact,
    BLOCK_KIND: record.ReleasedBlock,
    "pool": record.ReleasedPool,
    "agreement": record.ReleasedAgreement,
    "answered": record.AnsweredFact,
    "response": record.ResponseFact,
    "newcomers": record.NewcomersFact,
    "low-pulse": record.LowPulseFact,
    "missing": record.MissingFact,
    "talk": record.TalkFact,
    "next": record.NextRoundFact,
    "sentence": record.SentenceFact,
}
"""A kind stays for ever: rows of it do."""
_KINDS: Final = {shape: kind for kind, shape in FACT_TYPES.items()}

_SAYS: Final = {
    "level": results.Level,
    "out of ten": results.OutOfTen,
    "journey": results.Journey,
    "choices": results.Choices,
    "lean": results.Lean,
    "level word": results.LevelWord,
    "silence": results.Silence,
}
"""What is said of a question or a block, by the word that stands beside it in its row."""
_WORDS: Final = (results.Lean, results.LevelWord, results.Silence)


def keep_fact(fact: ReleasedFact) -> tuple[str, dict[str, Any]]:
    """The kind and the fields of a fact, for its row."""
    fields = to_plain(fact)
    if isinstance(fact, record.ReleasedQuestion | record.ReleasedBlock | record.ReleasedPool):
        fields["says"] = _kept_says(fact.says)
    return _KINDS[type(fact)], fields


def read_fact(kind: str, fields: Mapping[str, Any]) -> ReleasedFact:
    """A fact out of its row. Raises UnknownShape for what this version does not write."""
    shape = FACT_TYPES.get(kind)
    if shape is None:
        raise UnknownShape(f"There is no released fact of the kind {kind!r}.")
    if fields.get("says") is not None:
        return from_plain(shape, {**fields, "says": _read_says(fields["says"])})
    return from_plain(shape, fields)


def _kept_says(value: object) -> dict[str, Any] | None:
    if value is None:
        return None
    name = next(name for name, shape in _SAYS.items() if isinstance(value, shape))
    return {name: str(value) if isinstance(value, _WORDS) else to_plain(value)}


def _read_says(kept: Mapping[str, Any]) -> object:
    [(name, value)] = kept.items()
    shape = _SAYS.get(name)
    if shape is None:
        raise UnknownShape(f"Nothing is said of a question as {name!r}.")
    if not issubclass(shape, _WORDS):
        return from_plain(shape, value)
    try:
        return shape(value)
    except ValueError:
        raise UnknownShape(f"No {name} is of that name.") from None
