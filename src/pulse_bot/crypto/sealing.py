"""Envelopes: how an answer is sealed while its round is open, and how tallies are sealed after.

Pure cryptography on bytes, by libsodium through PyNaCl. Where keys live is `key_stores`, when they
are destroyed is `usecases.close`.

An answer is sealed to the round's public key, so that a thief of the database reads nothing without
the key store. Its tag says which answer it replaces, without saying whose it is: both the tag and
the proof inside the envelope need the round's tag key, which lives in the key store too. Every
envelope has the same length, whatever it holds.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from pulse_bot.errors import SealError
from pulse_bot.ports import RoundKeys

KEY_BYTES: Final = 32
TAG_BYTES: Final = 32
_BODY_BYTES: Final = 2048
"""Bytes of an answer with its length in front: a comment of 500 characters of four bytes fits."""
_TALLY_BYTES: Final = 1024
_LENGTH_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed answer as it is stored. Tag: 32 bytes. Ciphertext: one length for all."""

    round: int
    tag: bytes
    ciphertext: bytes = field(repr=False)


def generate_keys() -> RoundKeys:
    """Random keys for a round."""
    return RoundKeys(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))


def derive_public_key(keys: RoundKeys) -> bytes:
    """The half that may be stored with the round."""
    return bytes(PrivateKey(keys.secret_key).public_key)


def make_tag(tag_key: bytes, member: int, item: str, slot: str) -> bytes:
    """Which answer this is: the same for a change of mind, meaningless without the tag key."""
    return hmac.digest(tag_key, b"tag\0" + f"{member}\0{item}\0{slot}".encode(), "sha256")


def seal_answer(
    round_id: int, public: bytes, tag_key: bytes, answer_tag: bytes, answer: str
) -> Envelope:
    """Seal an answer for storage."""
    body = _pad_body(answer.encode(), _BODY_BYTES)
    sealed = SealedBox(PublicKey(public)).encrypt(_make_proof(tag_key, answer_tag, body) + body)
    return Envelope(round_id, answer_tag, sealed)


def unseal_answer(keys: RoundKeys, envelope: Envelope) -> str:
    """The answer in an envelope. Raises SealError for one that was not sealed under its tag."""
    try:
        content = SealedBox(PrivateKey(keys.secret_key)).decrypt(envelope.ciphertext)
    except CryptoError:
        raise SealError("An envelope could not be opened and was left out.") from None
    proof, body = content[:TAG_BYTES], content[TAG_BYTES:]
    # Whoever can write to the database knows tags and the public key, but cannot make this proof.
    if not hmac.compare_digest(proof, _make_proof(keys.tag_key, envelope.tag, body)):
        raise SealError("An envelope did not belong under its tag and was left out.")
    return _unpad_body(body).decode()


def _make_proof(tag_key: bytes, answer_tag: bytes, body: bytes) -> bytes:
    return hmac.digest(tag_key, b"proof\0" + answer_tag + body, "sha256")


def seal_tally(installation_key: bytes, tally: bytes) -> bytes:
    """Seal what is kept of a question with the installation's key."""
    return SecretBox(installation_key).encrypt(_pad_body(tally, _TALLY_BYTES))


def unseal_tally(installation_key: bytes, sealed: bytes) -> bytes:
    """Open a sealed tally. Raises SealError under another installation's key."""
    return _unseal_padded(installation_key, sealed)


def generate_words_key() -> bytes:
    """A random key for the words that begin to wait at one round's close."""
    return secrets.token_bytes(KEY_BYTES)


def seal_words(words_key: bytes, place: bytes, words: str) -> bytes:
    """Seal words that have to wait for a later round, to be opened at this place alone.

    Whoever can write to the database could else make five of one, and lift the bar of writers.
    """
    return _words_box(words_key, place).encrypt(_pad_body(words.encode(), _BODY_BYTES))


def unseal_words(words_key: bytes, place: bytes, sealed: bytes) -> str:
    """Open words that waited. Raises SealError where they were sealed otherwise."""
    try:
        return _unpad_body(_words_box(words_key, place).decrypt(sealed)).decode()
    except CryptoError:
        raise SealError("Words that waited could not be opened and were left out.") from None


def _words_box(words_key: bytes, place: bytes) -> SecretBox:
    return SecretBox(hmac.digest(words_key, b"words\0" + place, "sha256"))


def seal_secret(installation_key: bytes, secret: bytes) -> bytes:
    """Seal what an adapter keeps."""
    return SecretBox(installation_key).encrypt(secret)


def unseal_secret(installation_key: bytes, sealed: bytes) -> bytes:
    """Open what an adapter keeps. Raises SealError under another installation's key."""
    return _decrypt_box(installation_key, sealed)


def _unseal_padded(installation_key: bytes, sealed: bytes) -> bytes:
    return _unpad_body(_decrypt_box(installation_key, sealed))


def _decrypt_box(installation_key: bytes, sealed: bytes) -> bytes:
    try:
        return SecretBox(installation_key).decrypt(sealed)
    except CryptoError:
        raise SealError(
            "What is kept here was sealed with another installation key. Put back the "
            "installation key file that belongs to this database."
        ) from None


def _pad_body(body: bytes, length: int) -> bytes:
    if len(body) + _LENGTH_BYTES > length:
        raise SealError(f"{len(body):,} bytes do not fit an envelope of {length:,}.")
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body.ljust(length - _LENGTH_BYTES, b"\0")


def _unpad_body(padded: bytes) -> bytes:
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")
    return padded[_LENGTH_BYTES:end]
