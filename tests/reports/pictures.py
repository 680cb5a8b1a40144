"""The pictures of docs/pictures: `make pictures`, that is `python -m tests.reports.pictures`.

Of each situation the digest as a member's page shows it on a phone, the page of all digests and
the chart; of one of them also the chart and the page on a dark screen, and the PDF in greyscale.
Needs Chromium and poppler, and nothing from a network.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops

from pulse_bot.domain.release.record import Digest
from pulse_bot.ports import Reply
from pulse_bot.usecases.rounds.digest_message import message_card
from pulse_bot_reports import renderer
from pulse_bot_reports.charts.colours import DARK
from pulse_bot_reports.charts.figures import digest_figures
from pulse_bot_reports.charts.series import build_chart
from pulse_bot_reports.charts.trends import chart_png
from pulse_bot_web.render import PageTemplates, answer_page
from tests.browser.chromium import FLAGS
from tests.made_up import PARTNERSHIP
from tests.reports.facilitator_pictures import facilitator_pictures
from tests.reports.pack_pictures import pack_pictures
from tests.reports.situations import SITUATIONS, played

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
MOST_BYTES = 200 * 1024
PHONE = 390
DESK = 820
TALL = 1500
"""CSS pixels: how much of a long page is shown."""
SHADES = 64
FULL = "up"
"""The situation that is shown in the dark and on paper, too."""
ZONE = "Europe/London"


def main() -> None:
    """Draw them all anew."""
    for program in ("chromium", "pdftoppm"):
        if shutil.which(program) is None:
            sys.exit(f"The pictures need {program}: apt-get install chromium poppler-utils")
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        for situation in SITUATIONS:
            digests = played(situation, Path(folder))
            _draw(situation.name, digests, Path(folder))
            if situation.name == FULL:
                _draw_in_full(situation.name, digests, Path(folder))
        for draw in (pack_pictures, facilitator_pictures):
            for name, picture in draw(_screen, Path(folder)):
                _keep(name, picture)


def _draw(name: str, digests: Sequence[Digest], folder: Path) -> None:
    page = renderer.page(PARTNERSHIP, ZONE, digests)
    _keep(f"{name}-message", _screen(_message(digests[0]), PHONE, folder))
    _keep(f"{name}-page", _screen(page, DESK, folder))
    own = digest_figures(digests[0])
    picture = own[0] if own else renderer.picture(digests)
    if picture:
        _keep(f"{name}-chart", _opened(picture.png))


def _draw_in_full(name: str, digests: Sequence[Digest], folder: Path) -> None:
    found = build_chart(digests)
    assert found is not None
    _keep(f"{name}-chart-dark", _opened(chart_png(found, DARK)))
    page = renderer.page(PARTNERSHIP, ZONE, digests)
    _keep(f"{name}-page-dark", _screen(page, DESK, folder, dark=True))
    _keep(f"{name}-paper", _paper(digests, folder))


def _message(digest: Digest) -> str:
    """The digest as a card, with its style inside, so that no server is needed."""
    pages = PageTemplates("")
    html = pages.write_page(answer_page("", Reply(cards=(message_card(digest),)), current="group"))
    html = re.sub(r'<p class="back">.*?</p>', "", html)
    return re.sub('<link rel="stylesheet"[^>]*>', lambda _: f"<style>{pages.css}</style>", html)


def _screen(html: str, width: int, folder: Path, *, dark: bool = False) -> Image.Image:
    """The top of a page, as wide as this, without what is empty below it."""
    file, shot = folder / "page.html", folder / "page.png"
    # Chromium's own window cannot be as narrow as a phone, so the page gets a frame.
    frame = f'width="{width}" height="{TALL}" style="border: 0" srcdoc="{escape(html)}"'
    file.write_text(
        f'<!doctype html><meta charset=utf-8><body style="margin: 0"><iframe {frame}></iframe>',
        "utf-8",
    )
    command = ["chromium", *FLAGS, f"--user-data-dir={folder / 'profile'}"]
    command += [f"--window-size={max(width, 500)},{TALL}", "--force-device-scale-factor=1"]
    # Blink's own names of the schemes: 0 is dark, 1 is light.
    command += [f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
    command += [f"--screenshot={shot}", file.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=90)
    with Image.open(shot) as opened:
        page = opened.convert("RGB").crop((0, 0, width, TALL))
    empty = Image.new("RGB", page.size, page.getpixel((2, 2)))
    box = ImageChops.difference(page, empty).getbbox() or (0, 0, width, TALL)
    return page.crop((0, 0, width, min(TALL, box[3] + 24)))


def _paper(digests: Sequence[Digest], folder: Path) -> Image.Image:
    """The first sheets of the PDF side by side, as a printer without colours prints them."""
    (folder / "a.pdf").write_bytes(renderer.export("a.pdf", PARTNERSHIP, ZONE, digests)["a.pdf"])
    command = ["pdftoppm", "-r", "62", "-gray", "-png", "-l", "3", "a.pdf", "sheet"]
    subprocess.run(command, check=True, cwd=folder)
    sheets = [Image.open(file) for file in sorted(folder.glob("sheet-*.png"))]
    width, height = sheets[0].size
    side = Image.new("L", ((width + 8) * len(sheets) - 8, height), 200)
    for place, sheet in enumerate(sheets):
        side.paste(sheet, (place * (width + 8), 0))
        sheet.close()
    return side


def _opened(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content)) as opened:
        return opened.convert("RGB").resize((opened.width // 2, opened.height // 2))


def _keep(name: str, picture: Image.Image) -> None:
    file = FOLDER / f"{name}.png"
    few = picture.convert("RGB").quantize(SHADES, dither=Image.Dither.NONE)
    few.save(file, "png", optimize=True)
    assert file.stat().st_size < MOST_BYTES, f"{file.name} is too large"


if __name__ == "__main__":
    main()
