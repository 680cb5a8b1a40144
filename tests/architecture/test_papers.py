"""Pages whose links and files are there, constraints that hold, and no address of a registry."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.architecture import code

PAGES = sorted(
    path
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "adapters/**/*.md",
        "question_banks/**/*.md",
        "tests/**/*.md",
    )
    for path in code.ROOT.glob(pattern)
)
HOSTS = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.", "jsdeli" + "vr", "unp" + "kg.com")
TEXT = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".html", ".j2", ".css", ".js", ""}


@pytest.mark.parametrize("page", PAGES, ids=code.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]

    assert [link for link in local if not (page.parent / link).exists()] == []


FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(
    r"`([\w./-]+\.(?:py|j2|json|md|toml)"
    r"|(?:src|adapters|reports|tests|benchmarks|docs|question_banks|\.ci)/[\w./-]*)`"
)
OF_THE_READER = {"pulse-bot.toml"}
"""Files that a reader has, and the checkout does not."""


def missing_files(text: str, folder: Path) -> list[str]:
    """The files and folders that a page names and that are neither here nor in its own folders.

    A page may name a folder and then the files in it.
    """
    quoted = [path for path in FILE.findall(FENCED.sub("", text)) if path not in OF_THE_READER]
    places = [code.ROOT, folder, *(code.ROOT / path for path in quoted if path.endswith("/"))]
    return [path for path in quoted if not any((place / path).exists() for place in places)]


@pytest.mark.parametrize("page", PAGES, ids=code.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    assert missing_files(page.read_text(encoding="utf-8"), page.parent) == []


def test_a_file_that_is_not_there_is_found() -> None:
    text = "In `src/pulse_bot/domain/release/`: `grid.py`, `release_kinds.py`; `src/gone/`, `a.md`."

    assert missing_files(text, code.ROOT) == ["release_kinds.py", "src/gone/", "a.md"]


HERE = Path(__file__)
QUOTED = re.compile(r"`(\w{3,})`")


def unknown_names(sources: dict[Path, str]) -> dict[str, list[str]]:
    """By file, what stands between back quotes there and nowhere as a name or a file."""
    known = {path.stem for path in sources}
    for source in sources.values():
        known.update(re.findall(r"\w+", QUOTED.sub("", source)))
    found = {code.name(path): QUOTED.findall(source) for path, source in sources.items()}
    return {
        name: unknown
        for name, quoted in found.items()
        if (unknown := [one for one in quoted if one not in known])
    }


def test_docstrings_quote_names_that_are_there() -> None:
    # The adapters come too once the one of Slack names its own classes.
    inside = [path for path in code.files("src", "reports", "tests", "benchmarks") if path != HERE]
    sources = {path: path.read_text(encoding="utf-8") for path in inside}

    assert unknown_names(sources) == {}


def test_a_name_that_is_nowhere_is_found() -> None:
    source = '"""Decided in `grid`, `release_kinds` and `keep`."""\ndef keep(): ...\n'

    assert unknown_names({code.ROOT / "grid.py": source}) == {"grid.py": ["release_kinds"]}


RECORDS = sorted((code.ROOT / "docs" / "decisions").glob("[0-9]*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=code.name)
def test_a_decision_says_when_why_what_and_what_came_of_it(record: Path) -> None:
    text = record.read_text(encoding="utf-8")

    assert re.match(rf"# {int(record.name[:4])}\. .+\nDecided \d{{4}}-\d\d-\d\d\.\n", text)
    assert re.findall(r"^\*\*(.+)\.\*\* \S", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequence",
        "Replaced by",
    ]


def test_every_decision_is_in_the_index_under_its_title() -> None:
    index = (code.ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \| (.+?) \|", index, re.MULTILINE)
    titles = [
        re.sub(r"# \d+\. ", "", record.read_text(encoding="utf-8").splitlines()[0])
        for record in RECORDS
    ]

    assert listed == [
        (record.name[:4], record.name, title) for record, title in zip(RECORDS, titles, strict=True)
    ]


def test_nothing_names_a_registry() -> None:
    places = [code.ROOT / name for name in (*code.EVERYTHING, "docs", "question_banks", ".ci")]
    inside = [path for place in places for path in place.rglob("*") if path.is_file()]
    loose = [path for path in code.ROOT.iterdir() if path.is_file()]
    found = [
        f"{code.name(path)}: {host}"
        for path in (*inside, *loose)
        if path.suffix in TEXT
        for host in HOSTS
        if host in path.read_text(encoding="utf-8", errors="replace")
    ]

    assert found == []


def constraints() -> dict[str, list[Requirement]]:
    """What constraints.txt pins, by package; some are pinned twice, for several Pythons."""
    pins: dict[str, list[Requirement]] = {}
    for line in (code.ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        pin = Requirement(line)
        pins.setdefault(pin.name.lower().replace("_", "-"), []).append(pin)
    return pins


def wanted() -> list[Requirement]:
    """What pyproject.toml asks for, in all extras but those that name others."""
    with (code.ROOT / "pyproject.toml").open("rb") as opened:
        project = tomllib.load(opened)["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    asked = [Requirement(line) for line in [*project["dependencies"], *extras]]
    return [one for one in asked if one.name != "pulse-bot"]


def version(pin: Requirement) -> Version:
    return Version(str(pin.specifier).removeprefix("=="))


def test_the_constraints_pin_everything_that_is_asked_for() -> None:
    """Mended by `uv pip compile` (decisions, One distribution with several import roots)."""
    pins = constraints()
    for one in wanted():
        found = [
            pin
            for pin in pins.get(one.name.lower().replace("_", "-"), [])
            if pin.marker is None or pin.marker.evaluate()
        ]
        assert len(found) == 1, f"{one.name} is not pinned in constraints.txt"
        assert one.specifier.contains(version(found[0])), f"{found[0]} does not satisfy {one}"


def test_the_constraints_hold_no_address() -> None:
    for line in (code.ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[a-z0-9._-]+==[^ :/@]+( ; .+)?", line), line
