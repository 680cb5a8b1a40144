"""Words that wait for a later round: sealed to a key of the round at whose close they began to.

Nothing says whose they are, or when they came. What becomes of them is the closing's, and their
keys are in the key store.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pulse_bot.crypto.sealing import seal_words, unseal_words
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.release.comments import ROUNDS_TO_WAIT
from pulse_bot.errors import DamagedKey, SealError
from pulse_bot.storage.models import RoundRow, WaitingCommentRow

_log = logging.getLogger(__name__)

LoadKey = Callable[[int], bytes | None]
"""The words key of a round; None where it is gone for good. Raises KeyStoreError, and DamagedKey
for one that opens nothing."""


@dataclass(frozen=True, slots=True)
class WaitingWords:
    """What waits in a partnership and could be opened, in memory only."""

    texts: Sequence[str] = ()
    tokens: Sequence[bytes] = ()
    """Of their rows."""
    some_lost: bool = False
    """Others could not be opened, and were deleted."""


def keep_words(
    session: Session,
    round_id: int,
    partnership_id: int,
    texts: Iterable[str],
    words_key: bytes,
) -> None:
    """Let words wait from the close of this round on, sealed: one text of each who wrote."""
    for text in texts:
        token = secrets.token_bytes(16)
        session.add(
            WaitingCommentRow(
                token=token,
                partnership_id=partnership_id,
                round_id=round_id,
                sealed=seal_words(words_key, _name_place(partnership_id, token), text),
            )
        )


def open_words(session: Session, partnership_id: int, load_key: LoadKey) -> WaitingWords:
    """Open the words that wait, which stay where they are. What nobody can open is deleted unread.

    Raises KeyStoreError where nobody can say whether a key is gone.
    """
    # The other runner is another close of the same partnership: what is shown is shown once.
    query = (
        select(WaitingCommentRow)
        .where(WaitingCommentRow.partnership_id == partnership_id)
        .with_for_update()
    )
    rows = session.scalars(query).all()
    keys = {round_id: _load_key(load_key, round_id) for round_id in {row.round_id for row in rows}}
    texts, tokens = [], []
    for row in rows:
        text = _open_row(row, keys[row.round_id])
        if text is None:
            session.delete(row)
        else:
            texts.append(text)
            tokens.append(row.token)
    session.flush()
    return WaitingWords(texts, tokens, len(tokens) < len(rows))


def _load_key(load_key: LoadKey, round_id: int) -> bytes | None:
    try:
        key = load_key(round_id)
    except DamagedKey as error:
        _log.error("%s", error)
        return None
    if key is None:
        _log.error("The key of words that wait is gone. They are destroyed unread.")
    return key


def _open_row(row: WaitingCommentRow, words_key: bytes | None) -> str | None:
    if words_key is None:
        return None
    try:
        return unseal_words(words_key, _name_place(row.partnership_id, row.token), row.sealed)
    except (SealError, ValueError, TypeError) as error:
        _log.error("Words that wait cannot be read: %s.", type(error).__name__)
        return None


def _name_place(partnership_id: int, token: bytes) -> bytes:
    return partnership_id.to_bytes(8, "big") + token


def delete_words(session: Session, tokens: Collection[bytes]) -> None:
    """Delete words that were shown."""
    session.execute(delete(WaitingCommentRow).where(WaitingCommentRow.token.in_(tokens)))


def age_words(session: Session, round_id: int, partnership_id: int) -> None:
    """Note that a round of the partnership is over; words that waited for long are deleted unread.

    Those that began to wait with this round have not waited yet.
    """
    here = WaitingCommentRow.partnership_id == partnership_id
    waited = update(WaitingCommentRow).where(here, WaitingCommentRow.round_id != round_id)
    ended = delete(WaitingCommentRow).where(here, WaitingCommentRow.waited >= ROUNDS_TO_WAIT)
    # The rows that this session has seen may be damaged, and are not looked at again.
    unseen = {"synchronize_session": False}
    session.execute(waited.values(waited=WaitingCommentRow.waited + 1), execution_options=unseen)
    session.execute(ended, execution_options=unseen)


def list_words_rounds(session: Session, partnership_id: int | None = None) -> frozenset[int]:
    """The rounds under whose words keys something waits, of one partnership or of all."""
    query = select(WaitingCommentRow.round_id).distinct()
    if partnership_id is not None:
        query = query.where(WaitingCommentRow.partnership_id == partnership_id)
    return frozenset(session.scalars(query))


def find_needless(session: Session, among: Collection[int]) -> frozenset[int]:
    """Those of some words keys that open nothing, and never will."""
    over = RoundRow.state.in_([RoundStatus.CLOSED, RoundStatus.LOST])
    # In this order: a close that commits between the two has its words seen by the second.
    unclosed = session.scalars(select(RoundRow.id).where(RoundRow.id.in_(among), ~over)).all()
    query = select(WaitingCommentRow.round_id).where(WaitingCommentRow.round_id.in_(among))
    return frozenset(among) - frozenset(unclosed) - frozenset(session.scalars(query.distinct()))
