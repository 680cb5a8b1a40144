"""How python-telegram-bot's requests travel: by aiohttp, at half the work of its own transport.

That matters when a whole partnership clicks within a minute. No request is ever repeated here:
what was lost may have arrived.
"""

from __future__ import annotations

from typing import Final

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0

NEVER_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""What went wrong before a request was on its way."""

Seconds = object
"""The library's own type of a timeout: a number, None, or a mark that means the usual one."""


class Transport(BaseRequest):
    """So many connections at most, opened as they are needed and kept for a while."""

    def __init__(self, connections: int) -> None:
        """Nothing is opened before the first request."""
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds for an answer; the library adds its own to it where it asks for updates."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Be ready."""
        self._ready()

    async def shutdown(self) -> None:
        """End all connections; a later request opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        write_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        connect_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        pool_timeout: Seconds = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body of the answer. Raises TimedOut and NetworkError."""
        reading = read_timeout if isinstance(read_timeout, int | float) else READ_SECONDS
        timeout = aiohttp.ClientTimeout(connect=CONNECT_SECONDS, sock_read=reading)
        try:
            async with self._ready().request(
                method, url, data=_body(request_data), timeout=timeout
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            # Its text can hold the address, and with it the token.
            raise NetworkError(type(error).__name__) from error

    def _ready(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=True,  # schools sit behind proxies
            )
        return self._session


def _body(request: RequestData | None) -> aiohttp.FormData | None:
    if request is None:
        return None
    # Telegram shows a file's name as it comes, so that a quoted blank would be read as "%20".
    body = aiohttp.FormData(request.json_parameters, quote_fields=False)
    for name, (filename, content, kind) in request.multipart_data.items():
        body.add_field(name, content, filename=filename, content_type=kind)
    return body
