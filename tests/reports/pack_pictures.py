"""The pictures of packs for docs/pictures: every sheet of the PDFs, the page, the slides.

Of partnerships of 7, 14 and 40 members, with questions of five kinds; `pictures` calls it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from pulse_bot_reports import renderer
from tests.browser.chromium import FLAGS
from tests.reports.packs import pack

SIZES = (7, 14, 40)
FULL = 14
"""The size of which everything is shown."""
DESK = 820
GAP = 8
Screen = Callable[..., Image.Image]
"""Shows a page, so many pixels wide, in a folder; `dark` where that is asked."""


def pack_pictures(screen: Screen, folder: Path) -> Iterator[tuple[str, Image.Image]]:
    """Pictures by their names."""
    for members in SIZES:
        content = renderer.pack("pack.pdf", pack(members))["pack.pdf"]
        yield f"pack-{members}-paper", _tiled(_sheets(content, folder / f"pack-{members}"), 3)
    html = renderer.pack("pack.html", pack(FULL))["pack.html"].decode()
    yield f"pack-{FULL}-printed", _tiled(_printed(html, folder), 3)
    yield f"pack-{FULL}-page-dark", screen(html, DESK, folder, dark=True)
    yield f"pack-{FULL}-slides", _tiled(_slides(), 3)


def _sheets(content: bytes, folder: Path) -> list[Image.Image]:
    """As a printer without colours prints them."""
    folder.mkdir(exist_ok=True)
    (folder / "pack.pdf").write_bytes(content)
    command = ["pdftoppm", "-r", "72", "-gray", "-png", "pack.pdf", "sheet"]
    subprocess.run(command, check=True, cwd=folder)
    return [_opened(file.read_bytes()) for file in sorted(folder.glob("sheet-*.png"))]


def _printed(html: str, folder: Path) -> list[Image.Image]:
    """The page, as a browser prints it on A4."""
    page, print_out = folder / "pack.html", folder / "printed.pdf"
    page.write_text(html, "utf-8")
    command = ["chromium", *FLAGS, f"--user-data-dir={folder / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={print_out}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=90)
    return _sheets(print_out.read_bytes(), folder / "printed")


def _slides() -> list[Image.Image]:
    files = renderer.pack("pack.png", pack(FULL)).values()
    return [_opened(content).resize((400, 225), Image.Resampling.LANCZOS) for content in files]


def _opened(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content)) as opened:
        return opened.convert("RGB")


def _tiled(pictures: Sequence[Image.Image], columns: int) -> Image.Image:
    """Pictures of one size, side by side and row below row."""
    width, height = (side + GAP for side in pictures[0].size)
    rows = -(-len(pictures) // columns)
    side = Image.new("RGB", (width * columns - GAP, height * rows - GAP), (200, 200, 200))
    for place, one in enumerate(pictures):
        side.paste(one, (place % columns * width, place // columns * height))
    return side
