"""Closing: tally, release, forget. Each step can be repeated after a crash at any point.

begin    no answer is taken any more
settle   in memory: open, tally, decide; in one transaction: keep tallies and releases, delete
         envelopes, seats and invitations, closed
forget   destroy the key, clean the files
"""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot.domain.asking.programme import Programme, next_opening
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.partnership.audit_events import RoundClosed
from pulse_bot.domain.release.closed_round import ClosedRound, Comment
from pulse_bot.domain.release.comments import list_waiting
from pulse_bot.domain.release.digest import DigestFacts
from pulse_bot.domain.release.policy import keepable_tally, release_facts
from pulse_bot.domain.release.series import PastRound, Series
from pulse_bot.domain.release.tallies import Tally, tally_item
from pulse_bot.domain.release.trend import GUARD_WINDOW
from pulse_bot.errors import Refused
from pulse_bot.storage import envelopes, history, packs, partnerships, plans, rounds, seedings
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.commitments import follow_up
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.rounds import post
from pulse_bot.usecases.rounds.decrypt import DecryptedRound, decrypt_round

_log = logging.getLogger(__name__)


def close_round(installation: Installation, round_id: int) -> None:
    """Close a round, or finish its closing; harmless where it is closed."""
    begin_closing(installation, round_id)
    settle_round(installation, round_id)
    forget_rounds(installation, [round_id])


