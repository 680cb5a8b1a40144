"""A pack as a page, a PDF and slides: whole, on its own, and with nothing that was not said.

What reads the text of a PDF is skipped, and says so, where there is no poppler.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.partnership.commitments import Commitment, CommitmentState
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.release.record import (
    CommentFact,
    Digest,
    ReleasedPool,
    ReleasedQuestion,
    Statement,
)
from pulse_bot.domain.release.results import Silence
from pulse_bot.errors import MissingExtra, Refused
from pulse_bot_reports import renderer
from pulse_bot_reports.pack import layout
from pulse_bot_reports.pack.paper import pack_pdf
from tests.reports.packs import COMMITMENTS, NAME, SEEDED, TITLE, WRITTEN, banked, pack
from tests.reports.test_page import read

READER = shutil.which("pdftotext")
read_by_poppler = pytest.mark.skipif(
    READER is None, reason="needs pdftotext: apt-get install poppler-utils"
)
SIZES = (7, 14, 40)
"""Of seven nothing is said of a single question."""
KINDS = ("journey", "choose", "words", "agree", "scale")
ATTACK = "<b>**__=1+1 {nb} %s</b> &amp; {{ 7 * 7 }} \u202e"
DECIMAL = re.compile(r"\d+\.\d+")


def page(made: Pack) -> str:
    """The page of a pack."""
    return renderer.pack("pack.html", made)["pack.html"].decode()


def somebody_wrote(words: str) -> Statement:
    """What a member wrote to the last question."""
    fact = CommentFact(words, SEEDED[-1])
    return Statement(fact, f"Somebody wrote: “{words}”", f"“{words}”")


def text_of(html: str) -> str:
    """What a reader sees of a page, one blank between two words."""
    return " ".join(" ".join(read(html).text).split())


def paper(made: Pack, folder: Path) -> str:
    """The words of a pack's PDF, one blank between two, without what stands at the foot."""
    assert READER is not None
    file = folder / "pack.pdf"
    file.write_bytes(renderer.pack("pack.pdf", made)["pack.pdf"])
    ran = subprocess.run([READER, str(file), "-"], check=True, capture_output=True, text=True)
    return " ".join(ran.stdout.split())


def plain(text: str) -> str:
    """Words with one blank between two."""
    return " ".join(text.split())


def test_the_made_up_packs_hold_every_kind_that_is_tested() -> None:
    assert {item.kind.value for item in banked(*SEEDED)} == set(KINDS)


@pytest.mark.parametrize("file", ["pack.html", "pack.pdf", "pack.png"])
def test_the_same_pack_gives_the_same_bytes(file: str) -> None:
    # Slides take a second each.
    items = banked(*(SEEDED[1:2] if file == "pack.png" else SEEDED))
    first = renderer.pack(file, pack(14, items=items))
    pack.cache_clear()
    pack_pdf.cache_clear()
    _forget_pictures()
    assert renderer.pack(file, pack(14, items=items)) == first


@pytest.mark.parametrize("members", SIZES)
def test_the_page_asks_for_nothing_outside(members: int) -> None:
    tags = read(page(pack(members)))
    assert not {"script", "link", "iframe", "object", "form", "base", "a"} & set(tags.seen)
    sources = [value for name, value in tags.attributes if name in ("src", "srcset", "href")]
    assert all(value.startswith("data:image/png;base64,") for value in sources)
    style = page(pack(members))
    assert "http:" not in style
    assert "https:" not in style
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in style
    assert tags.open == []
    # A control: where there is a result, there are pictures to be looked at.
    assert bool(sources) == (members > 7)


@pytest.mark.parametrize("members", SIZES)
def test_every_statement_of_the_digest_is_on_the_page_and_no_other_number(members: int) -> None:
    made = pack(members)
    text = text_of(page(made))
    said = [one.text for one in made.digest.statements]
    for statement in made.digest.statements:
        assert plain(statement.result or statement.text) in text
    assert all(plain(item.text) in text for item in made.questions)
    assert set(DECIMAL.findall(text)) == set(DECIMAL.findall(" ".join(said)))


