"""Many workspaces install the app themselves, and their tokens are kept in the vault alone."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import cast
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Asgi, Pressed
from pulse_bot.testing import Script, running
from pulse_bot.testing.samples import sample_card
from pulse_bot_slack.adapter import SlackAdapter
from pulse_bot_slack.installs import InstallationRecord
from pulse_bot_slack.oauth import SignedStates
from pulse_bot_slack.settings import SlackSettings
from tests.platforms.slack import Slack, SlackPerson, Watched, serving
from tests.platforms.slack.delivery import until

# slack_sdk hands its client's secret to aiohttp in a way that aiohttp has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

PUBLIC = "https://pulse.example.org"


class Drawer:
    """A vault that is a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.next: list[bytes] = []
        """What is found first, before somebody else puts in what is kept."""

    def get(self, name: str) -> bytes | None:
        return self.next.pop(0) if self.next else self.kept.get(name)

    def put(self, name: str, secret: bytes) -> None:
        self.kept[name] = secret

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)

    def names(self) -> frozenset[str]:
        return frozenset(self.kept)


class Lender:
    """A host that keeps what is mounted, for a browser that needs no socket."""

    def __init__(self) -> None:
        self.app: Asgi | None = None

    def mount(self, path: str, app: Asgi) -> str:
        self.app = app
        return f"{PUBLIC}{path}"


@dataclass(slots=True)
class Scene:
    """A Slack, an adapter that serves every workspace that installs it, and a browser."""

    slack: Slack
    adapter: SlackAdapter
    script: Script
    drawer: Drawer
    browser: httpx.AsyncClient

    async def agree(self) -> str:
        """Begin to install, and say yes in Slack; returns where Slack sends the browser then."""
        begun = await self.browser.get("/slack/install")
        assert begun.status_code == 302
        async with httpx.AsyncClient() as outside:
            agreed = await outside.get(begun.headers["location"])
        return str(agreed.headers["location"])

    async def install(self) -> None:
        """Install the app in the newest workspace."""
        done = await self.browser.get(await self.agree())
        assert done.status_code == 200, done.text

    def person(self) -> SlackPerson:
        """Somebody in the newest workspace."""
        where = list(self.slack.world.teams.values())[-1]
        return SlackPerson(self.slack, self.slack.world.add_user(where), where)


def settings(slack: Slack) -> SlackSettings:
    return SlackSettings(
        app_token=SecretStr(slack.app.app_token),
        client_id=slack.app.client_id,
        client_secret=SecretStr(slack.app.client_secret),
        base_url=slack.base_url,
    )


@asynccontextmanager
async def staged(slack: Slack, drawer: Drawer) -> AsyncIterator[Scene]:
    adapter, script, lender = SlackAdapter(settings(slack)), Script(), Lender()
    adapter.keep_in(drawer)
    adapter.serve_on(lender)
    slack.watched = Watched(script)
    async with running(adapter, slack.watched):
        assert slack.sockets is not None
        connected = slack.sockets.connections
        assert await until(lambda: bool(connected))
        transport = httpx.ASGITransport(app=cast("httpx._transports.asgi._ASGIApp", lender.app))
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
            yield Scene(slack, adapter, script, drawer, browser)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with serving() as slack, staged(slack, Drawer()) as one:
        yield one
        slack.assert_clean()


async def refusal(scene: Scene, address: Address) -> AdapterError:
    """The error of a card that is sent there."""
    with pytest.raises(AdapterError) as caught:
        await scene.adapter.send(address, sample_card())
    return caught.value


async def test_a_workspace_installs_the_app_and_is_served(scene: Scene) -> None:
    scene.slack.world.add_team("birch")
    await scene.install()
    person = scene.person()

    await scene.adapter.send(person.address, sample_card("Agree"))
    await person.press("Agree")

    assert scene.script.heard(Pressed) == [Pressed(person.address, "act:0")]
    assert scene.drawer.names() == {person.team.id}


async def test_two_workspaces_are_told_apart(scene: Scene) -> None:
    people = []
    for name in ("birch", "cedar"):
        scene.slack.world.add_team(name)
        await scene.install()
        people.append(scene.person())

    for person in people:
        await scene.adapter.send(person.address, sample_card("Agree"))
        await person.press("Agree")
    swapped = Address("slack", people[0].team.id, people[1].user.id)
    with pytest.raises(AdapterError) as caught:
        await scene.adapter.send(swapped, sample_card())

    assert [one.address for one in scene.script.heard(Pressed)] == [one.address for one in people]
    assert caught.value.permanent


async def test_nothing_of_whoever_installed_it_is_kept(scene: Scene) -> None:
    await scene.install()

    (kept,) = scene.drawer.kept.values()
    assert json.loads(kept).keys() == {"bot", "token", "refresh", "runs_out"}


