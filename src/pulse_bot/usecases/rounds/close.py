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

from pulse_bot.domain.asking.calendar import zone
from pulse_bot.domain.asking.programme import Programme, next_opening
from pulse_bot.domain.asking.rounds import Round, State
from pulse_bot.domain.partnership.audit_events import RoundClosed
from pulse_bot.domain.release.closed_round import ClosedRound, Comment
from pulse_bot.domain.release.comments import waiting
from pulse_bot.domain.release.digest import DigestFacts
from pulse_bot.domain.release.policy import facts, worth_keeping
from pulse_bot.domain.release.series import PastRound, Series
from pulse_bot.domain.release.tallies import Tally, tally
from pulse_bot.domain.release.trend import STORED
from pulse_bot.errors import Refused
from pulse_bot.storage import envelopes, groups, history, packs, partnerships, rounds, seedings
from pulse_bot.storage.columns import Delivery
from pulse_bot.storage.models import PartnershipRow, PostRow, RoundRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.commitments import follow_up
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.rounds.decrypt import Heard, hear

_log = logging.getLogger(__name__)


def close(installation: Installation, round_id: int) -> None:
    """Close a round, or finish its closing; harmless where it is closed."""
    begin(installation, round_id)
    settle(installation, round_id)
    forget(installation, [round_id])


