"""A digest of a round that closes, out of all that can be read and computed.

What fails costs its own part, and the digest says what is missing. All of it happens in the closing
transaction, each part that asks the database in a savepoint of its own.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.programme import list_next_windows
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.closed_round import ClosedRound, DrawnWords
from pulse_bot.domain.release.comments import draw_words
from pulse_bot.domain.release.digest import DigestFacts, MissingPart
from pulse_bot.domain.release.news import find_news
from pulse_bot.domain.release.policy import find_kept_lot, release_facts
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.record import HeadlineFact, MissingFact, Statement
from pulse_bot.domain.release.series import RULED_KINDS, PastRound, Series
from pulse_bot.domain.release.tallies import Tally, tally_item
from pulse_bot.errors import ForgedRound
from pulse_bot.ports import RoundKeys
from pulse_bot.storage import (
    authenticity,
    envelopes,
    history,
    packs,
    partnerships,
    seedings,
    waiting_words,
)
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.waiting_words import WaitingWords
from pulse_bot.usecases.commitments import follow_up
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds import post
from pulse_bot.usecases.rounds.changed import note_changed
from pulse_bot.usecases.rounds.decrypt import DecryptedRound, decrypt_round
from pulse_bot.usecases.rounds.guarded_parts import Addition, Closing
from pulse_bot.usecases.words.apology_words import CHANGED, NO_DIGEST, headline

_log = logging.getLogger(__name__)

ROUNDS_AHEAD: Final = 12
"""How far the programme is looked ahead: no level and no first comparison is further away."""


def keep_digest(
    session: Session,
    installation: Installation,
    round_id: int,
    keys: RoundKeys,
    *,
    careful: bool,
) -> None:
    """Open a round's envelopes, and keep what may be said of them, and what a block still needs.

    Harmless where something was said of it. Raises whatever leaves nothing to say at all, and,
    where it is not `careful`, whatever leaves out a part that could be computed. Of a round that
    is not as it was frozen no envelope is opened: the digest says that.
    """
    if history.has_releases(session, round_id):
        return
    try:
        closes = authenticity.load_closing(session, round_id, keys)
    except ForgedRound as forged:
        note_changed(session, installation, forged)
        keep_apology(session, installation, round_id, CHANGED)
        return
    closing = Closing(session, installation, closes.round, careful)
    if not closes.is_whole:
        closing.lose(MissingPart.QUESTION)
    decrypted = decrypt_round(
        closing.round, keys, closes.roster, envelopes.load_envelopes(session, round_id)
    )
    _keep_results(closing, decrypted)
    _queue_digest(session, installation, round_id)


def keep_apology(
    session: Session, installation: Installation, round_id: int, why: str = NO_DIGEST
) -> None:
    """Keep, as a round's digest, that there is none. Asks no more of what is stored than it must.

    In words of the core's own: the renderer may be what failed.
    """
    if history.has_releases(session, round_id):
        return
    row = session.get_one(RoundRow, round_id)
    partnership = session.get_one(PartnershipRow, row.partnership_id)
    title = headline(row.number, partnership.name, row.closes_at, partnership.time_zone)
    statements = (
        Statement(HeadlineFact(row.number), title),
        Statement(MissingFact(), why),
    )
    history.keep_releases(session, round_id, statements)
    _queue_digest(session, installation, round_id)


def _queue_digest(session: Session, installation: Installation, round_id: int) -> None:
    """Have a digest posted, unless it is held to be opened together."""
    if not session.get_one(RoundRow, round_id).held:
        post.queue_digest(session, installation, round_id)


def _keep_results(closing: Closing, decrypted: DecryptedRound) -> None:
    tallies = _tally_items(closing, decrypted)
    decrypted.forget_answers()
    waiting = _open_waiting(closing)
    closed = _add_words(_build_closed_round(closing, decrypted, tallies), decrypted, waiting)
    digest_facts = _add_group_facts(closing, _release(closing, closed), closed.printed or ())
    digest_facts = _add_news(closing, digest_facts, closed)
    _keep_words(closing, closed.words, waiting)
    _keep_lots(closing, tallies)
    statements = _word_digest(closing, digest_facts)
    history.keep_releases(closing.session, closing.round.id, statements)


def _tally_items(closing: Closing, decrypted: DecryptedRound) -> Mapping[str, Tally]:
    """The tallies by item id. An item that cannot be added up is none of the round's any more."""
    tallies = {}
    for item in closing.round.items:
        answers, round_ = decrypted.answers[item.id], closing.round
        compute = partial(tally_item, item, answers, round_.roster_size, round_.thresholds)
        tally = closing.attempt(MissingPart.QUESTION, compute)
        if tally is not None:
            tallies[item.id] = tally
    items = tuple(item for item in closing.round.items if item.id in tallies)
    closing.round = replace(closing.round, items=items)
    return tallies


