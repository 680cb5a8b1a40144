"""A workshop's pack as files: the page, the PDF, and pictures for slides.

The words are in `layout`, the pictures in `pictures`. A pack holds nothing that its digest does not
say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Final

from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.errors import MissingExtra, Refused

Files = Mapping[str, bytes]


def pack_files(file: str, pack: Pack) -> Files:
    """A pack as files by name, by the ending of `file`. Raises Refused, and MissingExtra."""
    ending = PurePath(file).suffix.lower()
    if ending not in KINDS:
        endings = ", ".join(KINDS)
        raise Refused(
            f"{file} is of a kind that a pack cannot be. Use a name that ends in {endings}."
        )
    return KINDS[ending](file, pack)


def _html_file(file: str, pack: Pack) -> Files:
    from pulse_bot_reports.pack.page import render_pack

    return {file: render_pack(pack).encode()}


def _pdf_file(file: str, pack: Pack) -> Files:
    try:
        from pulse_bot_reports.pack.paper import pack_pdf
    except ImportError as error:
        missing = str(error.name).partition(".")[0]
        raise MissingExtra("reports", "fpdf2" if missing == "fpdf" else missing) from None
    return {file: pack_pdf(pack)}


def _png_files(file: str, pack: Pack) -> Files:
    from pulse_bot_reports.pack.slides import render_slides

    name = PurePath(file)
    numbered = enumerate(render_slides(pack), start=1)
    return {
        name.with_name(f"{name.stem}-{number:02}{name.suffix}").name: png
        for number, png in numbered
    }


KINDS: Final[Mapping[str, Callable[[str, Pack], Files]]] = {
    ".html": _html_file,
    ".pdf": _pdf_file,
    ".png": _png_files,
}
