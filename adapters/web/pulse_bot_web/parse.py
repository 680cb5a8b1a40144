"""Requests in, events out. What a browser cannot have sent is turned away with a kind word.

Values are passed on exactly as the person chose them; whether they fit a question is the core's to
say.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from pulse_bot.ports import Address, Pressed, Submitted

LONGEST_BODY: Final = 64 * 1024
LONGEST_READ: Final = 1024 * 1024
"""A body that is too long is still read up to here and dropped, since a browser whose upload is cut
off shows its own error in place of our page."""
MOST_PARTS: Final = 200

FIELD: Final = "f:"
"""What the names of a form's fields start with, so that none can collide with a name of ours."""
TYPED: Final = "t:"
"""The same for what is typed in place of a choice."""


class RequestRejected(Exception):
    """A request that cannot be taken, with a word for the person who made it."""

    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.message = message


async def read_press(request: Request, address: Address) -> tuple[Pressed, str]:
    """The button that was pressed, and the file that is wanted of it. Raises TurnedAway."""
    sent = dict(await _read_parts(request))
    if "action" not in sent:
        raise _unreadable_error()
    return Pressed(address, sent["action"]), sent.get("file", "")


async def read_submission(request: Request, address: Address) -> Submitted:
    """The form that was sent, without the fields left empty. Raises TurnedAway."""
    form: str | None = None
    values: dict[str, tuple[str, ...]] = {}
    typed: dict[str, tuple[str, ...]] = {}
    for name, value in await _read_parts(request):
        if name == "form":
            form = value
        elif not value.strip():
            continue
        elif name.startswith(FIELD):
            key = name.removeprefix(FIELD)
            # Browsers send a line break in a text as two characters.
            values[key] = (*values.get(key, ()), value.replace("\r\n", "\n"))
        elif name.startswith(TYPED):
            typed[name.removeprefix(TYPED)] = (value,)
    if form is None:
        raise _unreadable_error()
    # A radio button cannot be let go of again; words can be deleted. So words are what is meant.
    return Submitted(address, form, values | typed)


async def _read_parts(request: Request) -> list[tuple[str, str]]:
    body = await _collect_body(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise RequestRejected(
            415,
            "That cannot be read here",
            "Nothing has been recorded. Please open your link in a web browser and answer there.",
        )
    try:
        return parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=MOST_PARTS,
        )
    except ValueError as error:
        raise _unreadable_error() from error


async def _collect_body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LONGEST_READ:
        raise _too_long_error()
    body, length = bytearray(), 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > LONGEST_READ:
            break
        if length <= LONGEST_BODY:
            body += chunk
    if length > LONGEST_BODY:
        raise _too_long_error()
    return bytes(body)


def _too_long_error() -> RequestRejected:
    return RequestRejected(
        413,
        "That is too long",
        "Nothing has been recorded, because there is more text than we can take. "
        "Please go back, shorten it and send it again.",
    )


def _unreadable_error() -> RequestRejected:
    return RequestRejected(
        422,
        "That did not come through",
        "Nothing has been recorded. Please open the question again and send it once more.",
    )
