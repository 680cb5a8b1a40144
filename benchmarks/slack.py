"""Slack: clicks a second, and how soon they are acknowledged: `python -m benchmarks.slack`.

Clicks of 20 people at once, over Socket Mode, from a Slack in another process; each is
acknowledged and recorded on disk, and its answer made. Goal: at least 0.7 of the clicks into a
handler of Bolt's, in the same run, that is empty but for the acknowledgement. Beside it the same
with `process_before_response`, which spares it waits of up to ten milliseconds.

Then with the answer sent, after which people click again; beside it a handler of Bolt's that
acknowledges and says one word, so that it sends as much as we do.

Acknowledgements: the same 20 people while the cards of a round go out to 150 others, at the pace
that Slack allows. Goal: 99 of 100 within a tenth of Slack's three seconds.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, select, update

from benchmarks._made_up import CLOSES, OPENS, PARTNERSHIP, made_up_installation
from benchmarks._running import bounded, replaced, scaled
from benchmarks._slack_server import AFTER_ACK, AFTER_POST, TEAM, user_id
from pulse_bot.domain.asking import schedule
from pulse_bot.domain.outgoing import OutgoingKind, OutgoingState
from pulse_bot.ports import Address, Handle
from pulse_bot.sending.courier import Courier
from pulse_bot.sending.sender import Sender
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.storage.models import OutboxRow
from pulse_bot.testing import running
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import NewMember, add_members
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.rounds.record_answer import RecordedAnswers, Submission, record_answers
from pulse_bot.usecases.router import route_event
from pulse_bot_slack.adapter import SlackAdapter
from pulse_bot_slack.settings import SlackSettings
from pulse_bot_slack.workspaces import Workspace

AT_ONCE: Final = 20
CLICKS: Final = scaled(1500, least=40)
ALTERNATIONS: Final = scaled(5)
GOAL: Final = 0.7
ASKED: Final = 150
ACKNOWLEDGED_IN: Final = 0.3
"""Seconds."""
LONGEST_RUN: Final = 60
"""Seconds in which nobody clicks any more, because they were never answered."""
BOUND: Final = 600
TOKEN: Final = "xoxb-bench"  # noqa: S105 - of a Slack that takes any
ANYTHING: Final = re.compile("")


@dataclass(frozen=True)
class ClickRun:
    """What Slack saw of one run: clicks a second, and seconds until they were acknowledged."""

    rate: float
    median: float
    late: float
    """Of 99 of 100."""
    latest: float


class SlackProcess:
    """A Slack in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.base_url = f"http://127.0.0.1:{self._read_line()}/api/"

    async def wait_for_run(self) -> ClickRun:
        """Wait for the end of a run, which begins with a connection."""
        return ClickRun(**json.loads(await asyncio.to_thread(self._read_line)))

    def hand_over(self, who: str) -> None:
        """Tell it, in place of a message, that somebody was answered."""
        if self._process.stdin:
            self._process.stdin.write(f"{who}\n")
            self._process.stdin.flush()

    def _read_line(self) -> str:
        return self._process.stdout.readline().strip() if self._process.stdout else ""


