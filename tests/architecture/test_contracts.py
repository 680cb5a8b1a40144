"""The import contracts see every adapter and every room: lists in pyproject.toml leave none out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from tests.architecture import code

PROJECT = tomllib.loads((code.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ADAPTERS = sorted(path.name for path in (code.ROOT / "adapters").iterdir() if path.is_dir())
CORE = code.ROOT / "src" / "pulse_bot"
MODULES = {
    f"pulse_bot.{path.relative_to(CORE).with_suffix('').as_posix().replace('/', '.')}"
    for path in CORE.rglob("*.py")
}
SEEN = {
    "Adapters see the port, not the core": {
        "pulse_bot.__init__",
        "pulse_bot.adapter_kit",
        "pulse_bot.config.__init__",
        "pulse_bot.config.plugins",
        "pulse_bot.domain",  # a contract of its own: the port hands its facts on
        "pulse_bot.errors",
        "pulse_bot.ports",
    },
    "The adapter kit knows the port and the errors, and nothing else": {
        "pulse_bot.__init__",
        "pulse_bot.adapter_kit",
        "pulse_bot.errors",
        "pulse_bot.ports",
    },
}
"""What may be imported, by contract. A room or module that is new is forbidden."""


def lists_of(value: object) -> Iterator[list[str]]:
    """Every list of words that a table holds, however deep; a text is a list of one."""
    match value:
        case str(text):
            yield [text]
        case list(words) if all(isinstance(word, str) for word in words):
            yield words
        case list(inner):
            for one in inner:
                yield from lists_of(one)
        case dict(table):
            for one in table.values():
                yield from lists_of(one)


def left_out(project: object, adapter: str) -> list[list[str]]:
    """The lists that name the web adapter, and not this one. Its entry point names one alone."""
    return [
        words
        for words in lists_of(project)
        if any("pulse_bot_web" in word or "adapters/web" in word for word in words)
        if words != ["pulse_bot_web:plugin"]
        if not any(f"_{adapter}" in word or f"adapters/{adapter}" in word for word in words)
    ]


def is_under(module: str, others: set[str]) -> bool:
    return any(module == other or module.startswith(f"{other}.") for other in others)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_an_adapter_is_packed_checked_and_in_every_contract(adapter: str) -> None:
    assert left_out(PROJECT, adapter) == []


def test_an_adapter_that_is_left_out_is_found() -> None:
    assert len(left_out(PROJECT, "nowhere")) >= 9


@pytest.mark.parametrize("contract", SEEN)
def test_what_a_contract_does_not_allow_it_forbids(contract: str) -> None:
    contracts = {one["name"]: one for one in PROJECT["tool"]["importlinter"]["contracts"]}
    named = SEEN[contract] | set(contracts[contract]["forbidden_modules"])

    assert [module for module in sorted(MODULES) if not is_under(module, named)] == []


def test_there_are_modules_and_adapters_to_look_at() -> None:
    assert {"pulse_bot.app", "pulse_bot.sending.courier"} <= MODULES
    assert ADAPTERS == ["slack", "telegram", "web"]