def close_now(installation: Installation, name: str) -> int:
    """Close the open round at an operator's word; returns its number. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.by_name(session, name)
        newest = rounds.latest(session, partnership.id)
        if newest is None or newest.state not in (State.OPEN, State.CLOSING):
            raise Refused(f"No round of {name} is open.")
        closed = RoundClosed(newest.number)
        audit_log.record(session, installation, partnership.id, OPERATOR, closed)
    close(installation, newest.id)
    return newest.number


def begin(installation: Installation, round_id: int) -> None:
    """Take no answer any more. The other runner is every worker that writes envelopes."""
    with installation.database.write() as session:
        if rounds.move(session, round_id, State.CLOSING):
            row = session.get_one(RoundRow, round_id)
            # An operator may close early; members are told when it was.
            row.closes_at = min(row.closes_at, installation.clock.now())


def settle(installation: Installation, round_id: int) -> None:
    """Tally and release in one transaction, or declare the round lost if its key is gone."""
    keys = installation.keys.load(round_id)
    if keys is None:
        lose(installation, round_id)
        return
    with installation.database.write() as session:
        asked = rounds.load(session, round_id)
        # The other runner is a second worker that closes the same round: one of them gets here.
        if asked is None or not rounds.move(session, round_id, State.CLOSED):
            return
        heard = hear(
            asked, keys, rounds.roster(session, round_id), envelopes.of_round(session, round_id)
        )
        _keep(session, installation, asked, heard)
        rounds.empty(session, round_id)


def forget(installation: Installation, round_ids: Iterable[int]) -> None:
    """Destroy the keys of rounds that are over, and what their deleted rows left behind.

    Raises StorageError where the files cannot be cleaned now; the sweep does it later.
    """
    with installation.database.read() as session:
        over = rounds.ended(session, round_ids)
    if not over:
        return
    for round_id in over:
        installation.keys.destroy(round_id)
    installation.database.scrub()
    with installation.database.write() as session:
        rounds.forgotten(session, over)


def lose(installation: Installation, round_id: int) -> None:
    """Give up a round whose key is gone: nobody can read it, and members are asked again."""
    with installation.database.write() as session:
        asked = rounds.load(session, round_id)
        if asked is not None and rounds.move(session, round_id, State.LOST):
            follow_up.ask_again(session, asked)
            rounds.empty(session, round_id)
            _log.error("The key of a round is gone. Its answers were destroyed unread.")


def _keep(session: Session, installation: Installation, asked: Round, heard: Heard) -> None:
    key = installation.installation_key
    tallies = [tally(item, heard.answers[item.id]) for item in asked.items]
    waited = history.take_comments(session, asked.partnership, key)
    closed = replace(
        _closed_round(session, installation, asked, heard, tallies),
        comments=_shuffled([*waited, *heard.comments]),
        words={item_id: _shuffled(texts) for item_id, texts in heard.words.items()},
    )
    said = _with_workshop(session, asked, facts(closed, secrets.randbelow))
    history.keep_comments(session, asked.partnership, waiting(closed), key)
    kept = [worth_keeping(one, asked.thresholds) for one in tallies]
    history.keep_tallies(session, asked, kept, key)
    history.keep_releases(session, asked.id, installation.renderer.statements(said))
    for group in groups.linked(session, asked.partnership):
        session.add(PostRow(round_id=asked.id, group_id=group.id, state=Delivery.WAITING))


def _shuffled(texts: Iterable[Comment]) -> tuple[Comment, ...]:
    shuffled = list(texts)
    random.SystemRandom().shuffle(shuffled)
    return tuple(shuffled)


def _with_workshop(session: Session, asked: Round, said: DigestFacts) -> DigestFacts:
    """The facts, with the workshop that the round was for and what is new of commitments.

    What is opened together in the room is held in the same transaction, so that nobody reads it
    before.
    """
    today = said.closed_at.astimezone(zone(said.time_zone)).date()
    said = replace(
        said,
        commitments=follow_up.settle(session, asked.partnership, said.questions),
        commitments_kept=follow_up.kept(session, asked.partnership, today),
    )
    seeding = seedings.of_round(session, asked.id)
    if seeding is None:
        return said
    session.get_one(RoundRow, asked.id).held = seeding.together
    packs.keep_promised(session, seeding)
    own = {item.id for item in seedings.items(seeding)}
    questions = tuple(replace(one, weekly=one.item not in own) for one in said.questions)
    return replace(
        said, questions=questions, workshop=seeding.title, workshop_on=seeding.workshop_on
    )


def _next_opening(
    session: Session, partnership: PartnershipRow, planned: Programme | None, now: datetime
) -> datetime | None:
    """When people are asked next, for a workshop or by the programme; None where nobody knows."""
    openings = [one.opens_at for one in seedings.planned(session, partnership.id)]
    calendar = partnerships.calendar(session, partnership)
    weekly = next_opening(planned, calendar, now) if planned else None
    return min([one for one in (*openings, weekly) if one and one > now], default=None)


def _closed_round(
    session: Session,
    installation: Installation,
    asked: Round,
    heard: Heard,
    tallies: Sequence[Tally],
) -> ClosedRound:
    partnership = session.get_one(PartnershipRow, asked.partnership)
    planned = partnerships.programme(session, asked.partnership)
    now = installation.clock.now()
    return ClosedRound(
        partnership=partnership.name,
        number=asked.number,
        opened_at=asked.opens_at,
        closed_at=asked.closes_at,
        next_opens_at=_next_opening(session, partnership, planned[0] if planned else None, now),
        time_zone=partnership.time_zone,
        items=asked.items,
        tallies={one.item: one for one in tallies},
        roster_size=asked.roster_size,
        answered=heard.answered,
        organisations=heard.organisations,
        newcomers=asked.newcomers,
        thresholds=asked.thresholds,
        series=tuple(_series(session, installation, asked, tallies)),
        themes=len(planned[0].themes) if planned else 0,
    )


def _series(
    session: Session, installation: Installation, asked: Round, tallies: Sequence[Tally]
) -> Iterable[Series]:
    """Each theme's series. At most a year of it is opened, however long it is."""
    lengths = history.series_lengths(session, asked.partnership)
    for item, now in zip(asked.items, tallies, strict=True):
        if not item.core:
            continue
        past = history.series_end(
            session, asked.partnership, item, STORED - 1, installation.installation_key
        )
        closing = PastRound(now, asked.thresholds, asked.roster_size < asked.thresholds.roster)
        before = lengths.get((item.dimension, item.bank), 0)
        earlier = any(theme == item.dimension and bank != item.bank for theme, bank in lengths)
        yield Series(item.dimension, before + 1, (*past, closing), earlier)
