"""The key store of this database, proven to be it each time that its word cannot be taken back.

That a key is missing counts only from a store that carries this database's marker before and after
the look. Everything else, a wrong folder, one that is not mounted, a server that does not answer,
raises KeyStoreError: nothing is given up, and it is tried again. What a person is told of it is in
`key_texts`.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy.orm import Session

from pulse_bot.crypto.sealing import derive_public_key, unseal_secret
from pulse_bot.crypto.store_marker import (
    Ownership,
    StoreMarker,
    fingerprint_installation_key,
    judge_marker,
    make_marker,
    parse_marker,
)
from pulse_bot.errors import DamagedKey, KeyStoreError, SealError, StorageError
from pulse_bot.ports import KeyStore, RoundKeys, StoreSite
from pulse_bot.storage import authenticity, key_identity, key_texts, waiting_words
from pulse_bot.storage.database import Database, retry_on_conflict
from pulse_bot.storage.key_identity import KeyIdentityRow
from pulse_bot.storage.presence import name_medium, open_presence

_log = logging.getLogger(__name__)

Key = TypeVar("Key", RoundKeys, bytes)


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What can be said of a database and the keys that are set for it."""

    installation_key_fits: bool
    tallied_rounds: int
    """Closed rounds with sums that are sealed with the installation key."""
    ownership: Ownership | None
    """None where the store cannot be read."""
    store: str
    """Where the store is, or why it cannot be read."""
    known_store: str
    """Where this database's own store was last; empty where there was none."""
    since: int
    """When it became that: seconds since 1970."""
    unclosed: int
    keyless: int
    """Of these, how many have no key in the store that opens their envelopes."""
    words_kept: bool
    """Whether all words that wait have their key in the store, if any do."""
    served_elsewhere: bool
    """A live worker serves with another store."""


