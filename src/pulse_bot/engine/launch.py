"""DBOS started and ended, with all that it must not do: no pickle, no console, no network.

What runs on it is in `runner`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, Queue

from pulse_bot.engine.cluster import CONNECTIONS, SCHEMA

_APPLICATION: Final = "pulse-bot"
# DBOS resumes a workflow only on the version that began it. A constant, or a new release would stop
# the rounds that are on their way. The workflow itself never changes: it is one generic loop.
_VERSION: Final = "1"
QUEUE: Final = "jobs"
# What DBOS's own threads hold of its connections at one time.
_OWN_THREADS: Final = 4
# Each is a thread that needs one connection now and then, so none ever waits for one; and without a
# limit, one worker claims a job of every partition there is, and the others look on.
MOST_AT_ONCE: Final = CONNECTIONS - _OWN_THREADS

Workflow = Callable[..., None]


_REDUNDANT: Final = (
    "Exception encountered in background workflow",
    "Step being automatically retried",
)


class _PayloadFilter(logging.Filter):
    """Keeps tracebacks, whose messages can hold a payload, out of what DBOS logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Also drops what says less than our own record of it, or repeats with every tick."""
        record.exc_info = None
        return not str(record.msg).startswith(_REDUNDANT)


_PAYLOAD_FILTER: Final = _PayloadFilter()


def launch_dbos(
    db: sa.Engine,
    executor_id: str,
    look_seconds: float,
    at_once: int | None,
    work: Callable[[str, tuple[int | str, ...]], None],
) -> tuple[Workflow, Queue]:
    """Start DBOS on a database; returns the one workflow, which calls `work`, and its queue."""
    logger = logging.getLogger("dbos")
    logger.disabled = False
    if not logger.handlers:
        # DBOS adds a console handler to a logger that has none; ours decide where logs go.
        logger.addHandler(logging.NullHandler())
    if _PAYLOAD_FILTER not in logger.filters:
        logger.addFilter(_PAYLOAD_FILTER)
    DBOS(config=_build_config(db, executor_id))

    @DBOS.workflow(name="job")
    def job(name: str, *args: int | str) -> None:
        work(name, args)

    DBOS.launch()
    queue = DBOS.register_queue(
        QUEUE,
        # One at a time in a partition, over all workers: that is what gives a bot one owner.
        partition_concurrency=1,
        worker_concurrency=min(at_once or MOST_AT_ONCE, MOST_AT_ONCE),
        polling_interval_sec=look_seconds,
        on_conflict="always_update",
    )
    return job, queue


def _build_config(db: sa.Engine, executor_id: str) -> DBOSConfig:
    return DBOSConfig(
        name=_APPLICATION,
        application_version=_VERSION,
        executor_id=executor_id,
        system_database_engine=db,
        dbos_system_schema=SCHEMA,
        # JSON instead of its pickle: a row can then never run code.
        serializer=DBOSPortableJSONSerializer(),
        log_level="WARNING",
        enable_otlp=False,
        # We wait for no message, so its listeners, triggers and schedules have no use;
        # the short interval is only how fast the idle listener notices a stop.
        use_listen_notify=False,
        notification_listener_polling_interval_sec=0.2,
        scheduler_polling_interval_sec=3600.0,
    )


def destroy_dbos() -> None:
    """End DBOS in this process, so that it can be launched again."""
    # It may claim a job at the very end, and complain that it cannot run it. The next one does.
    logging.getLogger("dbos").disabled = True
    DBOS.destroy(destroy_registry=True)
