"""`pulse-bot bank export|import|template`, as a person at the command line meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulse_bot.banks.load import load_banks
from tests.banks.test_bank_commands import run
from tests.banks.test_sheets import bare
from tests.banks.test_translations import BANK, WELSH


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with a bank of one's own, in two languages."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "tea.yaml").write_text(BANK)
    (folder / "tea.cy.yaml").write_text(WELSH)
    return folder


@pytest.mark.parametrize("name", ["tea.csv", "tea.xlsx"])
def test_a_bank_goes_out_and_comes_back_with_its_languages(
    own: Path, tmp_path: Path, name: str
) -> None:
    assert run("export", "tea", "--to", tmp_path / name, "--dir", own).exit_code == 0

    result = run("import", tmp_path / name, "--to", tmp_path / "new")

    assert (result.exit_code, result.output) == (
        0,
        f"Wrote 3 items to {tmp_path / 'new' / 'tea.yaml'}.\n",
    )
    (was,), _ = load_banks(sorted(own.iterdir()))
    (now,), findings = load_banks(sorted((tmp_path / "new").iterdir()))
    assert findings == []
    assert bare(now) == bare(was)


@pytest.mark.parametrize("name", ["start.csv", "start.xlsx"])
def test_the_template_can_be_imported_as_it_is(tmp_path: Path, name: str) -> None:
    result = run("template", tmp_path / name)
    assert "Fill it in, then run: pulse-bot bank import" in result.output
    assert run("import", tmp_path / name, "--to", tmp_path).exit_code == 0
    assert run("lint", tmp_path / "our-meetings.yaml").output == "1 file, 0 errors, 0 warnings\n"


def test_what_is_there_is_not_written_over(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "tea.csv"
    run("export", "tea", "--to", file, "--dir", own)
    before = file.read_bytes()

    for command in (("export", "tea", "--to", file, "--dir", own), ("template", file)):
        result = run(*command)
        assert (result.exit_code, file.read_bytes()) == (1, before)
        assert "is there already. Choose another name, or add --replace." in result.output
    assert run("import", file, "--to", own).exit_code == 1
    assert run("import", file, "--to", own, "--replace").exit_code == 0


def test_an_id_whose_wording_changed_is_refused_even_with_replace(
    own: Path, tmp_path: Path
) -> None:
    file = tmp_path / "tea.csv"
    run("export", "tea", "--to", file, "--dir", own)
    file.write_bytes(file.read_bytes().replace(b"while it is warm", b"while it is hot"))

    result = run("import", file, "--to", own, "--replace")

    assert result.exit_code == 1
    assert "reworded" in result.output
    assert 'Before, this id had: "We drink our tea while it is warm."' in result.output
    assert (own / "tea.yaml").read_text() == BANK


def test_the_lint_compares_with_an_earlier_version(own: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "tea.yaml").write_text(BANK)
    assert run("lint", own, "--against", old).output == "2 files, 0 errors, 0 warnings\n"

    (own / "tea.yaml").write_text(BANK.replace("{key: green, label: Green}, ", "").replace(
        "{key: black, label: Black}", "{key: green, label: Green}, {key: red, label: Red}"
    ).replace("while it is warm", "while it is hot"))  # fmt: skip
    (own / "tea.cy.yaml").unlink()
    result = run("lint", own, "--against", old / "tea.yaml")
    assert result.exit_code == 1
    assert result.output.count("error reworded") == 2


def test_a_changed_prompt_is_no_new_wording(own: Path, tmp_path: Path) -> None:
    old = tmp_path / "tea.yaml"
    old.write_text(BANK.replace("What keeps us from our tea?", "What else?"))
    assert run("lint", own, "--against", old).exit_code == 0


def test_a_mistake_is_told_without_a_traceback(tmp_path: Path) -> None:
    run("template", tmp_path / "start.csv")
    text = (tmp_path / "start.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "start.csv").write_text(text.replace('"choose"', '"pick"'))

    result = run("import", tmp_path / "start.csv", "--to", tmp_path)

    assert result.exit_code == 1
    assert "wrong-value start.csv, sheet items, row " in result.output
    assert "column C, item meetings-drop-first, key kind" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "our-meetings.yaml").exists()


def test_a_bank_is_linted_as_it_is_imported(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "tea.csv"
    (own / "tea.cy.yaml").unlink()
    (own / "tea.yaml").write_text(
        BANK.replace("We drink our tea while", "We always drink tea while")
    )
    run("export", "tea", "--to", file, "--dir", own)
    assert "warning absolute" in run("import", file, "--to", tmp_path).output


@pytest.mark.parametrize("name", ["tea.xlsm", "tea.pdf"])
def test_a_format_of_another_kind_is_refused_kindly(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert run("import", tmp_path / name, "--to", tmp_path).exit_code == 1
    result = run("export", "trust", "--to", tmp_path / f"new-{name}")
    assert (result.exit_code, "Traceback" in result.output) == (1, False)


def test_columns_for_a_new_language_can_be_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "trust.csv"
    run("export", "trust", "--to", file, "--language", "pl")
    assert '"text (pl)","talk (pl)"' in file.read_text(encoding="utf-8-sig")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("template", tmp_path / "file" / "start.csv")
    assert result.exit_code == 1
    assert "cannot be written" in result.output
