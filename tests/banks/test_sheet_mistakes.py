"""Each mistake in a spreadsheet has a code and is located by sheet, row and column."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pulse_bot.banks.codes import CODES
from pulse_bot.banks.findings import BankMistakes, Finding
from pulse_bot.banks.sheets.csv_file import csv_bytes, csv_grid
from pulse_bot.banks.sheets.files import import_bank
from pulse_bot.banks.sheets.grid import LARGEST_FILE, Grid, Sheet
from pulse_bot.banks.sheets.reading import bank_from_grid
from pulse_bot.banks.sheets.writing import bank_grid
from pulse_bot.banks.sheets.xlsx_file import LARGEST_UNPACKED, xlsx_bytes, xlsx_grid
from pulse_bot.errors import Refused
from tests.banks.test_sheets import translated

Change = Callable[[list[list[str]]], None]


def put(row: int, column: int, text: str) -> Change:
    """Write a text into a cell, counted from 1."""

    def change(rows: list[list[str]]) -> None:
        rows[row - 1] += [""] * (column - len(rows[row - 1]))
        rows[row - 1][column - 1] = text

    return change


def changed(name: str, change: Change) -> Grid:
    """The tables of the example, one of them changed."""
    grid = []
    for one in bank_grid(translated()):
        rows = [list(row) for row in one.rows]
        if one.name == name:
            change(rows)
        grid.append(Sheet(one.name, tuple(map(tuple, rows))))
    return tuple(grid)


def mistakes_of(grid: Grid) -> tuple[Finding, ...]:
    """What is said of these tables."""
    with pytest.raises(BankMistakes) as caught:
        bank_from_grid(grid, "tea.xlsx")
    return caught.value.findings


MISTAKES = [
    ("missing-column", "items", put(1, 4, "notes"), 1, ""),
    ("unknown-column", "items", put(1, 6, "fact"), 1, "F"),
    ("unknown-column", "items", put(1, 14, "kind (cy)"), 1, "N"),
    ("duplicate-key", "items", put(1, 6, "kind"), 1, "F"),
    ("duplicate-key", "bank", put(3, 1, "id"), 3, ""),
    ("unknown-key", "bank", put(6, 1, "lisence"), 6, "B"),
    ("wrong-type", "bank", put(3, 2, "one"), 3, "B"),
    ("wrong-value", "bank", put(8, 2, "weekly"), 8, "B"),
    ("wrong-value", "sources", put(2, 3, "19"), 2, "C"),
    ("wrong-value", "items", put(2, 3, "agreee"), 2, "C"),
    ("wrong-type", "items", put(3, 7, "perhaps"), 3, "G"),
    ("missing-key", "items", put(4, 2, ""), 4, ""),
    ("too-long", "items", put(4, 2, "We. " * 31), 4, "B"),
    ("bad-id", "items", put(3, 1, "Tea which"), 3, "A"),
    ("duplicate-id", "items", put(4, 1, "tea-is-warm"), 4, "A"),
    ("unknown-facet", "items", put(2, 6, "wram"), 2, "F"),
    ("unknown-dimension", "items", put(2, 5, "coffee"), 2, "E"),
    ("bad-ends", "items", put(4, 3, "agree"), 4, ""),
    ("empty-value", "items", put(4, 12, ""), 4, ""),
    ("unknown-item", "choices", put(2, 1, "tea-whch"), 2, ""),
    ("too-long", "choices", put(3, 3, "Black " * 20), 3, "C"),
    ("too-long", "items", put(4, 14, "Pa mor " * 30), 4, "N"),
]


@pytest.mark.parametrize(("code", "name", "change", "row", "column"), MISTAKES)
def test_a_mistake_is_found_where_it_stands(
    code: str, name: str, change: Change, row: int, column: str
) -> None:
    found = next(one for one in mistakes_of(changed(name, change)) if one.code == code)

    assert (found.place.sheet, found.place.line, found.place.column) == (name, row, column)
    assert f"tea.xlsx, sheet {name}, row {row}" in str(found)


def test_eleven_choices_are_told_with_the_row_where_they_begin() -> None:
    def eleven(rows: list[list[str]]) -> None:
        rows[1:] = [["tea-which", f"tea-{number}", f"Tea {number}"] for number in range(11)]

    (found,) = mistakes_of(changed("choices", eleven))
    assert (found.code, found.place.sheet, found.place.line) == ("bad-choices", "choices", 2)


def test_one_choice_is_told() -> None:
    (found,) = mistakes_of(changed("choices", lambda rows: rows.__delitem__(-1)))
    assert (found.code, found.place.item) == ("bad-choices", "tea-which")


@pytest.mark.parametrize("name", ["bank", "sources", "dimensions", "items"])
def test_a_missing_table_is_told(name: str) -> None:
    grid = tuple(one for one in bank_grid(translated()) if one.name != name)
    (found,) = mistakes_of(grid)
    assert found.code == "missing-table"
    assert "pulse-bot bank template" in found.remedy


def test_a_table_without_rows_is_told() -> None:
    found = mistakes_of(changed("sources", lambda rows: rows.__delitem__(slice(1, None))))
    assert [(one.code, one.place.key) for one in found] == [("empty-value", "source")]


def test_a_plain_list_of_questions_is_pointed_to_the_template() -> None:
    grid = csv_grid(b"id,text,kind,talk\na,We do.,agree,Why?\n", "x.csv")
    assert {one.code for one in mistakes_of(grid)} == {"missing-table"}


def test_rows_of_csv_are_counted_as_a_spreadsheet_program_shows_them() -> None:
    data = csv_bytes(changed("items", put(3, 3, "choos")))
    rows = csv_bytes(changed("items", put(3, 3, "choos"))).decode("utf-8-sig").splitlines()

    (found,) = mistakes_of(csv_grid(data, "x.csv"))

    assert '"tea-which"' in rows[found.place.line - 1]
    assert (found.place.sheet, found.place.column) == ("items", "C")


def code_of(file: Path) -> str:
    """The one code with which a file is refused."""
    with pytest.raises(BankMistakes) as caught:
        import_bank(file)
    (found,) = caught.value.findings
    return found.code


def unpacked(*parts: tuple[str, bytes]) -> bytes:
    """A zip file of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts:
            packed.writestr(name, data)
    return out.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    """A right workbook with one part more."""
    out = io.BytesIO(xlsx_bytes(bank_grid(translated())))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, data)
    return out.getvalue()