class ProvenKeys:
    """Fulfils the port `KeyStore` for one database."""

    def __init__(self, database: Database, store: KeyStore, installation_key: bytes) -> None:
        """Nothing is proven before `prove`; every act that cannot be taken back proves it anew."""
        self._database = database
        self._store = store
        self._installation_key = installation_key
        self._presence = open_presence(database)
        self._proven = (b"", "")
        """Fingerprint and medium of the store when it was proven last."""

    # --- the port -------------------------------------------------------------------------------

    def create(self, round_id: int) -> RoundKeys:
        """A key in a store that is not the database's own would be missed later."""
        self._verify_cheaply()
        return self._store.create(round_id)

    def load(self, round_id: int) -> RoundKeys | None:
        """None only where this database's own store says so."""
        return self._load_proven(lambda: self._store.load(round_id))

    def destroy(self, round_id: int) -> None:
        """In another database's store, the same number is another round."""
        self.verify()
        self._store.destroy(round_id)

    def list_rounds(self) -> frozenset[int]:
        """The same store before and after the listing."""
        self.verify()
        listed = self._store.list_rounds()
        self.verify()
        return listed

    def create_words_key(self, round_id: int) -> bytes:
        self._verify_cheaply()
        return self._store.create_words_key(round_id)

    def load_words_key(self, round_id: int) -> bytes | None:
        """None only where this database's own store says so: those words are deleted then."""
        return self._load_proven(lambda: self._store.load_words_key(round_id))

    def destroy_words_key(self, round_id: int) -> None:
        self.verify()
        self._store.destroy_words_key(round_id)

    def list_words_keys(self) -> frozenset[int]:
        """The same store before and after the listing."""
        self.verify()
        listed = self._store.list_words_keys()
        self.verify()
        return listed

    def read_marker(self) -> bytes | None:
        return self._store.read_marker()

    def write_marker(self, marker: bytes) -> None:
        self._store.write_marker(marker)

    def locate(self) -> StoreSite:
        return self._store.locate()

    def check(self) -> Sequence[str]:
        return self._store.check()

    # --- proofs ---------------------------------------------------------------------------------

    def _verify_cheaply(self) -> None:
        """By what was proven last, because this may be called in the middle of a transaction."""
        marker = parse_marker(self._store.read_marker())
        if marker is None or (marker.print, self._store.locate().medium) != self._proven:
            self.verify()

    def _load_proven(self, load: Callable[[], Key | None]) -> Key | None:
        key = load()
        if key is None:
            self.verify()
            key = load()
            self.verify()
        return key

    def verify(self) -> None:
        """Raise KeyStoreError unless the store is this database's own at this moment."""
        marker, medium = parse_marker(self._store.read_marker()), self._store.locate().medium
        with self._database.read() as session:
            identity = key_identity.find_identity(session) or key_identity.NOBODY
        ownership = judge_marker(marker, identity.database, identity.store_print)
        if ownership is Ownership.OWN and medium != identity.medium:
            # A copy that came to stand where the store was, and may be older than its last key.
            ownership = Ownership.OUTDATED
        if marker is None or ownership is not Ownership.OWN:
            raise KeyStoreError(key_texts.explain_unproven(ownership))
        self._proven = (marker.print, medium)

    def prove(self, *, serving: bool = False) -> None:
        """Show that the keys are this database's own, or raise KeyStoreError: what to copy where.

        A database that knows no keys yet takes these as its own, if they fit what it holds. With
        `serving`, others see from now on that a live worker serves with this store.
        """
        self._make_identity()
        self._prove_store(serving=serving)
        self._authenticate_earlier()

    def prove_installation_key(self) -> None:
        """The same for the installation key alone, where no key of a round is needed."""

        self._make_identity()
        with self._database.write() as session:
            self._prove_key(session, key_identity.lock_identity(session))

    def renew(self) -> None:
        """Look again, and be seen by others. Raises KeyStoreError while the store is not proven.

        Also how a worker goes on by itself when the memory that held its keys was started anew.
        """
        try:
            self.verify()
            self._presence.keep()
        except (KeyStoreError, StorageError):
            self._presence.leave()
            self.prove(serving=True)

    def close(self) -> None:
        """Serve no more. Repeating it is harmless."""
        self._presence.leave()

    def _make_identity(self) -> None:
        """On its own: a store's marker names the database by it, and must never be ahead of it."""

        def make() -> None:
            with self._database.write() as session:
                key_identity.lock_identity(session)

        with self._database.read() as session:
            known = key_identity.find_identity(session)
        if known is None:
            retry_on_conflict(make)

    def _prove_store(self, *, serving: bool) -> None:
        with self._database.write() as session:
            identity = key_identity.lock_identity(session)
            self._prove_key(session, identity)
            marker, site = parse_marker(self._store.read_marker()), self._store.locate()
            ownership = judge_marker(marker, identity.database, identity.store_print)
            alive = self._presence.list_alive()
            elsewhere = bool(alive - {name_medium(site.medium)})
            self._refuse_other_store(session, identity, ownership, site, elsewhere=elsewhere)
            if not alive or ownership is not Ownership.OWN:
                marker = self._renew_marker(session, identity, marker)
            self._note_site(session, identity, site)
            if serving:
                self._presence.announce(site.medium)
        self._proven = (marker.print if marker else b"", site.medium)

    def _authenticate_earlier(self) -> None:
        """Make the MACs of rounds that were opened before there were any: once in a store's life.

        What stands in the database at that moment is taken as it is. First the database, then the
        store: a crash between costs nothing, because a round that has MACs keeps them.
        """
        if self._has_authenticated():
            return
        with self._database.write() as session:
            # The other runner is another worker that starts.
            key_identity.lock_identity(session)
            marker = parse_marker(self._store.read_marker())
            if marker is None or marker.authenticated:
                return
            for round_id, public_key in key_identity.list_unclosed_keys(session).items():
                keys = self._load_fitting(round_id, public_key)
                if keys is not None:
                    authenticity.authenticate_earlier(session, round_id, keys)
        self._store.write_marker(replace(marker, authenticated=True).to_bytes())

    def _load_fitting(self, round_id: int, public_key: bytes) -> RoundKeys | None:
        try:
            keys = self._store.load(round_id)
        except DamagedKey:
            return None
        return keys if keys is not None and derive_public_key(keys) == public_key else None

    def _prove_key(self, session: Session, identity: KeyIdentityRow) -> None:
        own = fingerprint_installation_key(self._installation_key, identity.database)
        if identity.installation_print is None:
            if not all(map(self._opens, key_identity.sample_sealed(session))):
                raise KeyStoreError(key_texts.OTHER_INSTALLATION_KEY)
            identity.installation_print = own
        elif not hmac.compare_digest(identity.installation_print, own):
            raise KeyStoreError(key_texts.OTHER_INSTALLATION_KEY)

    def _opens(self, sealed: bytes) -> bool:
        try:
            unseal_secret(self._installation_key, sealed)
        except SealError:
            return False
        return True

    def _refuse_other_store(
        self,
        session: Session,
        identity: KeyIdentityRow,
        ownership: Ownership,
        site: StoreSite,
        *,
        elsewhere: bool,
    ) -> None:
        if ownership in (Ownership.BLANK, Ownership.OUTDATED):
            now = key_identity.read_clock(session)
            left = self._store.list_rounds() | self._store.list_words_keys()
            if elsewhere or left or not _is_surely_gone(identity, site, now):
                raise KeyStoreError(
                    key_texts.explain_other_store(
                        ownership, site.place, identity.place, identity.since, elsewhere=elsewhere
                    )
                )
            _log.error("%s", key_texts.MEMORY_STARTED_ANEW)
        elif ownership is Ownership.FOREIGN:
            raise KeyStoreError(key_texts.explain_foreign(site.place))
        elif identity.medium != site.medium:
            # New to the database, or moved: a copy may be older than the newest round.
            unclosed, keyless = self._count_keyless(session)
            if keyless:
                raise KeyStoreError(key_texts.explain_keyless(site.place, unclosed, keyless))
            if not self._keeps_words(session):
                raise KeyStoreError(key_texts.explain_wordless(site.place))
        if elsewhere:
            raise KeyStoreError(key_texts.explain_beside(site.place, identity.place))

    def _count_keyless(self, session: Session) -> tuple[int, int]:
        """How many rounds are not closed, and how many of them have no key here that fits.

        One that is damaged counts as here: it says nothing against the store.
        """
        unclosed = key_identity.list_unclosed_keys(session)
        return len(unclosed), sum(not self._fits(*entry) for entry in unclosed.items())

    def _keeps_words(self, session: Session) -> bool:
        return waiting_words.list_words_rounds(session) <= self._store.list_words_keys()

    def _fits(self, round_id: int, public_key: bytes) -> bool:
        try:
            keys = self._store.load(round_id)
        except KeyStoreError:
            return True
        return keys is not None and derive_public_key(keys) == public_key

    def _has_authenticated(self) -> bool:
        """Whether every round of this store has MACs; yes, where its marker cannot be read."""
        try:
            marker = parse_marker(self._store.read_marker())
        except KeyStoreError:
            return True
        return marker is not None and marker.authenticated

    def _renew_marker(
        self,
        session: Session,
        identity: KeyIdentityRow,
        before: StoreMarker | None,
        *,
        authenticated: bool = False,
    ) -> StoreMarker:
        """A new marker, so that whoever starts with a copy that stayed behind is refused.

        First the store, then the database: a crash between leaves a marker that names the one
        before, which the database still knows.
        """
        renewed = make_marker(identity.database, before)
        if authenticated:
            renewed = replace(renewed, authenticated=True)
        self._store.write_marker(renewed.to_bytes())
        identity.store_print = renewed.print
        return renewed

    def _note_site(self, session: Session, identity: KeyIdentityRow, site: StoreSite) -> None:
        now = key_identity.read_clock(session)
        if identity.place != site.place:
            identity.since = now
        identity.place, identity.medium = site.place, site.medium
        identity.holder, identity.life = site.holder, site.life
        identity.proven_at = now

    # --- for an operator ------------------------------------------------------------------------

    def inspect(self) -> KeyReport:
        """Look at everything, and change nothing."""
        with self._database.read() as session:
            identity = key_identity.find_identity(session) or key_identity.NOBODY
            return self._report(session, identity)

    def adopt(self) -> KeyReport:
        """Take these keys as the database's own, at an operator's word: what others held is lost.

        Returns what was lost. Rounds without a key are given up by the next sweep. Raises
        KeyStoreError where a live worker serves with another store, or where this is another
        database's.
        """
        self._make_identity()
        with self._database.write() as session:
            identity = key_identity.lock_identity(session)
            report = self._report(session, identity)
            if report.ownership is Ownership.FOREIGN:
                raise KeyStoreError(key_texts.explain_foreign(report.store))
            if report.served_elsewhere:
                raise KeyStoreError(key_texts.explain_served(identity.place))
            site = self._store.locate()
            for round_id, public_key in key_identity.list_unclosed_keys(session).items():
                if not self._fits(round_id, public_key):
                    # One of another round would open nothing, and close as if nobody had answered.
                    self._store.destroy(round_id)
            identity.installation_print = fingerprint_installation_key(
                self._installation_key, identity.database
            )
            identity.place = ""
            self._renew_marker(session, identity, None, authenticated=self._has_authenticated())
            self._note_site(session, identity, site)
        return report

    def _report(self, session: Session, identity: KeyIdentityRow) -> KeyReport:
        own = fingerprint_installation_key(self._installation_key, identity.database)
        known = identity.installation_print
        fits = (
            all(map(self._opens, key_identity.sample_sealed(session)))
            if known is None
            else hmac.compare_digest(known, own)
        )
        ownership, store, elsewhere = None, "", False
        unclosed = keyless = len(key_identity.list_unclosed_keys(session))
        words_kept = not waiting_words.list_words_rounds(session)
        try:
            site = self._store.locate()
            store = site.place
            elsewhere = bool(self._presence.list_alive() - {name_medium(site.medium)})
            unclosed, keyless = self._count_keyless(session)
            words_kept = self._keeps_words(session)
            marker = parse_marker(self._store.read_marker())
            ownership = judge_marker(marker, identity.database, identity.store_print)
        except KeyStoreError as error:
            store = store or str(error)
        return KeyReport(
            installation_key_fits=fits,
            tallied_rounds=key_identity.count_tallied_rounds(session),
            ownership=ownership,
            store=store,
            known_store=identity.place,
            since=identity.since,
            unclosed=unclosed,
            keyless=keyless,
            words_kept=words_kept,
            served_elsewhere=elsewhere,
        )


def _is_surely_gone(identity: KeyIdentityRow, site: StoreSite, now: int) -> bool:
    """Whether the memory in which the keys were has been started anew since they were last there.

    The very place, on the same machine or at the same address, and not merely an empty one.
    """
    same = identity.place == site.place and identity.holder == site.holder
    started_anew = bool(identity.life and site.life) and identity.life != site.life
    return same and started_anew and site.age <= now - identity.proven_at
