"""How each fault of a plan is brought about, and mended."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from tests.chaos.installation import Installation
from tests.chaos.plan import LATE, ROWS, SENDS, Fault, Kind
from tests.chaos.servers import Unavailable
from tests.chaos.world import World
from tests.platforms.slack import trouble as slack_trouble
from tests.platforms.telegram.trouble import Fault as TelegramFault
from tests.platforms.telegram.trouble import Trouble

SLACK = {
    "429": slack_trouble.too_fast(2),
    "503": slack_trouble.broken(),
    "dropped": slack_trouble.DROPPED,
    "garbled": slack_trouble.GARBLED,
    "answer dropped": slack_trouble.ANSWER_LOST,
    "answer garbled": slack_trouble.ANSWER_GARBLED,
    "late": slack_trouble.slow(LATE),
}

Telegram = Callable[[Trouble, tuple[str, ...], int], TelegramFault]
TELEGRAM: dict[str, Telegram] = {
    "429": lambda it, methods, times: it.flood(2, methods=methods, times=times),
    "503": lambda it, methods, times: it.broken(503, methods=methods, times=times),
    "dropped": lambda it, methods, times: it.drop(methods=methods, times=times),
    "garbled": lambda it, methods, times: it.garble(done=False, methods=methods, times=times),
    "answer dropped": lambda it, methods, times: it.lose(methods=methods, times=times),
    "answer garbled": lambda it, methods, times: it.garble(done=True, methods=methods, times=times),
    "late": lambda it, methods, times: it.slow(LATE, methods=methods, times=times),
}


async def carry_out(world: World, fault: Fault) -> str:
    """Let a fault happen, and end. Says what could not be done here; nothing where all was."""
    await asyncio.sleep(fault.after)
    try:
        await DO[fault.kind](world, fault)
    except Unavailable as why:
        return f"skipped: {fault}: {why}"
    return ""


def mend(world: World) -> None:
    """No platform fails any more."""
    world.platforms.slack.trouble.clear()
    world.platforms.telegram.trouble.mend()


async def start_all(world: World) -> None:
    """Servers and workers run, whatever ended them."""
    one = world.installation
    one.disk.clear()
    await asyncio.to_thread(one.start_servers)
    for worker in one.workers:
        worker.start()


async def _kill(world: World, fault: Fault) -> None:
    worker = world.installation.workers[fault.worker]
    await asyncio.to_thread(worker.kill)
    await asyncio.sleep(fault.lasts)
    worker.start()


async def _stop(world: World, fault: Fault) -> None:
    worker = world.installation.workers[fault.worker]
    await asyncio.to_thread(worker.stop)
    await asyncio.sleep(fault.lasts)
    worker.start()


async def _cut(world: World, _: Fault) -> None:
    one = world.installation
    await asyncio.to_thread(
        one.rows,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )


async def _database(world: World, fault: Fault) -> None:
    server = world.installation.postgres
    assert server is not None
    await asyncio.to_thread(server.end, signal.SIGQUIT)
    await asyncio.sleep(fault.lasts)
    await asyncio.to_thread(server.start)


async def _freeze(world: World, fault: Fault) -> None:
    server = world.installation.redis
    assert server is not None
    server.send(signal.SIGSTOP)
    await asyncio.sleep(fault.lasts)
    server.send(signal.SIGCONT)


async def _empty(world: World, fault: Fault) -> None:
    server = world.installation.redis
    assert server is not None
    await asyncio.to_thread(server.end, signal.SIGKILL)
    await asyncio.sleep(fault.lasts)
    await asyncio.to_thread(server.start)


async def _fill(world: World, fault: Fault) -> None:
    disk = world.installation.disk
    await asyncio.to_thread(disk.fill)
    await asyncio.sleep(fault.lasts)
    # A server of PostgreSQL may have ended of it; it is started again by whoever looks after it.
    await start_all(world)


async def _rows(world: World, fault: Fault) -> None:
    table, change = ROWS[fault.detail]
    one = world.installation
    if one.postgres is not None:
        change = change.replace('\'"kind": "un\')', '\'"kind": "un\')::json')
    which = "id" if table == "partnership" else "partnership_id"
    whose = f"(SELECT id FROM partnership WHERE name = '{fault.victim}')"  # noqa: S608 - our own
    statement = f"UPDATE {table} SET {change} WHERE {which} = {whose}"  # noqa: S608 - our own
    await asyncio.to_thread(one.change, statement)


async def _key(world: World, fault: Fault) -> None:
    one = world.installation
    for number in round_ids(one, fault.victim):
        if one.redis is not None:
            one.redis.client().set(f"pulse-bot:round:{number}", b"damaged")
        elif (file := one.keys / f"round-{number}.key").exists():
            file.write_bytes(b"damaged")


def round_ids(one: Installation, partnership: str) -> list[int]:
    """The rounds of a partnership."""
    return [
        int(number)
        for number, name in one.rows(
            "SELECT round.id, partnership.name FROM round"
            " JOIN partnership ON partnership.id = round.partnership_id"
        )
        if name == partnership
    ]


async def _platform(world: World, fault: Fault) -> None:
    name, sends, how = fault.platform
    methods = SENDS[name][sends]
    if name == "telegram":
        TELEGRAM[how](world.platforms.telegram.trouble, methods, fault.times)
        return
    for method in methods:
        world.platforms.slack.trouble.on(method, SLACK[how], times=fault.times)


async def _deafen(world: World, fault: Fault) -> None:
    both = world.platforms
    both.telegram.trouble.conflict(times=3)
    both.telegram.drop_connections()
    assert both.slack.sockets is not None
    both.slack.sockets.cut()


DO: dict[Kind, Callable[[World, Fault], Awaitable[None]]] = {
    Kind.KILL: _kill,
    Kind.STOP: _stop,
    Kind.CUT: _cut,
    Kind.DATABASE: _database,
    Kind.FROZEN: _freeze,
    Kind.EMPTIED: _empty,
    Kind.DISK: _fill,
    Kind.ROWS: _rows,
    Kind.KEY: _key,
    Kind.PLATFORM: _platform,
    Kind.DEAF: _deafen,
}
