"""The pages and the schema say what the code does: they are generated, and kept so here."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.codes import CODES
from pulse_bot.banks.generate import GUIDE, SCHEMA, TRANSLATION_SCHEMA, generate_pages
from pulse_bot.banks.lint import lint_banks
from pulse_bot.banks.load import load_library
from pulse_bot.banks.parse import parse_bank
from pulse_bot.banks.preview import preview_items, preview_text
from pulse_bot.banks.translation import add_translations, is_translation, parse_translation
from pulse_bot.banks.tree import read_tree
from pulse_bot.cli.bank import bank

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "question_banks").glob("*.yaml"))
BANKS = [file for file in FILES if not is_translation(file.name)]
RENEW = "Run `python -m pulse_bot.banks.generate` in the checkout."


def example() -> str:
    """The example bank of the guide."""
    return yaml_of_the_guide(0)


def yaml_of_the_guide(number: int) -> str:
    """One of the YAML files of the guide: the example bank, and its translation."""
    return (ROOT / GUIDE).read_text().split("```yaml\n")[number + 1].split("```")[0]


def example_bank() -> Bank:
    """The example bank, parsed."""
    return parse_bank(example().encode(), "workload.yaml")


def test_every_generated_page_is_up_to_date() -> None:
    stale = [path.name for path, text in generate_pages(ROOT).items() if path.read_text() != text]
    assert stale == [], RENEW


def test_every_code_is_in_the_guide() -> None:
    guide = (ROOT / GUIDE).read_text()
    assert [name for name in CODES if f"| `{name}` |" not in guide] == []


def test_every_key_is_in_the_guide() -> None:
    guide = (ROOT / GUIDE).read_text()
    schema = json.loads((ROOT / SCHEMA).read_text())
    keys = {*schema["properties"], *schema["$defs"]["ItemKeys"]["properties"]}
    keys |= set(json.loads((ROOT / TRANSLATION_SCHEMA).read_text())["properties"])
    assert [key for key in sorted(keys) if f"`{key}`" not in guide] == []


def test_the_example_of_the_guide_passes_the_lint() -> None:
    assert lint_banks([example_bank()]) == []


def test_the_translation_of_the_guide_fits_its_bank() -> None:
    translation = parse_translation(yaml_of_the_guide(1).encode(), "workload.cy.yaml")
    (bank,), findings = add_translations([example_bank()], [translation])
    assert findings == []
    assert {one.code for one in lint_banks([bank])} == {"not-translated"}  # it is an extract


def test_every_command_of_the_guide_is_one() -> None:
    said = re.findall(r"pulse-bot bank ([a-z]+)([^`\n]*)", (ROOT / GUIDE).read_text())
    assert {name for name, _ in said} == {
        "lint", "preview", "search", "template", "import", "export"
    }  # fmt: skip
    for name, rest in said:
        known = {option for one in bank.commands[name].params for option in one.opts}
        assert set(re.findall(r"--\w+", rest)) <= known, name


def test_the_example_of_the_guide_can_be_previewed() -> None:
    shown = [preview_text(one, {}) for one in preview_items(example_bank().items)]
    assert len(shown) == len(example_bank().items)
    assert "[ The monthly meeting ]" in shown[4]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_editors_find_the_schema_and_agree_with_the_loader(file: Path) -> None:
    text = file.read_text()
    name = TRANSLATION_SCHEMA if is_translation(file.name) else SCHEMA
    assert text.startswith(f"# yaml-language-server: $schema={Path(name).name}\n")

    schema = json.loads((ROOT / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read_tree(text, file.name).value, schema)


def test_editors_mark_a_misspelt_key() -> None:
    schema = json.loads((ROOT / SCHEMA).read_text())
    wrong = read_tree(example().replace("talk:", "tlak:"), "workload.yaml").value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


def test_a_bank_has_the_name_of_its_file() -> None:
    banks = load_library().banks
    assert [bank.id for bank in banks] == [file.stem for file in BANKS]
    translations = [f"{bank.id}.{one.language}.yaml" for bank in banks for one in bank.translations]
    assert translations == [file.name for file in FILES if file not in BANKS]