@contextmanager
def start_slack(round_id: int) -> Iterator[SlackProcess]:
    """Started, and ended with the block."""
    words = map(str, (round_id, AT_ONCE, AT_ONCE + ASKED, CLICKS))
    command = [sys.executable, "-m", "benchmarks._slack_server", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield SlackProcess(process)
        finally:
            process.kill()


async def measure_bolt(
    slack: SlackProcess, *, saying: bool = False, before_response: bool = False
) -> ClickRun:
    """Clicks into a handler of Bolt's that does nothing else than acknowledge, or say a word."""
    client = AsyncWebClient(TOKEN, base_url=slack.base_url)
    app = AsyncApp(client=client, process_before_response=before_response)

    async def empty(ack: AsyncAck) -> None:
        await ack()

    async def answering(ack: AsyncAck, say: AsyncSay) -> None:
        await ack()
        await say("Recorded.")

    app.action(ANYTHING)(answering if saying else empty)
    handler = AsyncSocketModeHandler(app, AFTER_POST if saying else AFTER_ACK, web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt left it untyped
    try:
        return await slack.wait_for_run()
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt left it untyped


@asynccontextmanager
async def run_adapter(slack: SlackProcess, handle: Handle) -> AsyncIterator[SlackAdapter]:
    """Our adapter, on that Slack."""
    settings = SlackSettings(
        bot_token=SecretStr(TOKEN), app_token=SecretStr(AFTER_POST), base_url=slack.base_url
    )
    adapter = SlackAdapter(settings)
    async with running(adapter, handle):
        yield adapter


async def measure_adapter(slack: SlackProcess, handle: Handle) -> ClickRun:
    """Clicks into our adapter, each recorded and answered."""
    async with run_adapter(slack, handle):
        return await slack.wait_for_run()


async def measure_unsent(slack: SlackProcess, handle: Handle) -> ClickRun:
    """The same, each answer made, and handed over by a way that costs next to nothing."""

    async def handed_over(_: Workspace, to: str, *__: object) -> str:
        slack.hand_over(to)
        return f"D{to}"

    with replaced(Workspace, "post_message", handed_over):
        async with asyncio.timeout(LONGEST_RUN):
            return await measure_adapter(slack, handle)


async def measure_while_asking(
    slack: SlackProcess, handle: Handle, installation: Installation, round_id: int
) -> tuple[ClickRun, int]:
    """The same while cards go out to others, as a job sends them; and how many went out."""
    sender = Sender(installation, Courier())
    clicking = [user_id(number) for number in range(AT_ONCE)]
    own_cards = update(OutboxRow).where(OutboxRow.user.in_(clicking))
    with installation.database.write() as session:
        session.execute(own_cards.values(state=OutgoingState.SENT))
    waiting = count_waiting(installation, round_id)
    async with run_adapter(slack, handle) as adapter:
        asking = asyncio.create_task(sender.send_page(adapter, TEAM))
        run = await slack.wait_for_run()
        still_asking = not asking.done()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    sender.close()
    if not still_asking:
        raise RuntimeError("The fan-out was over before the clicks were: ask more people.")
    return run, waiting - count_waiting(installation, round_id)


def count_waiting(installation: Installation, round_id: int) -> int:
    """How many cards of a round are not sent."""
    query = select(func.count()).where(
        OutboxRow.round_id == round_id,
        OutboxRow.kind == OutgoingKind.CARD,
        OutboxRow.state == OutgoingState.WAITING,
    )
    with installation.database.read() as session:
        return session.scalar(query) or 0


async def print_measures(
    slack: SlackProcess, handle: Handle, installation: Installation, round_id: int
) -> None:
    """Print it all."""
    kinds: dict[str, Callable[[], Awaitable[ClickRun]]] = {
        "empty": partial(measure_bolt, slack),
        "quick": partial(measure_bolt, slack, before_response=True),
        "saying": partial(measure_bolt, slack, saying=True),
        "unsent": partial(measure_unsent, slack, handle),
        "ours": partial(measure_adapter, slack, handle),
    }
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(ALTERNATIONS):
        for name, kind in kinds.items():
            rates[name].append((await kind()).rate)
    middle = {name: median(values) for name, values in rates.items()}
    print(
        f"Clicks in Slack, {AT_ONCE} at once, acknowledged, recorded on disk, the answer made: "
        f"{middle['unsent']:,.0f} a second; an empty handler of Bolt's, which acknowledges: "
        f"{middle['empty']:,.0f}, so {middle['unsent'] / middle['empty']:.2f} of it (goal: {GOAL})"
        f"; with process_before_response: {middle['quick']:,.0f}, so "
        f"{middle['unsent'] / middle['quick']:.2f}"
    )
    print(
        f"With the answer sent: {middle['ours']:,.0f}; a handler of Bolt's that says a word: "
        f"{middle['saying']:,.0f}, so {middle['ours'] / middle['saying']:.2f} of it (goal: {GOAL})"
    )
    run, sent = await measure_while_asking(slack, handle, installation, round_id)
    print(
        f"Acknowledged while {sent} cards went out: half within {run.median * 1000:.0f} ms, "
        f"99 of 100 within {run.late * 1000:.0f} ms (goal: {ACKNOWLEDGED_IN * 1000:.0f} ms), the "
        f"last within {run.latest * 1000:.0f} ms, at {run.rate:,.0f} clicks a second"
    )


async def main() -> None:
    """Open a round, and measure."""
    with made_up_installation("sqlite", 0) as (made, _clock):
        addresses = (Address("slack", TEAM, user_id(n)) for n in range(AT_ONCE + ASKED))
        people = ((NewMember(f"M{n}", f"S{n % 9}"), at) for n, at in enumerate(addresses))
        add_members(made, PARTNERSHIP, people)
        round_id = open_round(made, schedule.OpenRound(1, OPENS, CLOSES))
        if round_id is None:
            raise RuntimeError("The round did not open.")
        grouped = GroupCommit[Submission, RecordedAnswers](partial(record_answers, made))
        with start_slack(round_id) as slack:
            await print_measures(slack, partial(route_event, made, grouped.put), made, round_id)
        grouped.close()


if __name__ == "__main__":
    with bounded(BOUND):
        asyncio.run(main())
