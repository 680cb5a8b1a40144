"""Whatever the bytes of a file are, the loader gives a bank or a BankError, and nothing else."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_bot.banks.parse import parse_bank
from pulse_bot.errors import BankError
from tests.banks.example_bank import GOOD

YAML_MARKS = ["\n", " ", "  ", "- ", ": ", "? ", "[", "]", "{", "}", ",", "&a ", "*a", "!!x ", "<<"]
YAML_MARKS += ["---\n", "...\n", "|\n", ">-\n", "'", '"', "#", "\t", "~", "%YAML 9.9\n"]
ODD_LETTERS = ["\x00", "\u2028", "\ufeff"]
WORDS = ["id", "items", "text", "kind", "agree", "choices", "translations", "1", "true", "en"]
YAML_BITS = st.sampled_from([*YAML_MARKS, *ODD_LETTERS, *WORDS])
LINES = GOOD.splitlines(keepends=True)


def parses_or_says_why(data: bytes) -> None:
    """Anything but a BankError fails the test that calls this."""
    with contextlib.suppress(BankError):
        parse_bank(data, "tea.yaml")


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    parses_or_says_why(data)


@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    parses_or_says_why(text.encode())


@given(st.lists(YAML_BITS, max_size=40).map("".join))
def test_anything_that_looks_like_yaml(text: str) -> None:
    parses_or_says_why(text.encode())


@settings(max_examples=200)
@given(st.integers(0, len(GOOD)), st.integers(0, 30), st.lists(YAML_BITS, max_size=3).map("".join))
def test_a_bank_with_a_piece_torn_out_and_another_put_in(at: int, cut: int, put: str) -> None:
    parses_or_says_why((GOOD[:at] + put + GOOD[at + cut :]).encode())


@given(st.permutations(LINES))
def test_a_bank_with_its_lines_shuffled(lines: list[str]) -> None:
    parses_or_says_why("".join(lines).encode())
