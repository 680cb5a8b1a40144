"""What is written from the models, the codes and the banks, so that no page can lie about them.

`python -m pulse_bot.banks.generate`, run in a checkout, writes the JSON Schemas of banks and of
translations, the table in `question_banks/README.md` and the tables in `docs/writing-a-bank.md`. A
test runs the same functions and fails where a page has fallen behind.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.codes import CODES, Severity
from pulse_bot.banks.load import load_library
from pulse_bot.banks.model import BankKeys, TranslationKeys

SCHEMA: Final = "question_banks/schema.json"
TRANSLATION_SCHEMA: Final = "question_banks/translation.schema.json"
CATALOGUE: Final = "question_banks/README.md"
GUIDE: Final = "docs/writing-a-bank.md"


def generate_pages(root: Path) -> dict[Path, str]:
    """Every generated file of a checkout, with the text that it should have."""
    catalogue, guide = root / CATALOGUE, root / GUIDE
    tables = {"errors": code_table(Severity.ERROR), "warnings": code_table(Severity.WARNING)}
    banks = {"banks": bank_table(load_library().banks)}
    return {
        root / SCHEMA: schema_text(BankKeys),
        root / TRANSLATION_SCHEMA: schema_text(TranslationKeys),
        catalogue: _fill_tables(catalogue.read_text(encoding="utf-8"), banks),
        guide: _fill_tables(guide.read_text(encoding="utf-8"), tables),
    }


def schema_text(keys: type[BankKeys | TranslationKeys]) -> str:
    """The JSON Schema that editors check a file with while it is written."""
    generated = keys.model_json_schema()
    page = {"$schema": "https://json-schema.org/draft/2020-12/schema", **generated}
    return json.dumps(page, indent=2, ensure_ascii=False) + "\n"


def bank_table(banks: Iterable[Bank]) -> str:
    """The banks as a table: framework, source, how many items, of which kinds."""
    rows = [
        "| bank | framework | source | items | kinds | languages |",
        "|---|---|---|---|---|---|",
    ]
    for bank in banks:
        frameworks = dict.fromkeys(
            f"{entry.framework} ({entry.originator})" for entry in bank.sources if entry.framework
        )
        sources = dict.fromkeys(
            f"{entry.title}: {', '.join(entry.authors)}, {entry.year}" for entry in bank.sources
        )
        kinds = Counter(str(item.kind) for item in bank.items)
        cells = (
            f"[{bank.title}]({bank.file.rpartition('/')[2]})",
            "; ".join(frameworks),
            "; ".join(sources),
            f"{len(bank.items)} ({sum(item.core for item in bank.items)} core)",
            ", ".join(f"{kind} {count}" for kind, count in kinds.items()),
            ", ".join([bank.language, *(entry.language for entry in bank.translations)]),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def code_table(severity: Severity) -> str:
    """The codes of one severity as a table: what each means and what to do."""
    rows = ["| code | what it means | what to do |", "|---|---|---|"]
    rows += [
        f"| `{name}` | {code.means} | {code.remedy} |"
        for name, code in CODES.items()
        if code.severity is severity
    ]
    return "\n".join(rows)


def _fill_tables(page: str, tables: dict[str, str]) -> str:
    for name, table in tables.items():
        start, end = f"<!-- {name}: generated -->", f"<!-- {name}: end -->"
        before, rest = page.split(start)
        _, after = rest.split(end)
        page = f"{before}{start}\n{table}\n{end}{after}"
    return page


def main() -> None:
    """Write every generated file of the checkout that this is run in."""
    for path, text in generate_pages(Path.cwd()).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