def _build_closed_round(
    closing: Closing, decrypted: DecryptedRound, tallies: Mapping[str, Tally]
) -> ClosedRound:
    session, round_ = closing.session, closing.round
    items = round_.items
    partnership = session.get_one(PartnershipRow, round_.partnership)
    now = closing.installation.clock.now()
    look = partial(_look_ahead, session, partnership, now)
    next_opens_at, coming = closing.attempt(MissingPart.NEXT, look) or (None, ())
    return ClosedRound(
        partnership=partnership.name,
        number=round_.number,
        opened_at=round_.opens_at,
        closed_at=round_.closes_at,
        next_opens_at=next_opens_at,
        time_zone=partnership.time_zone,
        items=round_.items,
        tallies=tallies,
        roster_size=round_.roster_size,
        answered=decrypted.answered,
        organisations=decrypted.organisations,
        newcomers=round_.newcomers,
        thresholds=round_.thresholds,
        series=tuple(_load_series(closing, tallies)),
        before=closing.attempt(
            MissingPart.EARLIER, lambda: history.load_printed(session, round_.partnership, items)
        )
        or {},
        printed=_load_printed_rounds(closing),
        coming=coming,
        workshop_items=closing.attempt(
            MissingPart.WORKSHOP, lambda: seedings.list_workshop_items(session, round_.id)
        )
        or frozenset(),
    )


def _load_printed_rounds(closing: Closing) -> tuple[PrintedRound, ...] | None:
    load = partial(history.load_printed_rounds, closing.session, closing.round.partnership)
    printed = closing.attempt(MissingPart.OVER_TIME, load)
    return None if printed is None else tuple(printed)


def _look_ahead(
    session: Session, partnership: PartnershipRow, now: datetime
) -> tuple[datetime | None, tuple[date, ...]]:
    """When people are asked next, for a workshop or by the programme; None where nobody knows.

    And the local days on which the next weekly rounds close; none where they do not ask all themes.
    """
    planned = partnerships.load_programme(session, partnership.id)
    openings = [opening.opens_at for opening in seedings.list_planned(session, partnership.id)]
    calendar = partnerships.load_calendar(session, partnership)
    windows = list_next_windows(planned[0], calendar, now, ROUNDS_AHEAD) if planned else ()
    coming = [opening for opening in openings if opening > now]
    first = min([*coming, *(opens for opens, _ in windows[:1])], default=None)
    if planned is None or len(planned[0].themes) > planned[0].items_a_round:
        return first, ()
    return first, tuple(closes.astimezone(calendar.zone).date() for _, closes in windows)


def _load_series(closing: Closing, tallies: Mapping[str, Tally]) -> Iterable[Series]:
    """Each theme's series, with what is kept of its block."""
    lengths = closing.attempt(
        MissingPart.OVER_TIME,
        lambda: history.series_lengths(closing.session, closing.round.partnership),
    )
    for item in closing.round.items:
        if not item.core or item.kind not in RULED_KINDS or lengths is None:
            continue
        load = partial(_load_one_series, closing, item, tallies[item.id], lengths)
        series = closing.attempt(MissingPart.OVER_TIME, load)
        if series is None:
            continue
        if any(past.unreadable for past in series.block):
            closing.lose(MissingPart.EARLIER)
        yield series


