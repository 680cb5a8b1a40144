"""Released facts as they are kept beside the sentences that were published, and back.

A kind and its fields, in plain values: which fields a kind has differs, and whoever computes from
releases wants the fact and not a table of columns most of which are empty. The revision of the
schema is their version: whoever changes a fact changes the rows in a migration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulse_bot.domain.release import digest, first_edition, record, results
from pulse_bot.domain.release.record import ReleasedFact
from pulse_bot.storage.plain_values import UnknownShape, from_plain, to_plain

QUESTION_KIND: Final = "question"
BLOCK_KIND: Final = "block"
RECALLED_KINDS: Final = ("answered", "commitment", "outlook", "talk", "trend-call")
"""Kinds that the digests after it look at, so as to go on from it and not to say it twice."""

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
    "outlook": digest.OutlookFact,
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


_VALUE_FIELDS: Final = ("says", "before", "levels")
"""Fields that hold such values, or lists of them: of each its word is kept beside it."""


def keep_fact(fact: ReleasedFact) -> tuple[str, dict[str, Any]]:
    """The kind and the fields of a fact, for its row."""
    fields = to_plain(fact)
    # A number of 1 to 5 and one of 0 to 10 have the same fields.
    for name in fields.keys() & set(_VALUE_FIELDS):
        fields[name] = _keep_value(getattr(fact, name))
    return _KINDS[type(fact)], fields


def read_fact(kind: str, fields: Mapping[str, Any]) -> ReleasedFact:
    """A fact out of its row. Raises UnknownShape for what this version does not write."""
    shape = FACT_TYPES.get(kind)
    if shape is None:
        raise UnknownShape(f"There is no released fact of the kind {kind!r}.")
    values = {name: _read_value(fields[name]) for name in _VALUE_FIELDS if fields.get(name)}
    return from_plain(shape, {**fields, **values})


def _keep_value(value: object) -> object:
    if value is None:
        return None
    if isinstance(value, tuple):
        return [_keep_value(entry) for entry in value]
    name = next(name for name, shape in _SAYS.items() if isinstance(value, shape))
    return {name: str(value) if isinstance(value, _WORDS) else to_plain(value)}


def _read_value(kept: Mapping[str, Any] | Sequence[Any]) -> object:
    if isinstance(kept, list):
        return tuple(_read_value(entry) for entry in kept)
    if not isinstance(kept, dict):
        raise UnknownShape("A value that was released is a mapping.")
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
