"""Each mistake in a bank file has a code, a place and a remedy, in the words of its author."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulse_bot.banks.codes import CODES, Severity
from pulse_bot.banks.findings import Finding
from pulse_bot.banks.lint import lint_files
from pulse_bot.banks.load import load_library
from pulse_bot.banks.parse import LARGEST_FILE, parse_bank
from pulse_bot.errors import BankError
from tests.banks.example_bank import GOOD, ITEM, TOP, item_text

ANOTHER = ITEM.replace("tea-is-warm", "tea-is-shared")
HEAD = "  - id: tea-is-warm"
WORDS = "We drink our tea while it is warm."
DEEP = "a: " + "[" * 40 + "]" * 40

MISTAKES = [
    ("not-yaml", GOOD.replace("title: Tea", "title: Tea: hot", 1), "title: Tea: hot", "", ""),
    ("not-yaml", GOOD.replace("title: Tea", "title: T\x07ea", 1), "title: T\x07ea", "", ""),
    ("yaml-trick", GOOD.replace("title: Tea", "title: &t Tea", 1), "title: &t Tea", "", ""),
    ("yaml-trick", GOOD.replace("title: Tea", "title: *t", 1), "title: *t", "", ""),
    (
        "yaml-trick",
        GOOD.replace("Tea\n", "!!python/name:os.system Tea\n", 1),
        "title: !!python/name:os.system Tea",
        "",
        "",
    ),
    ("yaml-trick", GOOD + "---\nid: two\n", "---", "", ""),
    ("too-deep", DEEP, DEEP, "", ""),
    ("not-a-bank", "", "", "", ""),
    ("not-a-bank", "# only a note\n", "# only a note", "", ""),
    ("not-a-bank", "- a\n- b\n", "- a", "", ""),
    ("not-a-bank", "Once upon a time\n", "Once upon a time", "", ""),
    ("duplicate-key", GOOD + "    facet: shared\n", "    facet: shared", "", "facet"),
    ("unknown-key", GOOD + "    tlak: Why?\n", "    tlak: Why?", "tea-is-warm", "tlak"),
    ("unknown-key", GOOD.replace("framework:", "frame:"), "    frame: Tea in common", "", "frame"),
    ("missing-key", GOOD.replace("licence: MIT\n", ""), "id: tea", "", "licence"),
    ("missing-key", GOOD.replace("    kind: agree\n", ""), HEAD, "tea-is-warm", "kind"),
    ("empty-value", GOOD.replace("kind: agree", "kind:"), "    kind:", "tea-is-warm", "kind"),
    ("empty-value", GOOD.replace("use: [workshop]", "use: []"), "use: []", "", "use"),
    ("empty-value", GOOD.replace("title: Tea", 'title: " "', 1), 'title: " "', "", "title"),
    ("wrong-type", GOOD.replace("version: 1", "version: one"), "version: one", "", "version"),
    ("wrong-type", GOOD.replace("title: Tea", "title: 1906", 1), "title: 1906", "", "title"),
    ("wrong-type", GOOD.replace("use: [workshop]", "use: workshop"), "use: workshop", "", "use"),
    ("wrong-type", TOP + "  - Do we?\n", "  - Do we?", "number 1", "items"),
    ("wrong-type", GOOD + "    core: perhaps\n", "    core: perhaps", "tea-is-warm", "core"),
    ("wrong-type", GOOD.replace("dimensions:", "? [a]\n: b\ndimensions:"), "? [a]", "", ""),
    ("wrong-value", GOOD.replace("agree", "agreee"), "    kind: agreee", "tea-is-warm", "kind"),
    ("wrong-value", GOOD.replace("[workshop]", "[weekly]"), "use: [weekly]", "", "use"),
    ("wrong-value", GOOD.replace(": en\n", ": English\n"), "language: English", "", "language"),
    ("wrong-value", GOOD.replace("version: 1", "version: 0"), "version: 0", "", "version"),
    ("wrong-value", GOOD.replace("year: 1906", "year: 19"), "    year: 19", "", "year"),
    (
        "too-long",
        GOOD.replace(WORDS, "We. " * 31),
        f"    text: {'We. ' * 31}",
        "tea-is-warm",
        "text",
    ),
    ("bad-id", GOOD.replace("tea-is-warm", "Tea is"), "  - id: Tea is", "Tea is", "id"),
    (
        "bad-id",
        GOOD.replace("  warm:", "  So warm:"),
        "      So warm: The pot is warm.",
        "",
        "So warm",
    ),
    ("duplicate-id", GOOD + ITEM, HEAD, "tea-is-warm", "id"),
    (
        "unknown-dimension",
        GOOD + "    dimension: coffee\n",
        "    dimension: coffee",
        "tea-is-warm",
        "dimension",
    ),
    ("unknown-facet", GOOD.replace(": warm", ": wram"), "    facet: wram", "tea-is-warm", "facet"),
    (
        "unknown-replacement",
        GOOD + "    replaced_by: tea-x\n",
        "    replaced_by: tea-x",
        "tea-is-warm",
        "replaced_by",
    ),
    ("bad-choices", GOOD.replace("agree", "choose"), HEAD, "tea-is-warm", "choices"),
    ("bad-choices", GOOD + "    most: 2\n", HEAD, "tea-is-warm", "choices"),
    ("bad-ends", GOOD.replace("agree", "scale"), HEAD, "tea-is-warm", "ends"),
    ("bad-ends", GOOD + "    ends: [a, b]\n", "    ends: [a, b]", "tea-is-warm", "ends"),
    (
        "bad-reverse",
        TOP + item_text("tea-why", "Why do we drink tea?", "reverse: true", "words"),
        "    reverse: true",
        "tea-why",
        "reverse",
    ),
    ("bad-pair", GOOD + "    pair: one\n" + ANOTHER, "    pair: one", "tea-is-warm", "pair"),
]
FROM_FILES = {"no-such-file", "file-too-large", "not-utf-8", "second-core"}
OF_TRANSLATIONS = {"unknown-bank", "unknown-item", "second-translation"}
OF_SHEETS = {"not-a-spreadsheet", "has-macros", "missing-table", "missing-column", "unknown-column"}
OF_SHEETS |= {"reworded"}


def mistakes_of(data: bytes) -> tuple[Finding, ...]:
    """What the loader says of the bytes of a file."""
    with pytest.raises(BankError) as caught:
        parse_bank(data, "tea.yaml")
    return tuple(getattr(caught.value, "findings", ()))


def test_the_example_is_right() -> None:
    bank = parse_bank(GOOD.encode(), "tea.yaml")
    assert [item.text for item in bank.items] == ["We drink our tea while it is warm."]
    assert bank.items[0].dimension == "tea"


@pytest.mark.parametrize(("code", "text", "line", "item", "key"), MISTAKES)
def test_a_mistake_is_found_where_it_stands(
    code: str, text: str, line: str, item: str, key: str
) -> None:
    found = mistakes_of(text.encode())

    assert [one.code for one in found] == [code]
    place = found[0].place
    assert (place.file, place.item, place.key) == ("tea.yaml", item, key)
    assert [*text.split("\n"), ""][place.line - 1] == line
    assert found[0].severity is Severity.ERROR
    assert found[0].remedy in str(found[0])


def test_every_code_that_stops_a_file_is_shown_by_an_example() -> None:
    linted = {"core-not-six", "core-kind", "core-reverse", "hard-to-read"}
    errors = {name for name, code in CODES.items() if code.severity is Severity.ERROR}
    assert {
        code for code, *_ in MISTAKES
    } | FROM_FILES | OF_TRANSLATIONS | OF_SHEETS | linted == errors


def test_all_mistakes_of_a_file_come_together() -> None:
    text = GOOD.replace("version: 1", "version: one").replace("    talk:", "    tlak:")

    found = mistakes_of(text.replace("licence", "license").encode())

    assert {one.code for one in found} == {"wrong-type", "missing-key", "unknown-key"}
    assert [one.place.key for one in found if one.code == "missing-key"] == ["licence", "talk"]


def test_the_error_says_code_place_what_and_what_to_do() -> None:
    with pytest.raises(BankError) as caught:
        parse_bank((GOOD + "    tlak: Why?\n").encode(), "tea.yaml")

    error = caught.value
    assert "unknown-key tea.yaml, line 27, item tea-is-warm, key tlak: There is no" in str(error)
    assert 'Did you mean "talk"?' in str(error)
    assert "tea.yaml" in error.where
    assert error.remedy


def test_yaml_syntax_is_told_with_line_and_column() -> None:
    (found,) = mistakes_of(GOOD.replace("title: Tea", "title: Tea: hot", 1).encode())
    assert "line 3, column 11" in found.what


@pytest.mark.parametrize("word", ["no", "on", "2026-01-05", "1e3", "0x1F"])
def test_words_stay_the_words_that_were_written(word: str) -> None:
    bank = parse_bank(GOOD.replace("title: Tea", f"title: {word}", 1).encode(), "tea.yaml")
    assert bank.title == word


@pytest.mark.parametrize("word", ["yes", "true", "True", "on"])
def test_yes_is_true_where_yes_or_no_is_asked(word: str) -> None:
    bank = parse_bank((GOOD + f"    reverse: {word}\n").encode(), "tea.yaml")
    assert bank.items[0].reverse


def test_line_breaks_are_no_part_of_a_question() -> None:
    text = GOOD.replace(
        "text: We drink our tea while", "text: >-\n      We drink our\n      tea while"
    )
    assert parse_bank(text.encode(), "tea.yaml").items[0].text == (
        "We drink our tea while it is warm."
    )


def test_a_byte_order_mark_is_let_pass() -> None:
    assert parse_bank(b"\xef\xbb\xbf" + GOOD.encode(), "tea.yaml").id == "tea"


def test_a_file_in_another_encoding_is_refused() -> None:
    (found,) = mistakes_of(GOOD.replace("Ada Brewer", "Ada Br\u00fcer").encode("latin-1"))
    assert (found.code, found.place.line) == ("not-utf-8", 11)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_bytes(GOOD.encode() + b"# more\n" * (LARGEST_FILE // 7))

    assert [one.code for one in lint_files([file])] == ["file-too-large"]


def test_an_alias_bomb_does_not_go_off() -> None:
    bomb = "a: &a [x, x]\n" + "\n".join(
        f"{name}: &{name} [*{before}, *{before}]"
        for before, name in zip("abcdefghijklm", "bcdefghijklmn", strict=True)
    )
    assert [one.code for one in mistakes_of(bomb.encode())] == ["yaml-trick"]


@pytest.mark.parametrize("bit", ["[", "{a: ", "- ", "? "])
def test_a_megabyte_of_brackets_is_refused_at_once(bit: str) -> None:
    nested = bit * (LARGEST_FILE // len(bit))
    assert [one.code for one in mistakes_of(nested.encode())] == ["too-deep"]


def test_a_file_of_another_kind_is_not_answered_line_by_line() -> None:
    lines = "".join(f"k{number}: 1\n" for number in range(300))
    assert len(mistakes_of(lines.encode())) == 100


def test_a_file_or_folder_that_is_not_there(tmp_path: Path) -> None:
    assert [one.code for one in lint_files([tmp_path / "none.yaml"])] == ["no-such-file"]
    with pytest.raises(BankError, match="no-such-file"):
        load_library([tmp_path / "none"])


def test_a_folder_of_ones_own_is_loaded_beside_the_shipped_banks(tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text("not a bank")

    library = load_library([tmp_path])

    assert [bank.id for bank in library.banks][-1] == "tea"
    assert library.find_bank("trust") is not None


def test_ids_are_taken_once_in_all_banks(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GOOD)
    (tmp_path / "two.yaml").write_text(GOOD.replace("id: tea\n", "id: chai\n"))
    (tmp_path / "three.yaml").write_text(GOOD.replace("tea-is", "chai-is"))

    with pytest.raises(BankError) as caught:
        load_library([tmp_path])

    found = getattr(caught.value, "findings", ())
    assert [(one.code, one.place.key, one.place.item) for one in found] == [
        ("duplicate-id", "id", ""),
        ("duplicate-id", "id", "tea-is-warm"),
    ]


def test_a_dimension_has_one_core(tmp_path: Path) -> None:
    core = GOOD.replace("tea-is", "our-trust-is").replace("id: tea\n", "id: our-trust\n")
    (tmp_path / "our-trust.yaml").write_text(
        core.replace("  tea:", "  trust:") + "    core: true\n"
    )

    with pytest.raises(BankError, match="second-core"):
        load_library([tmp_path])


def test_a_replaced_item_is_kept_and_no_longer_asked() -> None:
    text = GOOD + "    replaced_by: tea-is-shared\n" + ANOTHER
    bank = parse_bank(text.encode(), "tea.yaml")
    assert [item.id for item in bank.items] == ["tea-is-shared"]
    assert [entry.replaced_by for entry in bank.entries] == ["tea-is-shared", ""]
