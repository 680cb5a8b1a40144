"""The lot of a round, drawn in an order that a test knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pulse_bot.domain.release.lot import Draw, draw_order
from pulse_bot.usecases.rounds import decrypt


@contextmanager
def lots_drawn_by(draw: Draw) -> Iterator[None]:
    """Rounds that close in here draw their order with `draw`, instead of by chance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decrypt, "draw_order", lambda roster, _: draw_order(roster, draw))
        yield
