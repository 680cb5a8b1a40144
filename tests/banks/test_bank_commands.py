"""`pulse-bot bank`, as a person at the command line meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulse_bot.banks.load import bank_files, load_library, shipped_folder
from pulse_bot.cli import root
from tests.banks.example_bank import GOOD, item_text


def run(*args: str | Path) -> Result:
    """What `pulse-bot bank …` prints and how it ends."""
    return CliRunner().invoke(root, ["bank", *map(str, args)])


def test_list_names_every_bank_with_its_items() -> None:
    result = run("list")
    assert result.exit_code == 0
    shown = [line.split()[:2] for line in result.output.splitlines()]
    assert shown == [[bank.id, str(len(bank.items))] for bank in load_library().banks]
    assert ["trust-in-the-pulse", "4"] in shown


def test_list_as_json_has_counts_and_sources() -> None:
    banks = json.loads(run("list", "--json").output)
    trust = next(bank for bank in banks if bank["id"] == "trust")
    assert (trust["items"], trust["core"], trust["kinds"]) == (29, 6, {"agree": 29})
    assert "Patrick Lencioni" in [source["originator"] for source in trust["sources"]]


def test_show_prints_questions_marks_and_prompts() -> None:
    output = run("show", "honesty").output
    assert "honesty-hard-things-unsaid  (agree, hard-things, core, reverse-scored)" in output
    assert "To discuss: What have we been too polite to talk about" in output
    assert "Michael Fullan" not in output.split("honesty-share-our-edge")[1]


def test_show_as_json_has_every_item() -> None:
    honesty = json.loads(run("show", "honesty", "--json").output)
    assert [item["core"] for item in honesty["items"]] == [True] * 6 + [False] * 25
    assert honesty["items"][0]["kind"] == "agree"


def test_a_bank_that_is_not_there_is_said_with_a_guess() -> None:
    result = run("show", "honsety")
    assert result.exit_code == 1
    assert 'There is no bank "honsety". Did you mean "honesty"?' in result.output


def test_lint_of_all_banks_is_clean() -> None:
    result, files = run("lint"), bank_files(shipped_folder())
    assert (result.exit_code, result.output) == (0, f"{len(files)} files, 0 errors, 0 warnings\n")


def test_lint_ends_with_1_on_an_error(tmp_path: Path) -> None:
    file = tmp_path / "tea.yaml"
    file.write_text(GOOD.replace("agree", "agreee"))

    result = run("lint", file)

    assert result.exit_code == 1
    assert "error wrong-value" in result.output
    assert "tea.yaml, line 24, item tea-is-warm, key kind" in result.output
    assert 'Did you mean "agree"?' in result.output
    assert result.output.endswith("1 file, 1 error, 0 warnings\n")


def test_lint_ends_with_0_on_a_warning(tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text(GOOD + item_text("tea-two", "We always share our tea."))

    result = run("lint", "--json", tmp_path)

    assert result.exit_code == 0
    (finding,) = json.loads(result.output)
    assert (finding["code"], finding["severity"]) == ("absolute", "warning")
    assert (finding["item"], finding["key"]) == ("tea-two", "text")
    assert finding["marked"] == ["always"]


def test_a_folder_of_ones_own_is_given_by_option_or_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tea.yaml").write_text(GOOD)

    assert "tea-is-warm" in run("show", "tea", "--dir", tmp_path).output
    monkeypatch.setenv("PULSE_BOT_BANK_DIRS", str(tmp_path))
    assert "tea-is-warm" in run("show", "tea").output


def test_a_mistake_in_a_bank_of_ones_own_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text("id: tea\n")

    result = run("list", "--dir", tmp_path)

    assert result.exit_code == 1
    assert 'The key "items" is missing.' in result.output
    assert "Traceback" not in result.output


def test_preview_of_an_item_that_is_not_there_is_said_with_a_guess() -> None:
    result = run("preview", "trust", "trust-gaurded")
    assert result.exit_code == 1
    assert 'Did you mean "trust-guarded"?' in result.output


def test_help_does_not_pay_for_yaml_and_pydantic() -> None:
    code = (
        "import sys; import pulse_bot.cli.bank;"
        "sys.exit({'yaml', 'pydantic', 'pyphen', 'openpyxl'} & sys.modules.keys() or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