def _load_one_series(
    closing: Closing, item: Item, tally: Tally, lengths: Mapping[tuple[str, str], int]
) -> Series:
    rounds_before = lengths.get((item.dimension, item.bank), 0)
    past = history.load_block(
        closing.session,
        closing.round.partnership,
        item,
        rounds_before % BLOCK_ROUNDS,
        closing.installation.installation_key,
    )
    newest = PastRound(find_kept_lot(tally))
    return Series(item.dimension, rounds_before + 1, (*past, newest), item.bank)


def _open_waiting(closing: Closing) -> WaitingWords:
    """What waited for a later round, as far as its keys are there."""
    load_key = closing.installation.keys.load_words_key
    read = partial(waiting_words.open_words, closing.session, closing.round.partnership, load_key)
    waiting = closing.attempt(MissingPart.WORDS, read) or WaitingWords()
    if waiting.some_lost:
        closing.lose(MissingPart.WORDS)
    return waiting


def _add_words(
    closed: ClosedRound, decrypted: DecryptedRound, waiting: WaitingWords
) -> ClosedRound:
    """The round with what the lot leaves of what was written in it, and of what waited for it."""
    drawn = draw_words(closed, decrypted.written, waiting.texts, secrets.randbelow)
    decrypted.forget_words()
    return replace(closed, words=drawn)


def _release(closing: Closing, closed: ClosedRound) -> DigestFacts:
    """What may be said; where the policy fails, of each part with which it does not."""
    try:
        return release_facts(closed)
    except Exception:
        _log.exception("The release policy failed.", extra={"round": closing.round.id})
        if not closing.careful:
            raise
    additions: list[Addition] = [
        *((MissingPart.QUESTION, {"items": (item,)}) for item in closed.items),
        *((MissingPart.OVER_TIME, {"series": (series,)}) for series in closed.series),
        (MissingPart.WORDS, {"words": closed.words}),
    ]
    bare = replace(closed, items=(), series=(), words=DrawnWords())
    return release_facts(closing.add_what_works(bare, additions, release_facts))


def _add_group_facts(
    closing: Closing, digest_facts: DigestFacts, printed: Sequence[PrintedRound]
) -> DigestFacts:
    """The facts, with the workshop that the round was for and what is new of commitments."""
    session, round_ = closing.session, closing.round
    add_commitments = partial(_add_commitments, session, round_, digest_facts, printed)
    digest_facts = closing.attempt(MissingPart.COMMITMENTS, add_commitments) or digest_facts
    # First and by itself: what is opened together in the room is held in the same transaction, so
    # that nobody reads it before, whatever else of the workshop cannot be read.
    session.get_one(RoundRow, round_.id).held = seedings.is_together(session, round_.id)
    add_workshop = partial(_add_workshop, session, round_.id, digest_facts)
    return closing.attempt(MissingPart.WORKSHOP, add_workshop) or digest_facts


def _add_commitments(
    session: Session, round_: Round, digest_facts: DigestFacts, printed: Sequence[PrintedRound]
) -> DigestFacts:
    zone = parse_zone(digest_facts.time_zone)
    today = digest_facts.closed_at.astimezone(zone).date()
    told = follow_up.settle_commitments(session, round_.partnership, digest_facts.questions)
    # Where the next round has no date, what is due by now.
    on = (digest_facts.next_opens_at or digest_facts.closed_at).astimezone(zone).date()
    due = follow_up.find_due(session, round_.partnership, on, printed)
    numbers = {fact.number for fact in told}
    return replace(
        digest_facts,
        commitments=(*told, *(fact for fact in due if fact.number not in numbers)),
        commitments_kept=follow_up.count_kept(session, round_.partnership, today),
    )


