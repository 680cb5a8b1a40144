"""Envelopes: one length for all, unreadable without the keys, and worthless under another tag."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PublicKey, SealedBox

from pulse_bot.crypto import sealing
from pulse_bot.crypto.sealing import Envelope, make_tag, seal_answer, unseal_answer
from pulse_bot.domain.asking.items import LONGEST_COMMENT, SKIP, ItemKind, list_options
from pulse_bot.errors import SealError
from pulse_bot.ports import RoundKeys
from pulse_bot.storage import authenticity, envelopes
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.decrypt import decrypt_round
from tests.made_up import CLOSES, answer_all, at, item, opened_round, people

KEYS = sealing.generate_keys()
PUBLIC = sealing.derive_public_key(KEYS)
TAG = make_tag(KEYS.tag_key, 1, "trust-1", "answer")
LENGTH = 32 + 16 + 32 + 2048
"""The sealed box's own key and check, our proof, the padded answer."""

LONGEST = "\N{OWL}" * LONGEST_COMMENT
EVERY_ANSWER = [
    SKIP,
    "a,b,c,d",
    "x",
    LONGEST,
    *(one.key for kind in ItemKind for one in list_options(item("any", 1, kind))),
]


def sealed(answer: str, answer_tag: bytes = TAG) -> Envelope:
    return seal_answer(1, PUBLIC, KEYS.tag_key, answer_tag, answer)


@pytest.mark.parametrize("answer", EVERY_ANSWER, ids=lambda answer: answer[:10])
def test_every_answer_has_one_length(answer: str) -> None:
    envelope = sealed(answer)
    assert len(envelope.ciphertext) == LENGTH
    assert unseal_answer(KEYS, envelope) == answer


@given(st.text(st.characters(codec="utf-8"), max_size=LONGEST_COMMENT))
def test_what_is_sealed_is_what_is_opened(answer: str) -> None:
    envelope = sealed(answer)
    assert len(envelope.ciphertext) == LENGTH
    assert unseal_answer(KEYS, envelope) == answer


@given(st.binary(max_size=1000), st.text(st.characters(codec="utf-8"), max_size=LONGEST_COMMENT))
def test_tallies_and_words_that_wait_come_back(tally: bytes, comment: str) -> None:
    key, place = secrets.token_bytes(32), secrets.token_bytes(24)
    box, note = sealing.seal_tally(key, tally), sealing.seal_words(key, place, comment)
    assert len(box) == len(sealing.seal_tally(key, b""))
    assert len(note) == len(sealing.seal_words(key, place, ""))
    assert sealing.unseal_tally(key, box) == tally
    assert sealing.unseal_words(key, place, note) == comment


def test_the_same_answer_never_looks_the_same() -> None:
    assert sealed("4").ciphertext != sealed("4").ciphertext


def test_what_is_too_long_is_refused_unread() -> None:
    with pytest.raises(SealError, match=r"2,047 bytes do not fit an envelope of 2,048") as caught:
        sealed("secret " + "x" * 2040)
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(sealed("secret"))
    with pytest.raises(SealError, match="do not fit"):
        sealing.seal_tally(bytes(32), bytes(1023))


def test_another_installations_results_say_what_to_do() -> None:
    mine, other = secrets.token_bytes(32), secrets.token_bytes(32)
    with pytest.raises(SealError, match=r"another installation key\. Put back"):
        sealing.unseal_tally(other, sealing.seal_tally(mine, b"{}"))


def test_words_that_wait_open_under_their_own_key_and_at_their_own_place() -> None:
    mine, other = sealing.generate_words_key(), sealing.generate_words_key()
    note = sealing.seal_words(mine, b"here", "words")
    assert sealing.unseal_words(mine, b"here", note) == "words"
    for key, place in ((other, b"here"), (mine, b"there"), (mine, b"")):
        with pytest.raises(SealError, match="could not be opened"):
            sealing.unseal_words(key, place, note)