async def test_a_token_is_renewed_before_it_runs_out(scene: Scene) -> None:
    scene.slack.tokens_expire = True
    await scene.install()
    person = scene.person()
    ((name, kept),) = scene.drawer.kept.items()
    first = InstallationRecord(**json.loads(kept))
    soon = replace(first, runs_out=int(time.time()) + 60)
    scene.drawer.put(name, json.dumps(asdict(soon)).encode())

    async with staged(scene.slack, scene.drawer) as later:  # a start of the process
        await later.adapter.send(person.address, sample_card("Agree"))

    renewed = InstallationRecord(**json.loads(scene.drawer.kept[name]))
    assert {renewed.token, renewed.refresh}.isdisjoint({first.token, first.refresh})
    assert renewed.runs_out > soon.runs_out


async def test_a_token_is_never_written_out(scene: Scene) -> None:
    assert "secret-token" not in repr(InstallationRecord("U1", "secret-token", "secret-token"))


@pytest.mark.parametrize("renewed_elsewhere", [True, False])
async def test_a_renewal_that_is_refused_is_looked_up_and_never_permanent(
    scene: Scene, renewed_elsewhere: bool
) -> None:
    scene.slack.tokens_expire = True
    await scene.install()
    person = scene.person()
    ((name, fresh),) = scene.drawer.kept.items()
    used_up = replace(
        InstallationRecord(**json.loads(fresh)), refresh="used up", runs_out=int(time.time()) + 60
    )
    old = json.dumps(asdict(used_up)).encode()
    scene.drawer.put(name, old)

    async with staged(scene.slack, scene.drawer) as later:
        # Both reads before it renews still find the old one; another worker saves after them.
        scene.drawer.next = [old, old] if renewed_elsewhere else []
        scene.drawer.put(name, fresh if renewed_elsewhere else old)
        if renewed_elsewhere:
            await later.adapter.send(person.address, sample_card(title="Served"))
            assert "Served" in person.seen().text
            return
        error = await refusal(later, person.address)
        assert (error.permanent, error.gone) == (False, False)
        assert "PULSE_BOT_SLACK__CLIENT_SECRET" in str(error)


async def test_a_workspace_that_removes_the_app_is_forgotten(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.install()
    person = scene.person()
    await scene.adapter.send(person.address, sample_card())

    scene.slack.uninstall()

    assert await until(lambda: not scene.drawer.kept)
    caplog.clear()
    for _ in range(2):
        error = await refusal(scene, person.address)
        assert (error.permanent, error.gone) == (False, False), "it may be installed again"
    assert [one.levelname for one in caplog.records] == ["ERROR"], "and the operator is told once"


async def test_a_workspace_installed_anew_by_way_of_another_process_is_served(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.install()
    person = scene.person()
    await scene.adapter.send(person.address, sample_card())
    scene.slack.revoke_tokens(person.team)
    for _ in range(2):  # as long as there is no other token
        assert not (await refusal(scene, person.address)).permanent

    kept = json.loads(scene.drawer.kept[person.team.id])
    told = scene.slack.installed(person.team.id)  # to another process, which shares the vault
    scene.drawer.put(person.team.id, json.dumps(kept | {"token": told["access_token"]}).encode())

    await scene.adapter.send(person.address, sample_card("Agree", title="Again"))
    assert "Again" in person.seen().text
    assert len([one for one in caplog.records if one.levelno >= logging.ERROR]) == 1


async def test_only_the_browser_that_began_can_install(scene: Scene) -> None:
    back = await scene.agree()
    cookies = dict(scene.browser.cookies)

    scene.browser.cookies.clear()
    stranger = await scene.browser.get(back)
    assert stranger.status_code == 400
    assert not scene.drawer.kept

    scene.browser.cookies.update(cookies)
    assert (await scene.browser.get(back)).status_code == 200
    assert scene.drawer.kept


async def test_an_answer_from_slack_is_good_once(scene: Scene) -> None:
    back = await scene.agree()
    cookies = dict(scene.browser.cookies)
    assert (await scene.browser.get(back)).status_code == 200

    scene.browser.cookies.update(cookies)
    assert (await scene.browser.get(back)).status_code == 401


async def test_a_state_is_good_where_it_was_signed_and_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = SignedStates("our secret"), SignedStates("their secret")

    assert await ours.async_consume(await ours.async_issue())
    assert not await ours.async_consume(await theirs.async_issue())
    assert not await ours.async_consume("")
    assert not await ours.async_consume("9999999999.0.é")
    late = await ours.async_issue()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 601)
    assert not await ours.async_consume(late)


async def test_the_way_back_is_ours(scene: Scene) -> None:
    begun = await scene.browser.get("/slack/install")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)

    assert asked["redirect_uri"] == [f"{PUBLIC}/slack/oauth_redirect"]
    assert begun.headers["location"].startswith(scene.slack.origin)


async def test_events_are_taken_over_http_only_where_they_are_signed(scene: Scene) -> None:
    assert (await scene.browser.post("/slack/events", content=b"{}")).status_code == 404


async def test_without_a_host_there_is_no_way_to_install() -> None:
    async with serving() as slack:
        with pytest.raises(AdapterError) as caught:
            SlackAdapter(settings(slack)).serve_on(None)
    assert "PULSE_BOT_WEB__PUBLIC_URL" in str(caught.value)