def _add_workshop(session: Session, round_id: int, digest_facts: DigestFacts) -> DigestFacts:
    seeding = seedings.find_seeding(session, round_id)
    if seeding is None:
        return digest_facts
    packs.freeze_commitments(session, seeding)
    workshop_ids = seedings.list_workshop_items(session, round_id)
    questions = tuple(
        replace(question, weekly=question.item not in workshop_ids)
        for question in digest_facts.questions
    )
    return replace(
        digest_facts, questions=questions, workshop=seeding.title, workshop_on=seeding.workshop_on
    )


def _add_news(closing: Closing, digest_facts: DigestFacts, closed: ClosedRound) -> DigestFacts:
    """Last, since it is chosen among all that the digest says."""
    find = partial(find_news, digest_facts, closed.printed or ())
    return replace(digest_facts, news=closing.attempt(MissingPart.OVER_TIME, find))


def _keep_words(closing: Closing, drawn: DrawnWords, waiting: WaitingWords) -> None:
    """Words that begin to wait are sealed to a key of their own; where some are shown, none waits.

    The key is there before this transaction commits. Where it never does, the key opens nothing,
    and is swept.
    """
    session, round_, keys = closing.session, closing.round, closing.installation.keys

    def keep() -> None:
        if drawn.comments:
            waiting_words.delete_words(session, waiting.tokens)
        if drawn.waiting:
            words_key = keys.create_words_key(round_.id)
            waiting_words.keep_words(
                session, round_.id, round_.partnership, drawn.waiting, words_key
            )

    closing.attempt(MissingPart.WORDS, keep)


def _keep_lots(closing: Closing, tallies: Mapping[str, Tally]) -> None:
    """What a level of the block under way still needs; what was needed for others goes."""
    session, round_ = closing.session, closing.round
    key = closing.installation.installation_key
    lots = {item_id: find_kept_lot(tally) for item_id, tally in tallies.items()}
    closing.attempt(MissingPart.OVER_TIME, lambda: history.keep_lots(session, round_, lots, key))
    history.forget_lots(session, round_)


def _word_digest(closing: Closing, facts: DigestFacts) -> Sequence[Statement]:
    """The statements; where the renderer fails, those of each part with which it does not."""
    renderer = closing.installation.renderer
    facts = replace(facts, missing=closing.missing_parts)
    try:
        return renderer.statements(facts)
    except Exception:
        _log.exception("The renderer failed.", extra={"round": closing.round.id})
        if not closing.careful:
            raise
    additions: list[Addition] = [
        *((MissingPart.QUESTION, {"questions": (fact,)}) for fact in facts.questions),
        *((MissingPart.OVER_TIME, {"blocks": (fact,)}) for fact in facts.blocks),
        (MissingPart.OVER_TIME, {"trends": facts.trends}),
        (MissingPart.OVER_TIME, {"outlook": facts.outlook}),
        (MissingPart.COMMITMENTS, {"commitments": facts.commitments}),
        (MissingPart.WORKSHOP, {"workshop": facts.workshop, "workshop_on": facts.workshop_on}),
        (MissingPart.WORKSHOP, {"pooled": facts.pooled}),
        (MissingPart.TALK, {"talk": facts.talk, "talk_item": facts.talk_item}),
        (MissingPart.WORDS, {"comments": facts.comments}),
        (MissingPart.NEXT, {"next_opens_at": facts.next_opens_at}),
        # Of whatever is left: it names nothing that the digest does not say.
        (MissingPart.OVER_TIME, {"news": facts.news}),
    ]
    kept = closing.add_what_works(_strip_facts(facts), additions, renderer.statements)
    return renderer.statements(replace(kept, missing=closing.missing_parts))


def _strip_facts(facts: DigestFacts) -> DigestFacts:
    """The facts without any part that another can be said without."""
    return replace(
        facts,
        questions=(),
        blocks=(),
        trends=(),
        outlook=(),
        news=None,
        pooled=None,
        commitments=(),
        workshop="",
        workshop_on=None,
        talk="",
        talk_item="",
        comments=(),
        next_opens_at=None,
    )
