"""How adapters and renderers are found: by entry point, built-ins through the same door as others.

A plug-in module must import without its platform's library, so that settings can be checked and a
missing extra be named; `build` imports the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from pulse_bot.errors import MissingExtra, PulseBotError
from pulse_bot.ports import Address, Card, ChatAdapter, Form, Renderer

if TYPE_CHECKING:
    from pydantic import BaseModel

SettingsT = TypeVar("SettingsT", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """An address that an adapter made itself, and the link that leads its owner there.

    The link is shown once, to whoever asked for it; only the address is kept.
    """

    address: Address
    url: str


@dataclass(frozen=True, slots=True)
class AdapterPlugin(Generic[SettingsT]):
    """What an entry point of the group `pulse_bot.adapters` names."""

    name: str
    settings: type[SettingsT]
    """The section of the settings that bears the adapter's name."""
    build: Callable[[SettingsT], ChatAdapter]
    """Raises MissingExtra where the platform's library is not installed."""
    personal_link: Callable[[SettingsT], PersonalLink] | None = None
    """Makes a new address, for platforms where pulse-bot gives them out."""
    preview: Callable[[Sequence[Card], Form], str] | None = None
    """How a question looks there, in plain text: its cards, or the form that asks the same.

    For people who write questions, without any settings. Raises MissingExtra.
    """


def adapter_plugins() -> dict[str, AdapterPlugin[Any]]:
    """Every adapter that is installed, by name. Raises PulseBotError where one is broken."""
    return {
        entry.name: _load_entry(entry, AdapterPlugin, entry.name)
        for entry in _unique_entries("pulse_bot.adapters")
    }


def load_renderer(name: str = "digest") -> Renderer:
    """The renderer of that name. Raises MissingExtra, or PulseBotError where it is broken."""
    for entry in _unique_entries("pulse_bot.renderers"):
        if entry.name == name:
            return cast("Renderer", _load_entry(entry, object, "reports"))
    raise PulseBotError(f"There is no renderer {name!r} here. Install the package that brings it.")


def _unique_entries(group: str) -> Iterable[EntryPoint]:
    entries: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        if (other := entries.setdefault(entry.name, entry)) is not entry:
            both = f"{_package_name(other)} and {_package_name(entry)}"
            raise PulseBotError(f"{both} both bring {entry.name!r}. Uninstall one of them.")
    return entries.values()


def _load_entry(entry: EntryPoint, kind: type, extra: str) -> Any:
    package = _package_name(entry)
    try:
        plugin = entry.load()
        if not isinstance(plugin, kind):
            raise TypeError(f"{entry.value} is not an {kind.__name__}")  # noqa: TRY301 - told below
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and package == "pulse-bot":
            raise MissingExtra(extra, str(error.name)) from error
        raise PulseBotError(
            f"The plug-in {entry.name!r} of the package {package} does not load: "
            f"{type(error).__name__}: {error}. Update {package}, or uninstall it."
        ) from error
    return plugin


def _package_name(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.module
