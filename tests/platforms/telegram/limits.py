"""Lengths, counts and addresses that Telegram allows and the specification does not hold."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.platforms.telegram.refusals import ApiError, Avoidable, avoidable
from tests.platforms.telegram.spec import Upload
from tests.platforms.telegram.texts import units

TEXT = 4096
CAPTION = 1024
TOAST = 200
BUTTONS = 100
CALLBACK_DATA = 64
PHOTO_BYTES = 10 * 1024 * 1024
DOCUMENT_BYTES = 50 * 1024 * 1024
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
COMMANDS = 100

PNG = b"\x89PNG\r\n\x1a\n"
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
START = re.compile(r"[A-Za-z0-9_-]{1,64}")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
BUTTON_KINDS = frozenset(
    (
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    )
)


def check_text(text: str) -> None:
    """A message's text, after its entities were parsed. Raises ApiError."""
    if not text:
        raise avoidable("message text is empty")
    if units(text) > TEXT:
        raise avoidable("message is too long")


def check_caption(text: str) -> None:
    """A picture's caption, likewise."""
    if units(text) > CAPTION:
        raise avoidable("message caption is too long")


def check_keyboard(markup: dict[str, Any] | None) -> None:
    """The buttons under a message. Raises ApiError."""
    buttons = [one for row in (markup or {}).get("inline_keyboard", ()) for one in row]
    if len(buttons) > BUTTONS:
        raise avoidable("REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        for error in _button_mistakes(button):
            raise error


def _button_mistakes(button: dict[str, Any]) -> Iterator[ApiError]:
    if not button["text"].strip():
        yield avoidable("can't parse inline keyboard button: Text must be non-empty")
    if len(button.keys() & BUTTON_KINDS) != 1:
        # Telegram takes several and ignores all but one, which nobody can mean.
        yield avoidable("can't parse inline keyboard button: Text buttons are unallowed in it")
    if not 1 <= len(button.get("callback_data", "-").encode()) <= CALLBACK_DATA:
        yield avoidable("BUTTON_DATA_INVALID")
    if "url" in button and (wrong := _wrong_url(button["url"])):
        yield avoidable(f"inline keyboard button URL '{button['url']}' is invalid: {wrong}")


def _wrong_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "tg") or not parts.netloc:
        return "Wrong HTTP URL"
    query = parse_qs(parts.query, keep_blank_values=True)
    if parts.hostname == "t.me" and "start" in query and not START.fullmatch(query["start"][0]):
        # Telegram takes such a link, and whoever presses it starts the bot without the parameter.
        return "the start parameter is lost"
    return ""


def check_photo(photo: Upload | str) -> tuple[int, int]:
    """A picture's width and height. Raises ApiError."""
    if isinstance(photo, str):
        raise avoidable("wrong remote file identifier specified: this server knows no files")
    if len(photo.content) > PHOTO_BYTES:
        raise Avoidable(413, "Request Entity Too Large")
    if not photo.content.startswith(PNG):
        raise avoidable("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", photo.content[16:24])
    if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
        raise avoidable("PHOTO_INVALID_DIMENSIONS")
    return width, height


def check_document(document: Upload | str) -> Upload:
    """A file of any kind. Raises ApiError."""
    if isinstance(document, str):
        raise avoidable("wrong remote file identifier specified: this server knows no files")
    if len(document.content) > DOCUMENT_BYTES:
        raise Avoidable(413, "Request Entity Too Large")
    if not document.content:
        raise avoidable("file must be non-empty")
    return document


def check_commands(commands: list[dict[str, Any]]) -> None:
    """The menu of commands. Raises ApiError."""
    if len(commands) > COMMANDS:
        raise avoidable("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not COMMAND.fullmatch(one["command"]):
            raise avoidable("BOT_COMMAND_INVALID")
        if not 1 <= len(one["description"]) <= 256:
            raise avoidable("BOT_COMMAND_DESCRIPTION_INVALID")
