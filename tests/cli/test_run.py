"""`pulse-bot run` as a real process, with the web adapter alone: the whole story, and trouble."""

from __future__ import annotations

import csv
import io
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest

from pulse_bot.crypto.key_stores import make_installation_key, make_key_folder
from tests.cli.conftest import NAME, Shell

PROGRAM = str(Path(sys.executable).parent / "pulse-bot")
RECORDED = "Recorded. You can change it until Friday "
TOGETHER = "Database, installation key and key store all lie in"


@contextmanager
def occupied() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def port() -> int:
    with occupied() as found:
        return found


@contextmanager
def serving(shell: Shell, port: int) -> Iterator[httpx.Client]:
    """A running pulse-bot and a browser; stopped as a service manager does."""
    with (
        (shell.folder / "run.log").open("ab") as log,
        subprocess.Popen([PROGRAM, "run"], stdout=log, stderr=log) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True) as browser,
    ):
        try:
            wait_for(process, browser)
            limits = Path(f"/proc/{process.pid}/limits")
            if limits.exists():
                assert re.search(r"core file size +0 +0 ", limits.read_text())
            yield browser
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()


def wait_for(process: subprocess.Popen[bytes], browser: httpx.Client) -> None:
    for _ in range(300):
        assert process.poll() is None, "It ended before it served anything."
        try:
            if browser.get("/healthz").text == "ok":
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("It serves nothing.")


def set_up(shell: Shell, port: int) -> list[str]:
    """A partnership of fourteen with an open round; the paths of their links."""
    shell.does("init", "--yes", "--data", "data", "--port", str(port))
    shell.does("partnership", "create", NAME)
    people = [f"Member {n:02},School {n % 7}" for n in range(14)]
    (shell.folder / "people.csv").write_text("\n".join(["name,organisation", *people]))
    links = csv.DictReader(io.StringIO(shell.does("member", "import", NAME, "people.csv")))
    shell.does("programme", "set", NAME)
    shell.does("round", "open", NAME)
    return [row["link"].removeprefix(f"http://127.0.0.1:{port}") for row in links]


def answer(browser: httpx.Client, path: str, number: int) -> str:
    """Read the promise, fill in the form as it stands on the page, and send it."""
    assert "What happens to your answers" in browser.get(path).text
    page = browser.post(f"{path}/promise").text
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form is not None
    fields = sorted(set(re.findall(r'type="radio" name="([^"]+)"', page)))
    assert len(fields) == 3
    values = {name: str(1 + (number + n) % 5) for n, name in enumerate(fields)}
    sent = browser.post(f"{path}/send", data={"form": form[1], **values})
    assert sent.status_code == 200
    return unescape(sent.text)


def digest_on(page: str) -> str:
    """The part of the group's page that has digests."""
    found = re.search(r"<main.*</main>", page, re.DOTALL)
    assert found is not None
    return found[0]


def test_a_whole_round_with_a_restart(empty_shell: Shell, port: int) -> None:
    shell = empty_shell
    paths = set_up(shell, port)
    with serving(shell, port) as browser:
        for number, path in enumerate(paths[:12]):
            browser.cookies.clear()
            assert RECORDED in answer(browser, path, number)
        assert "No digest yet" in browser.get(f"{paths[13]}/group").text
        assert shell.does("round", "close", NAME).startswith("Round 1 is closed.")

        page = browser.get(f"{paths[13]}/group").text
        assert "Round 1: " in page
        assert "out of 5" in page
        late = browser.post(f"{paths[0]}/press", data={"action": "answer:1:0:answer:5"})
        assert late.status_code == 409
        dead = browser.get(f"{paths[0][:-1]}{'A' if paths[0][-1] != 'A' else 'B'}")
        assert dead.status_code == 404
    shown = shell.does("digest", "show", NAME)

    with serving(shell, port) as browser:
        browser.cookies.clear()
        assert digest_on(browser.get(f"{paths[13]}/group").text) == digest_on(page)
        assert shell.does("digest", "show", NAME) == shown

    log = (shell.folder / "run.log").read_text()
    assert log.count("Starting pulse-bot with web. Stop it with Ctrl-C.") == 2
    assert log.count("Stopped.") == 2
    assert TOGETHER not in log
    for secret in (*(path.rpartition("/")[2] for path in paths), "Member 0", "School 3"):
        assert secret not in log
    assert [file.name for file in shell.keys.iterdir()] == ["store.marker"]


def test_a_port_in_use_ends_it_with_a_message(empty_shell: Shell) -> None:
    with occupied() as port:
        empty_shell.does("init", "--yes", "--data", "data", "--port", str(port))
        ended = subprocess.run(
            [PROGRAM, "run"], capture_output=True, text=True, check=False, timeout=60
        )

    assert ended.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use: stop the other program or" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_one_folder_with_everything_is_warned_of_and_works(empty_shell: Shell) -> None:
    """As `init` made it once."""
    data = empty_shell.folder / "data"
    make_key_folder(data / "keys")
    make_installation_key(data / "installation.key")
    with occupied() as port:
        empty_shell.does("init", "--yes", "--data", "data", "--port", str(port))
        ended = subprocess.run(
            [PROGRAM, "run"], capture_output=True, text=True, check=False, timeout=60
        )

    assert ended.stderr.count(f"{TOGETHER} {data}") == 1
    assert f"Port {port} on 127.0.0.1 is in use" in ended.stderr
