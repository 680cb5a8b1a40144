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
    """Mended by: uv pip compile, as the decisions tell."""
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
