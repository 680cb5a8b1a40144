"""A digest as plain text, for a terminal or an e-mail. The words come from `digest`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from textwrap import fill
from typing import Final

from pulse_bot.domain.release.record import Statement, StatementKind

LISTED: Final = frozenset(
    {
        StatementKind.TREND,
        StatementKind.QUESTION,
        StatementKind.LEVEL,
        StatementKind.AGREEMENT,
        StatementKind.COMMITMENT,
        StatementKind.COMMENT,
    }
)
"""Kinds whose statements stand one below the other, each behind a dash."""


def digest_text(statements: Iterable[Statement], width: int = 78) -> str:
    """The statements as they are, wrapped to `width` columns; ends without a line break."""
    groups = groupby(statements, key=lambda statement: statement.kind)
    return "\n\n".join(
        "\n".join(_wrap_statement(statement, width) for statement in group) for _, group in groups
    )


def _wrap_statement(statement: Statement, width: int) -> str:
    dash, under = ("- ", "  ") if statement.kind in LISTED else ("", "")
    return fill(
        statement.text,
        width,
        initial_indent=dash,
        subsequent_indent=under,
        break_long_words=False,
        break_on_hyphens=False,
    )
