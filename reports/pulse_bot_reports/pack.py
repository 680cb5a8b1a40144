"""A workshop's pack as files: the page, the PDF, and pictures for slides."""

from __future__ import annotations

from collections.abc import Mapping

from pulse_bot.domain.pack import Pack


def packed(file: str, pack: Pack) -> Mapping[str, bytes]:
    """A pack as files by name, by the ending of `file`. Raises Refused, and MissingExtra."""
    raise NotImplementedError
