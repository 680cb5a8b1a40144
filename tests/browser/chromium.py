"""Chromium as somebody uses it: opens pages, clicks, types, keeps files. Speaks its own protocol.

What is measured and looked at is in the tests.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--hide-scrollbars",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NEEDED: Final = (
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium: apt-get install chromium"),
)
"""The marks of every test that opens a page."""

PATIENCE: Final = 30.0
"""Seconds; a machine that is busy takes some to start a browser."""
MOMENT: Final = 0.05
MOMENTS: Final = int(PATIENCE / MOMENT)

MIDDLE: Final = """(() => {
  const found = [...document.querySelectorAll(%s)].filter(one => one.checkVisibility());
  const one = found.find(one => one.textContent.trim().includes(%s));
  if (!one) return null;
  one.scrollIntoView({block: "center"});
  const box = one.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})()"""
"""Where to click: in the middle of what can be seen, by its selector and its words."""

Json = dict[str, Any]


class Navigated(AssertionError):
    """The page gave way to another one while it was asked."""


class Window:
    """One page in a window of its own."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._session = ""

    async def open(self, url: str, *, width: int = 360, height: int = 800) -> None:
        """Show a page, in a window as wide as a phone."""
        made = await self.do("Target.createTarget", url="about:blank")
        attached = await self.do("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        self._session = attached["sessionId"]
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        await self.do("Emulation.setDeviceMetricsOverride", **size)
        await self.do("Page.navigate", url=url)
        await self.until(lambda text: bool(text.strip()))

    async def click(self, selector: str, words: str = "") -> None:
        """Click on what is seen, as a mouse does. Raises AssertionError where it is not."""
        where = await self.say(MIDDLE % (json.dumps(selector), json.dumps(words)))
        assert where, f"Nothing to click on: {selector} {words!r} in {await self.text()!r}"
        for kind in ("mousePressed", "mouseReleased"):
            told = {"type": kind, "x": where[0], "y": where[1], "button": "left", "clickCount": 1}
            await self.do("Input.dispatchMouseEvent", **told)

    async def type(self, selector: str, text: str) -> None:
        """Click into a field and type."""
        await self.click(selector)
        await self.do("Input.insertText", text=text)

    async def back(self) -> None:
        """The browser's own button."""
        told = await self.do("Page.getNavigationHistory")
        before = told["entries"][told["currentIndex"] - 1]["id"]
        await self.do("Page.navigateToHistoryEntry", entryId=before)

    async def text(self) -> str:
        """What can be read of a page that has come whole."""
        # What is clicked on before would take the page's place in the browser's history.
        whole = "document.readyState === 'complete' && document.body"
        try:
            return str(await self.say(f"{whole} ? document.body.innerText : ''"))
        except Navigated:
            return ""

    async def until(self, holds: Callable[[str], bool]) -> str:
        """Wait for the page to say something."""
        for _ in range(MOMENTS):
            if holds(text := await self.text()):
                return text
            await asyncio.sleep(MOMENT)
        raise AssertionError(f"The page never said it: {await self.text()!r}")

    async def picture(self) -> bytes:
        """The whole page as a PNG."""
        shot = await self.do("Page.captureScreenshot", captureBeyondViewport=True)
        return b64decode(shot["data"])

    async def keep_files_in(self, folder: Path) -> None:
        """Let downloads go there."""
        kept = {"behavior": "allow", "downloadPath": str(folder)}
        await self.do("Browser.setDownloadBehavior", **kept)

    async def say(self, script: str) -> Any:
        """What a script of the test's own finds; the pages themselves run none."""
        told = await self.do("Runtime.evaluate", expression=script, returnByValue=True)
        return told["result"].get("value")

    async def do(self, method: str, **given: Any) -> Json:
        """One command of the protocol."""
        number = next(self._numbers)
        command: Json = {"id": number, "method": method, "params": given}
        if self._session and not method.startswith("Browser."):
            command["sessionId"] = self._session
        await self._socket.send_json(command)
        async with asyncio.timeout(PATIENCE):
            while (told := await self._socket.receive_json()).get("id") != number:
                pass
        if "navigated" in str(told.get("error")):
            raise Navigated(told)
        assert "error" not in told, told
        result: Json = told["result"]
        return result


@asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Window]:
    """A Chromium that runs for the length of a block."""
    flags = [*FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    quiet = asyncio.subprocess.DEVNULL
    running = await asyncio.create_subprocess_exec(CHROMIUM, *flags, stdout=quiet, stderr=quiet)
    try:
        port, path = await _listening(profile / "DevToolsActivePort")
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket,
        ):
            yield Window(socket)
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.wait()


async def _listening(told: Path) -> tuple[str, str]:
    """The port and the path that a browser writes down once it listens."""
    await there(lambda: told.exists() and told.read_text("utf-8").count("\n") == 1)
    port, _, path = told.read_text("utf-8").partition("\n")  # noqa: ASYNC240 - two short lines
    return port, path


async def there(holds: Callable[[], bool]) -> None:
    """Wait until something is true. Raises AssertionError where it never is."""
    for _ in range(MOMENTS):
        if holds():
            return
        await asyncio.sleep(MOMENT)
    raise AssertionError("It did not become true in time.")