MACRO_TYPES = (
    b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'
)
FILES = [
    ("tea.xlsx", b"", "not-a-spreadsheet"),
    ("tea.xlsx", b"PK\x03\x04 and no more", "not-a-spreadsheet"),
    ("tea.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not-a-spreadsheet"),
    ("tea.xlsx", unpacked(("a.txt", b"no workbook")), "not-a-spreadsheet"),
    ("tea.xlsx", unpacked(("[Content_Types].xml", MACRO_TYPES)), "has-macros"),
    ("tea.xlsx", with_part("xl/vbaProject.bin", b"Sub Auto_Open"), "has-macros"),
    ("tea.xlsx", with_part("a.xml", bytes(LARGEST_UNPACKED)), "file-too-large"),
    ("tea.xlsx", unpacked(*((f"{n}.xml", b"") for n in range(600))), "file-too-large"),
    ("tea.xlsx", bytes(LARGEST_FILE + 1), "file-too-large"),
    ("tea.csv", b"a," * LARGEST_FILE, "file-too-large"),
    ("tea.csv", "id,text\na,Caf\u00e9\n".encode("cp1252"), "not-utf-8"),
    ("tea.csv", b"\xff\xfea", "not-utf-8"),
    ("tea.csv", b"id," + b"x" * 200_000, "not-a-spreadsheet"),
]


@pytest.mark.parametrize(("name", "data", "code"), FILES, ids=lambda one: str(one)[:20])
def test_a_file_that_must_not_or_cannot_be_opened(
    tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert code_of(tmp_path / name) == code


def test_a_right_workbook_with_a_harmless_part_more_is_opened(tmp_path: Path) -> None:
    """So the refusals above are for what is in them."""
    (tmp_path / "tea.xlsx").write_bytes(with_part("docs/read-me.txt", b"hello"))
    assert import_bank(tmp_path / "tea.xlsx").id == "tea"


def test_a_size_that_the_file_lies_about_does_not_unpack_more(tmp_path: Path) -> None:
    data = bytearray(with_part("xl/worksheets/sheet9.xml", bytes(30_000_000)))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    assert xlsx_grid(bytes(data), "x")  # the part is never opened, since no sheet names it


def test_windows_1252_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "tea.csv").write_bytes("id,text\na,Caf\u00e9\n".encode("cp1252"))
    with pytest.raises(BankMistakes, match=r"Windows-1252.*CSV UTF-8"):
        import_bank(tmp_path / "tea.csv")


def test_a_workbook_that_claims_a_million_rows_is_read_at_once() -> None:
    far = Sheet("far", (("x",),))
    data = xlsx_bytes((*bank_grid(translated()), far))
    packed = zipfile.ZipFile(io.BytesIO(data))
    parts = [(name, packed.read(name)) for name in packed.namelist()]
    stretched = [
        (
            name,
            text.replace(b'r="A1"', b'r="XFD1048576"').replace(b'<row r="1"', b'<row r="1048576"'),
        )
        if name.endswith("sheet6.xml")
        else (name, text)
        for name, text in parts
    ]
    assert b"1048576" in dict(stretched)["xl/worksheets/sheet6.xml"]
    grid = xlsx_grid(unpacked(*stretched), "x")
    assert bank_from_grid(grid, "x").id == "tea"


@pytest.mark.parametrize("name", ["tea.xlsm", "tea.XLTM", "tea.xls", "tea.ods", "tea"])
def test_other_formats_are_refused_by_their_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(xlsx_bytes(bank_grid(translated())))
    with pytest.raises(Refused, match=r"macros|does not know"):
        import_bank(tmp_path / name)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.csv") == "no-such-file"


def test_every_code_of_spreadsheets_is_shown_by_an_example() -> None:
    elsewhere = {"reworded"}  # test_bank_files
    shown = {code for code, *_ in MISTAKES} | {code for *_, code in FILES} | {"missing-table"}
    sheets = {"not-a-spreadsheet", "has-macros", "missing-table", "missing-column"}
    sheets |= {"unknown-column"}
    assert sheets <= shown
    assert elsewhere <= CODES.keys()
