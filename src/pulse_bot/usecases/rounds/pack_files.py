"""Pack files: a pack as a PDF that goes with a message, and as a page of its own."""

from __future__ import annotations

import logging
from typing import Final

from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.errors import DrawingFailed, MissingExtra
from pulse_bot.ports import File
from pulse_bot.storage import packs
from pulse_bot.usecases.context import Installation

_log = logging.getLogger(__name__)

PDF: Final = "application/pdf"


def load_pack_file(
    installation: Installation, round_id: int, *, can_wait: bool = False
) -> File | None:
    """The pack of a round that everybody may read, as a PDF; None for a round without one.

    `can_wait`: raises DrawingFailed where it may be drawn another time.
    """
    with installation.database.read() as session:
        pack = packs.find_round_pack(session, round_id)
    return render_pdf(installation, pack, can_wait=can_wait) if pack else None


def render_pdf(installation: Installation, pack: Pack, *, can_wait: bool = False) -> File | None:
    """A pack as a PDF; None where it cannot be made, because the words go without it."""
    name = f"pack-{pack.workshop_on}.pdf"
    try:
        return File(name, PDF, installation.renderer.pack(name, pack)[name])
    except MissingExtra:
        return None
    except Exception as error:
        if can_wait and isinstance(error, DrawingFailed):
            raise
        # The words say it all; a digest must not wait for a file.
        _log.warning("A pack could not be made.", exc_info=True)
        return None


def render_page(installation: Installation, pack: Pack) -> str:
    """A pack as a page that needs nothing else. Raises MissingExtra."""
    name = "pack.html"
    return installation.renderer.pack(name, pack)[name].decode()