def test_another_rounds_keys_open_nothing() -> None:
    other = sealing.generate_keys()
    for keys in (other, RoundKeys(other.secret_key, KEYS.tag_key)):
        with pytest.raises(SealError, match="could not be opened"):
            unseal_answer(keys, sealed("4"))
    with pytest.raises(SealError, match="did not belong"):
        unseal_answer(RoundKeys(KEYS.secret_key, other.tag_key), sealed("4"))


def test_keys_are_never_printed() -> None:
    assert KEYS.secret_key.hex() not in repr(KEYS)
    assert "secret_key" not in repr(KEYS)


def test_tags_say_nothing_without_the_key() -> None:
    """The same person and question: other tags in every round, and no bit that repeats."""
    tags = [make_tag(secrets.token_bytes(32), 1, "trust-1", "answer") for _ in range(2000)]
    assert len(set(tags)) == len(tags)
    ones = Counter(bit for one in tags for bit in range(256) if one[bit // 8] >> bit % 8 & 1)
    # Half of 2,000, give or take six standard deviations.
    assert all(abs(ones[bit] - 1000) < 135 for bit in range(256))


def test_no_two_answers_of_a_round_share_a_tag() -> None:
    asked = [
        (member, one, slot)
        for member in (1, 2, 11, 12, 112)
        for one in ("trust-1", "trust-11", "1", "2", "12")
        for slot in ("answer", "now", "comment")
    ]
    assert len({make_tag(KEYS.tag_key, *which) for which in asked}) == len(asked)


def attackers_box(answer: str) -> bytes:
    """What somebody can make who may write to the database and knows the public key."""
    proof = secrets.token_bytes(32)
    body = len(answer).to_bytes(2, "big") + answer.encode().ljust(2046, b"\0")
    return SealedBox(PublicKey(PUBLIC)).encrypt(proof + body)


WHOLE = sealed("1").ciphertext
FORGERIES = {
    "an attacker's own box": attackers_box("1"),
    "a box without proof": SealedBox(PublicKey(PUBLIC)).encrypt(b"1"),
    "an empty box": SealedBox(PublicKey(PUBLIC)).encrypt(b""),
    "another person's answer": sealed(
        "1", make_tag(KEYS.tag_key, 2, "trust-1", "answer")
    ).ciphertext,
    "one bit turned": bytes([WHOLE[0] ^ 1]) + WHOLE[1:],
    "cut short": WHOLE[:100],
    "shorter than a box": b"1",
    "nothing": b"",
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_forgeries_are_told(forged: bytes) -> None:
    with pytest.raises(SealError, match="left out"):
        unseal_answer(KEYS, Envelope(1, TAG, forged))


def test_forgeries_are_left_out_of_the_closing(made: Installation) -> None:
    everybody = people(made)
    asked = opened_round(made)
    asyncio.run(answer_all(made, asked, everybody, lambda _person, _position: "5"))
    keys = made.keys.load(asked.id)
    assert keys is not None
    with made.database.read() as session:
        roster = authenticity.load_roster(session, asked.id, keys)
        kept = envelopes.load_envelopes(session, asked.id)
    random.Random(1).shuffle(kept)
    (first, second, third), rest = kept[:3], kept[3:]
    public = SealedBox(PublicKey(sealing.derive_public_key(keys)))
    tampered = [
        Envelope(asked.id, first.tag, second.ciphertext),
        Envelope(asked.id, second.tag, first.ciphertext),
        Envelope(asked.id, third.tag, public.encrypt(attackers_box("1"))),
        Envelope(asked.id, secrets.token_bytes(32), third.ciphertext),
        Envelope(asked.id, b"", b""),
    ]
    heard = decrypt_round(asked, keys, roster, [*tampered, *rest])
    said = [text for one in heard.answers.values() for given in one for text in
            given.by_slot.values()]  # fmt: skip
    assert said == ["5"] * (len(kept) - 3)
    with made.database.connect_clicks() as connection:
        assert envelopes.write_envelopes(connection, tampered) == [True] * len(tampered)
    at(made, CLOSES)
    close_round(made, asked.id)
    assert made.keys.list_rounds() == frozenset()
