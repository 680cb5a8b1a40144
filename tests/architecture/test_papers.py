"""Pages whose links lead somewhere, constraints that hold, and no address of a registry."""

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
    for pattern in ("*.md", "docs/**/*.md", "adapters/**/*.md", "question_banks/**/*.md")
    for path in code.ROOT.glob(pattern)
)
HOSTS = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.", "jsdeli" + "vr", "unp" + "kg.com")
TEXT = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".html", ".j2", ".css", ".js", ""}


@pytest.mark.parametrize("page", PAGES, ids=code.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]

    assert [link for link in local if not (page.parent / link).exists()] == []


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
