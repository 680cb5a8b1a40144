"""The routes: one request, one event, one page. Knows HTTP, and nothing of sockets or servers.

Nothing about a person is kept between two requests; the two cookies live in the person's browser.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, cast
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pulse_bot.ports import Asgi, Commanded, Handle, OpenedHome, Outcome, Reply, Reporting
from pulse_bot_web.headers import WHOLE_PAGE_POLICY, SecurityHeaders
from pulse_bot_web.links import TOKEN, link_address
from pulse_bot_web.parse import RequestRejected, read_press, read_submission
from pulse_bot_web.render import READING, Page, PageSource, PageTemplates, answer_page, home_page
from pulse_bot_web.settings import WebSettings

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]

PROMISED: Final = "promised"
NOTICE: Final = "notice"
A_YEAR: Final = 365 * 24 * 60 * 60
A_MINUTE: Final = 60
FOR_THE_WAY_BACK: Final = "private, no-cache"
"""For what came of a button or a form: a browser that may not keep it asks whether to press again
when somebody goes back to it. It never says what was answered, as no page does."""
LONGEST_COOKIE: Final = 3000
"""Browsers drop a cookie of more than 4096 bytes with its name and attributes."""

UNKNOWN = (
    "This link is not valid any more",
    "Ask your partnership's lead for a new one.",
)
NO_FILE = (
    "That file is not here any more",
    "Please go back, and open the page that it was on again.",
)
SORRY = (
    "That did not work just now",
    "Something went wrong on our side. Nothing was lost; please try again in a minute.",
)


class Site:
    """The pages of one running adapter."""

    def __init__(
        self, settings: WebSettings, handle: Handle, watched: Sequence[Reporting] = ()
    ) -> None:
        """`watched` are the adapters of whose health is told, beside that pages are served."""
        self._settings = settings
        self._watched = watched
        self._handle = handle
        self._pages = PageTemplates(settings.path)

    def build_app(self, mounted: Mapping[str, Asgi] = MappingProxyType({})) -> Starlette:
        """The ASGI application, with those of other adapters under their paths."""
        personal = "/p/{token}"
        routes = [
            Route("/", self._handle_errors(self._front_page)),
            Route("/healthz", self._handle_errors(self._health_check)),
            Route("/style.css", self._handle_errors(self._style_sheet)),
            Route(personal, self._handle_errors(self._home_page)),
            Route(
                f"{personal}/promise", self._handle_errors(self._accept_promise), methods=["POST"]
            ),
            Route(f"{personal}/press", self._handle_errors(self._press_button), methods=["POST"]),
            Route(f"{personal}/send", self._handle_errors(self._send_form), methods=["POST"]),
            *(
                Route(f"{personal}/{command}", self._handle_errors(self._run_command))
                for command in READING
            ),
            # Last, so that none can stand in front of a page.
            *(
                route
                for mount_path, mounted_app in mounted.items()
                for route in _mount_routes(mount_path, mounted_app)
            ),
        ]
        app = Starlette(
            routes=routes,
            middleware=[Middleware(SecurityHeaders)],
            exception_handlers={HTTPException: self._no_such_page},
        )
        # It would build an address from the Host header, which anybody can write.
        app.router.redirect_slashes = False
        return app

    # The pages of everybody

    async def _front_page(self, request: Request) -> Response:
        return HTMLResponse(self._pages.front_page())

    async def _health_check(self, request: Request) -> Response:
        health = [(adapter.name, adapter.health()) for adapter in self._watched]
        is_well = not any(trouble for _, trouble in health)
        lines = [f"{name}: {trouble or 'ok'}" for name, trouble in health]
        text = "\n".join(["ok" if is_well else "trouble", *lines])
        return PlainTextResponse(text, 200 if is_well else 503)

    async def _style_sheet(self, request: Request) -> Response:
        return Response(
            self._pages.css, media_type="text/css", headers={"Cache-Control": "max-age=3600"}
        )

    # The pages of one person

    async def _home_page(self, request: Request) -> Response:
        home = self._home_path(request)
        # Where a browser refuses cookies, the address line says for one visit that it was read.
        promised = PROMISED in request.cookies or request.query_params.get(PROMISED) == "1"
        notice = _decode_notice(request.cookies.get(NOTICE, ""))
        reply = await self._handle(OpenedHome(link_address(_read_token(request)), promised))
        if reply.outcome is Outcome.UNKNOWN:
            return self._unknown_link_page()
        if file_name := request.query_params.get("file"):
            return self._file_response(home, reply, file_name)
        page = home_page(home, reply, promised=promised, notice=notice)
        response = self._page_response(page, 409 if page.refused else 200)
        if notice and not page.promise and request.method == "GET":
            response.delete_cookie(NOTICE, path=home, httponly=True, samesite="strict")
        return response

    async def _accept_promise(self, request: Request) -> Response:
        home = self._home_path(request)
        response = RedirectResponse(f"{home}?{PROMISED}=1", 303)
        # Lax, so that it is sent when the weekly link is opened from a mail. It grants nothing.
        response.set_cookie(
            PROMISED,
            "1",
            max_age=A_YEAR,
            path=home,
            secure=self._settings.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    async def _press_button(self, request: Request) -> Response:
        event, file_name = await read_press(request, link_address(_read_token(request)))
        reply = await self._handle(event)
        if file_name and reply.outcome is Outcome.DONE:
            return self._file_response(self._home_path(request), reply, file_name)
        source = PageSource(f"{self._home_path(request)}/press", event.action)
        return self._answer_response(request, reply, source)

    async def _send_form(self, request: Request) -> Response:
        reply = await self._handle(
            await read_submission(request, link_address(_read_token(request)))
        )
        return self._answer_response(request, reply)

    async def _run_command(self, request: Request) -> Response:
        command = request.url.path.rpartition("/")[2]
        reply = await self._handle(Commanded(link_address(_read_token(request)), command))
        if reply.outcome is Outcome.UNKNOWN:
            return self._unknown_link_page()
        if reply.page:
            return HTMLResponse(reply.page, headers={"Content-Security-Policy": WHOLE_PAGE_POLICY})
        home = self._home_path(request)
        if (file_name := request.query_params.get("file")) and reply.outcome is Outcome.DONE:
            return self._file_response(home, reply, file_name)
        page = answer_page(home, reply, current=command, source=PageSource(f"{home}/{command}"))
        return self._page_response(page, 409 if page.refused else 200)

    # What they share

    def _answer_response(
        self, request: Request, reply: Reply, source: PageSource | None = None
    ) -> Response:
        """A notice alone goes by a redirect, so that reloading the page sends nothing again."""
        home = self._home_path(request)
        if reply.outcome is Outcome.UNKNOWN:
            return self._unknown_link_page()
        packed = _encode_notice(reply.notice)
        notice_alone = not reply.cards and reply.form is None and len(packed) <= LONGEST_COOKIE
        if reply.outcome is Outcome.REFUSED or not notice_alone:
            page = answer_page(home, reply, source=source)
            response: Response = self._page_response(page, 409 if page.refused else 200)
            response.headers["Cache-Control"] = FOR_THE_WAY_BACK
            return response
        response = RedirectResponse(home, 303)
        response.set_cookie(
            NOTICE,
            packed,
            max_age=A_MINUTE,
            path=home,
            secure=self._settings.secure,
            httponly=True,
            samesite="strict",
        )
        return response

    def _file_response(self, home: str, reply: Reply, name: str) -> Response:
        """The file of this name among a reply's cards."""
        files = [card.file for card in reply.cards if card.file]
        file = next((candidate for candidate in files if candidate.name == name), None)
        if file is None:
            return HTMLResponse(self._pages.message_page(*NO_FILE, home), 404)
        # Never shown by the browser itself: what is in it is not held to the rules of our pages.
        disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        headers = {"Content-Disposition": disposition}
        return Response(file.content, media_type=file.media_type, headers=headers)

    def _page_response(self, page: Page, status: int) -> Response:
        return HTMLResponse(self._pages.write_page(page), status)

    def _unknown_link_page(self) -> Response:
        return HTMLResponse(self._pages.message_page(*UNKNOWN), 404)

    def _home_path(self, request: Request) -> str:
        return f"{self._settings.path}/p/{_read_token(request)}"

    def _handle_errors(self, endpoint: Endpoint) -> Endpoint:
        """Whatever happens behind an endpoint, the person gets a page, and the log no payload."""

        async def answer_kindly(request: Request) -> Response:
            try:
                return await endpoint(request)
            except RequestRejected as rejection:
                return self._rejection_page(request, rejection)
            except _UnknownLink:
                return self._unknown_link_page()
            except Exception:
                log.exception("A request was not handled.")
                return HTMLResponse(
                    self._pages.message_page(*SORRY, self._home_path_or_empty(request)), 503
                )

        return answer_kindly

    def _rejection_page(self, request: Request, rejection: RequestRejected) -> Response:
        home = self._home_path_or_empty(request)
        return HTMLResponse(
            self._pages.message_page(rejection.title, rejection.message, home), rejection.status
        )

    def _home_path_or_empty(self, request: Request) -> str:
        try:
            return self._home_path(request)
        except _UnknownLink:
            return ""

    async def _no_such_page(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        headers = error.headers if isinstance(error, HTTPException) else None
        text = "Please open your personal link again, or go back to the page you came from."
        page = self._pages.message_page("There is no such page", text)
        return HTMLResponse(page, status, headers=headers)


class _MountedApp:
    """Another adapter's application, told where it stands."""

    def __init__(self, path: str, app: Asgi) -> None:
        self._path = path
        self._app = cast("ASGIApp", app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root = f"{scope.get('root_path', '')}{self._path}"
        await self._app({**scope, "root_path": root}, receive, send)


def _mount_routes(path: str, app: Asgi) -> tuple[Route, Route]:
    """The path itself and all below it; Starlette's own `Mount` leaves out the first."""
    mounted = _MountedApp(path, app)
    return Route(path, mounted), Route(f"{path}/{{below:path}}", mounted)


class _UnknownLink(Exception):
    """The path holds no token that was ever made here."""


def _read_token(request: Request) -> str:
    token = str(request.path_params.get("token", ""))
    if not TOKEN.fullmatch(token):
        raise _UnknownLink
    return token


def _encode_notice(notice: str) -> str:
    return base64.urlsafe_b64encode(notice.encode()).decode().rstrip("=")


def _decode_notice(cookie: str) -> str:
    try:
        return base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