@read_by_poppler
@pytest.mark.parametrize("members", SIZES)
def test_the_pdf_says_what_the_page_says(members: int, tmp_path: Path) -> None:
    made = pack(members)
    text = paper(made, tmp_path)
    for one in made.digest.statements:
        assert plain(one.result or one.text) in text, one.text
    said = " ".join(one.text for one in made.digest.statements)
    assert set(DECIMAL.findall(text)) == set(DECIMAL.findall(said))
    for item in made.questions:
        assert plain(item.talk) in text
    for promised in made.commitments:
        assert promised.text in text


@pytest.mark.parametrize("members", SIZES)
def test_every_question_has_its_prompt_to_be_read_out(members: int) -> None:
    made = pack(members)
    tags = read(page(made))
    text = [plain(one) for one in tags.text]
    assert [one for one in text if one in {item.talk for item in made.questions}] == [
        item.talk for item in made.questions
    ]


def test_with_nothing_to_show_the_questions_are_prompts() -> None:
    for made in (pack(7), pack(14, 3)):
        text = text_of(page(made))
        assert layout.ALL_INSTEAD in text
        assert layout.INSTEAD not in text
        assert "<figure>" not in page(made)
        assert DECIMAL.findall(text) == []
        assert not any(words in text for words in WRITTEN)


def test_a_small_group_reads_one_level_of_its_questions_together() -> None:
    items = tuple(
        replace(banked(SEEDED[0])[0], id=f"own-{number}", text=f"We do number {number}.")
        for number in range(4)
    )
    assert {item.kind for item in items} == {ItemKind.AGREE}
    made = pack(7, items=items)
    [pooled] = [one for one in made.digest.statements if isinstance(one.fact, ReleasedPool)]
    assert pooled.text.startswith("The workshop's questions together: ")
    assert text_of(page(made)).count(pooled.text) == 1


def test_one_question_with_nothing_to_show_says_so_alone() -> None:
    made = pack(14)
    digest = replace(
        made.digest,
        statements=tuple(
            Statement(replace(one.fact, says=Silence.TOO_FEW), "Too few answers.")
            if isinstance(one.fact, ReleasedQuestion) and one.level
            else one
            for one in made.digest.statements
        ),
    )
    text = text_of(page(replace(made, digest=digest)))
    assert text.count(layout.INSTEAD) == 1
    assert layout.ALL_INSTEAD not in text


def test_what_members_wrote_stands_with_its_question() -> None:
    text = text_of(page(pack(14)))
    start = text.index(layout.WORDS)
    end = text.index(banked(SEEDED[-1])[0].talk, start)
    assert sum(words in text[start:end] for words in WRITTEN) == 5
    assert sum(words in text for words in WRITTEN) == 5


def test_pictures_are_told_in_words_to_those_who_do_not_see_them() -> None:
    told = [value for name, value in read(page(pack(14))).attributes if name == "alt"]
    [gaps, ranks] = told
    statements = {one.subject: one.text for one in pack(14).digest.statements}
    for name in (one for one in SEEDED if one.startswith("partnership-reflection")):
        levels = re.findall(r"\d\.\d(?: or \w+)?", statements[name])
        assert len(levels) == 2
        assert all(f"about {level}" in gaps for level in levels)
    assert "One thing to do on Monday" in ranks


def test_it_says_whose_it_is_and_when_and_what_is_not_in_it() -> None:
    text = text_of(page(pack(14)))
    for words in (NAME, TITLE, "Thursday 12 March 2026", layout.PROMISE):
        assert words in text
    for one in COMMITMENTS:
        assert one.text in text
    assert "Friday 20 March 2026" in text


def test_there_are_lines_to_write_new_commitments_on() -> None:
    tags = read(page(pack(14, commitments=())))
    assert layout.OPEN_COMMITMENTS not in " ".join(tags.text)
    html = page(pack(14))
    assert html.count("<tr><td></td><td></td></tr>") == layout.NEW_LINES


@pytest.mark.parametrize("members", [7, 14])
def test_slides_are_numbered_and_of_the_size_of_a_screen(members: int) -> None:
    # One with a gap, one with ranks and one in words are enough: a slide takes a second.
    made = pack(members, items=banked(SEEDED[1], SEEDED[4], SEEDED[5]))
    files = renderer.pack("out/pack.png", made)
    # Cover, order, each question, growth, commitments, exit; two pictures where there are any, and
    # one slide for what five wrote.
    least = len(made.questions) + 5
    assert len(files) == least + (3 if members > 7 else 0)
    assert list(files) == [f"pack-{n:02}.png" for n in range(1, len(files) + 1)]
    for content in files.values():
        with Image.open(BytesIO(content)) as opened:
            assert opened.size == (1920, 1080)


