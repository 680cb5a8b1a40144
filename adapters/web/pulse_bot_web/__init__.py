"""The web adapter: personal links, the question page, the group's page.

The plug-in imports neither Starlette nor Jinja2 nor uvicorn: `build` does, so that settings can be
checked and links be made without them.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from pulse_bot.config.plugins import AdapterPlugin, PersonalLink
from pulse_bot.errors import MissingExtra
from pulse_bot.ports import Card, ChatAdapter, Form
from pulse_bot_web.links import link_address
from pulse_bot_web.settings import WebSettings

__all__ = ["plugin"]


def build_adapter(settings: WebSettings) -> ChatAdapter:
    """The adapter, not yet listening. Raises MissingExtra."""
    try:
        from pulse_bot_web.adapter import WebAdapter
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("pulse_bot"):
            raise
        raise MissingExtra("web", error.name) from error
    return WebAdapter(settings)


def create_personal_link(settings: WebSettings) -> PersonalLink:
    """A new link, and the address that it leads to. Only the address is ever stored."""
    token = secrets.token_urlsafe(32)
    return PersonalLink(link_address(token), f"{settings.links_start_with}/p/{token}")


def preview_question(cards: Sequence[Card], form: Form) -> str:
    """How a question looks here, for people who write some. Raises MissingExtra."""
    try:
        from pulse_bot_web.preview import preview_form as drawn
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("pulse_bot"):
            raise
        raise MissingExtra("web", error.name) from error
    return drawn(form)


plugin = AdapterPlugin(
    name="web",
    settings=WebSettings,
    build=build_adapter,
    personal_link=create_personal_link,
    preview=preview_question,
)