def close_round_now(installation: Installation, name: str) -> int:
    """Close the open round at an operator's word; returns its number. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.find_partnership(session, name)
        newest = rounds.latest_round(session, partnership.id)
        if newest is None or newest.state not in (RoundStatus.OPEN, RoundStatus.CLOSING):
            raise Refused(f"No round of {name} is open.")
        closed = RoundClosed(newest.number)
        audit_log.record(session, installation, partnership.id, OPERATOR, closed)
    close_round(installation, newest.id)
    return newest.number


def begin_closing(installation: Installation, round_id: int) -> None:
    """Take no answer any more. The other runner is every worker that writes envelopes."""
    with installation.database.write() as session:
        if rounds.move_round(session, round_id, RoundStatus.CLOSING):
            row = session.get_one(RoundRow, round_id)
            # An operator may close early; members are told when it was.
            row.closes_at = min(row.closes_at, installation.clock.now())


def settle_round(installation: Installation, round_id: int) -> None:
    """Tally and release in one transaction, or declare the round lost if its key is gone."""
    keys = installation.keys.load(round_id)
    if keys is None:
        declare_lost(installation, round_id)
        return
    with installation.database.write() as session:
        round_ = rounds.load_round(session, round_id)
        # The other runner is a second worker that closes the same round: one of them gets here.
        if round_ is None or not rounds.move_round(session, round_id, RoundStatus.CLOSED):
            return
        decrypted = decrypt_round(
            round_,
            keys,
            rounds.load_roster(session, round_id),
            envelopes.load_envelopes(session, round_id),
        )
        _keep_results(session, installation, round_, decrypted)
        rounds.erase_members(session, round_id)
        plans.look_again(session, round_.partnership)


def forget_rounds(installation: Installation, round_ids: Iterable[int]) -> None:
    """Destroy the keys of rounds that are over, and what their deleted rows left behind.

    Raises StorageError where the files cannot be cleaned now; the sweep does it later.
    """
    with installation.database.read() as session:
        over = rounds.find_ended(session, round_ids)
    if not over:
        return
    for round_id in over:
        installation.keys.destroy(round_id)
    installation.database.scrub()
    with installation.database.write() as session:
        rounds.mark_forgotten(session, over)


def declare_lost(installation: Installation, round_id: int) -> None:
    """Give up a round whose key is gone: nobody can read it, and members are asked again."""
    with installation.database.write() as session:
        round_ = rounds.load_round(session, round_id)
        if round_ is not None and rounds.move_round(session, round_id, RoundStatus.LOST):
            follow_up.ask_lost_again(session, round_)
            rounds.erase_members(session, round_id)
            plans.look_again(session, round_.partnership)
            _log.error("The key of a round is gone. Its answers were destroyed unread.")


def _keep_results(
    session: Session, installation: Installation, round_: Round, decrypted: DecryptedRound
) -> None:
    key = installation.installation_key
    tallies = [tally_item(item, decrypted.answers[item.id]) for item in round_.items]
    waiting_comments = history.take_comments(session, round_.partnership, key)
    closed = replace(
        _build_closed_round(session, installation, round_, decrypted, tallies),
        comments=_shuffle_comments([*waiting_comments, *decrypted.comments]),
        word_answers={
            item_id: _shuffle_comments(texts) for item_id, texts in decrypted.words.items()
        },
    )
    digest_facts = _add_workshop_facts(session, round_, release_facts(closed, secrets.randbelow))
    history.keep_comments(session, round_.partnership, list_waiting(closed), key)
    stored_tallies = [keepable_tally(item_tally, round_.thresholds) for item_tally in tallies]
    history.keep_tallies(session, round_, stored_tallies, key)
    history.keep_releases(session, round_.id, installation.renderer.statements(digest_facts))
    if not session.get_one(RoundRow, round_.id).held:
        post.queue_digest(session, installation, round_.id)


def _shuffle_comments(texts: Iterable[Comment]) -> tuple[Comment, ...]:
    shuffled = list(texts)
    random.SystemRandom().shuffle(shuffled)
    return tuple(shuffled)


def _add_workshop_facts(session: Session, round_: Round, digest_facts: DigestFacts) -> DigestFacts:
    """The facts, with the workshop that the round was for and what is new of commitments.

    What is opened together in the room is held in the same transaction, so that nobody reads it
    before.
    """
    today = digest_facts.closed_at.astimezone(parse_zone(digest_facts.time_zone)).date()
    digest_facts = replace(
        digest_facts,
        commitments=follow_up.settle_commitments(
            session, round_.partnership, digest_facts.questions
        ),
        commitments_kept=follow_up.count_kept(session, round_.partnership, today),
    )
    seeding = seedings.find_seeding(session, round_.id)
    if seeding is None:
        return digest_facts
    session.get_one(RoundRow, round_.id).held = seeding.together
    packs.freeze_commitments(session, seeding)
    workshop_ids = {item.id for item in seedings.thaw_items(seeding)}
    questions = tuple(
        replace(question, weekly=question.item not in workshop_ids)
        for question in digest_facts.questions
    )
    return replace(
        digest_facts, questions=questions, workshop=seeding.title, workshop_on=seeding.workshop_on
    )


def _find_next_opening(
    session: Session, partnership: PartnershipRow, planned: Programme | None, now: datetime
) -> datetime | None:
    """When people are asked next, for a workshop or by the programme; None where nobody knows."""
    openings = [opening.opens_at for opening in seedings.list_planned(session, partnership.id)]
    calendar = partnerships.load_calendar(session, partnership)
    weekly = next_opening(planned, calendar, now) if planned else None
    return min(
        [opening for opening in (*openings, weekly) if opening and opening > now], default=None
    )


def _build_closed_round(
    session: Session,
    installation: Installation,
    round_: Round,
    decrypted: DecryptedRound,
    tallies: Sequence[Tally],
) -> ClosedRound:
    partnership = session.get_one(PartnershipRow, round_.partnership)
    planned = partnerships.load_programme(session, round_.partnership)
    now = installation.clock.now()
    return ClosedRound(
        partnership=partnership.name,
        number=round_.number,
        opened_at=round_.opens_at,
        closed_at=round_.closes_at,
        next_opens_at=_find_next_opening(
            session, partnership, planned[0] if planned else None, now
        ),
        time_zone=partnership.time_zone,
        items=round_.items,
        tallies={item_tally.item: item_tally for item_tally in tallies},
        roster_size=round_.roster_size,
        answered=decrypted.answered,
        organisations=decrypted.organisations,
        newcomers=round_.newcomers,
        thresholds=round_.thresholds,
        series=tuple(_load_series(session, installation, round_, tallies)),
        themes=len(planned[0].themes) if planned else 0,
    )


def _load_series(
    session: Session, installation: Installation, round_: Round, tallies: Sequence[Tally]
) -> Iterable[Series]:
    """Each theme's series. At most a year of it is opened, however long it is."""
    lengths = history.series_lengths(session, round_.partnership)
    for item, item_tally in zip(round_.items, tallies, strict=True):
        if not item.core:
            continue
        past = history.load_series_end(
            session, round_.partnership, item, GUARD_WINDOW - 1, installation.installation_key
        )
        closing = PastRound(
            item_tally, round_.thresholds, round_.roster_size < round_.thresholds.roster
        )
        rounds_before = lengths.get((item.dimension, item.bank), 0)
        earlier = any(theme == item.dimension and bank != item.bank for theme, bank in lengths)
        yield Series(item.dimension, rounds_before + 1, (*past, closing), earlier)