def test_slides_stay_inside_their_frame_however_much_is_written() -> None:
    long = tuple(somebody_wrote("So many words. " * 33) for _ in range(3))
    promised = tuple(
        Commitment(n, "We do what we said that we would do. " * 8, COMMITMENTS[0].due,
                   CommitmentState.OPEN)
        for n in range(12)
    )  # fmt: skip
    made = pack(14, items=banked(SEEDED[-1]))
    digest = replace(made.digest, statements=(*made.digest.statements, *long))
    for content in renderer.pack(
        "p.png", replace(made, digest=digest, commitments=promised)
    ).values():
        with Image.open(BytesIO(content)) as opened:
            shades = opened.convert("L")
        paper = shades.getpixel((1919, 0))
        for edge in (
            (0, 0, 1920, 8),
            (1912, 0, 1920, 1080),
            (0, 0, 8, 1080),
            (0, 1072, 1920, 1080),
        ):
            assert shades.crop(edge).getextrema() == (paper, paper)


WORDS = (ATTACK, "שלום עולם", "😀🏴", "W" * 200, "a\x00b\n\n\r\n \u2028")


def attacked(words: str) -> Pack:
    """A pack in which all that people can write is this."""
    made = pack(14, items=banked(SEEDED[-1]))
    said = somebody_wrote(words)
    digest = Digest(7, made.digest.closed_at, (*made.digest.statements, said), words)
    promised = Commitment(1, words, COMMITMENTS[0].due, CommitmentState.OPEN)
    return replace(made, partnership=words, title=words, digest=digest, commitments=(promised,))


@pytest.mark.parametrize("words", WORDS)
def test_nothing_that_people_wrote_is_markup_and_all_of_it_is_printed(words: str) -> None:
    html = page(attacked(words))
    assert "<b>" not in html
    assert "49" not in text_of(html)
    assert read(html).open == []
    assert renderer.pack("p.pdf", attacked(words))["p.pdf"].startswith(b"%PDF-")


def test_all_that_people_wrote_makes_slides() -> None:
    assert len(renderer.pack("p.png", attacked(" ".join(WORDS)))) > 6


@read_by_poppler
def test_markup_is_read_on_paper_as_it_was_written(tmp_path: Path) -> None:
    made = replace(pack(14), title="<b>**__=1+1 {x} %s</b>")
    assert "<b>**__=1+1 {x} %s</b>" in paper(made, tmp_path)


def test_another_ending_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Refused, match=r"Use a name that ends in \.html, \.pdf, \.png\."):
        renderer.pack("pack.docx", pack(14))


def test_without_matplotlib_the_page_has_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page(pack(14))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.font_manager", None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    _forget_pictures()
    bare = page(pack(14))
    assert "<figure>" in whole
    assert "<figure>" not in bare
    assert text_of(bare) == text_of(whole)


@pytest.mark.parametrize(
    ("file", "module", "library"),
    [
        ("p.pdf", "fpdf", "fpdf2"),
        ("p.pdf", "matplotlib.font_manager", "matplotlib"),
        ("p.html", "jinja2", "Jinja2"),
        ("p.png", "matplotlib.font_manager", "matplotlib"),
    ],
)
def test_without_its_libraries_the_message_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, file: str, module: str, library: str
) -> None:
    for name in ("pulse_bot_reports.pack.paper", "pulse_bot_reports.paper.a4"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    _forget_pictures()
    with pytest.raises(MissingExtra, match=rf"^{library} is not .*pulse-bot\[reports\]"):
        renderer.pack(file, pack(14))


def _forget_pictures() -> None:
    """What was drawn before must not stand in for a library that is not there."""
    from pulse_bot_reports.charts import canvas, gaps, ranks

    canvas._sign_width.cache_clear()
    gaps._gap_png.cache_clear()
    ranks._rank_png.cache_clear()
