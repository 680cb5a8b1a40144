"""Running jobs: taken on by key, worked off step by step, taken over when a worker dies."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from datetime import UTC, datetime, timedelta
from typing import Final

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID, StepOptions, WorkflowStatus
from dbos import error as dbos_error
from sqlalchemy.exc import SQLAlchemyError

from pulse_bot.engine.cluster import Cluster, RecurringThreads, run_guarded
from pulse_bot.engine.launch import QUEUE, destroy_dbos, launch_dbos
from pulse_bot.engine.pace import EVERY_MINUTE, Pace
from pulse_bot.engine.watching import SilenceWatch, TurnWatch
from pulse_bot.errors import PulseBotError, StorageError
from pulse_bot.ports import Clock, Job, JobHandler

_log = logging.getLogger(__name__)

_LIVE: Final = ["ENQUEUED", "PENDING"]
_FINISHED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
# A key is remembered for as long as its finished job is.
_KEEP_FINISHED: Final = timedelta(days=7)
_DELETED_AT_ONCE: Final = 500
_NAME_TAKEN: Final = (
    "Another worker named {0} runs with this database. Each needs a name of its own: set "
    "PULSE_BOT_EXECUTOR_ID to another one here, and start again."
)
_NAME_PAUSE_SECONDS: Final = 0.2
# Steps that are under way get this long when the process is asked to stop.
_GRACE_SECONDS: Final = 1.5
_DAY: Final = 86_400
# The rest is the tick's: a minute after a job has failed, it gives out anew what is still due.
_ATTEMPTS: Final = 4


class _JobReleased(BaseException):
    """Leaves a job as it stands in the database: this worker stops, or no longer owns the job.

    Not an Exception, because DBOS writes every Exception down as the job's end.
    """


class _StepFailed(Exception):
    """What is written down of a failed step: its job's name and the kind of error, no payload."""


class Engine:
    """Runs jobs. One to a process, because DBOS is a singleton."""

    _process_lock = threading.Lock()

    def __init__(
        self,
        url: str,
        handlers: Mapping[str, JobHandler],
        tick: Callable[[datetime], Iterable[Job]],
        clock: Clock,
        *,
        executor_id: str = "local",
        pace: Pace = EVERY_MINUTE,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        """`url` is SQLAlchemy's; on SQLite a file of the engine's own.

        `executor_id` must stay the same when a worker restarts, and differ between workers: a
        worker takes up its own jobs at once, and those of others only when they are dead.
        `on_stop` is called once at a stop, to interrupt what handlers wait for.
        """
        self._url = url
        self._handlers = handlers
        self._tick = tick
        self._clock = clock
        self._executor_id = executor_id
        self._pace = pace
        self._attempts = StepOptions(
            name="step",
            retries_allowed=True,
            max_attempts=_ATTEMPTS,
            interval_seconds=pace.pause,
            backoff_rate=2.0,
        )
        self._on_stop = on_stop
        self._stopping = threading.Event()
        self._stopping.set()  # as it is before a start
        self._idle = threading.Condition()
        self._running: set[str] = set()
        self._unrun_since: dict[str, float] = {}
        self._loops = RecurringThreads(self._stopping)

    def start(self) -> None:
        """Open the database and begin to work. Raises StorageError where it cannot be opened."""
        if not Engine._process_lock.acquire(blocking=False):
            raise PulseBotError("A job engine already runs in this process. Stop it first.")
        self._stopping.clear()
        self._ticks, self._purges = TurnWatch(self._pace.tick or 60.0), TurnWatch(_DAY)
        self._others = SilenceWatch(self._pace.dead_after, self._pace.beat)
        self._cluster = Cluster(self._url, self._executor_id)
        try:
            self._cluster.create_tables()
            self._take_name()
            # Before the launch, because that takes up jobs at once, and a job whose worker has no
            # heartbeat is given to another.
            self._cluster.record_heartbeat()
            self._job, self._queue = launch_dbos(
                self._cluster.db,
                self._executor_id,
                self._pace.poll,
                self._pace.at_once,
                self._run_job,
            )
        except BaseException as error:
            self._stopping.set()
            self._shut_down()
            if isinstance(error, SQLAlchemyError):
                raise StorageError(
                    "The job engine cannot use its database. See that the server runs, that the "
                    "disk has room and that pulse-bot may write there, then start again."
                ) from error
            raise
        self._loops.run_every(self._pace.beat, self._send_heartbeat)
        self._loops.run_every(self._pace.beat, self._reap_stranded)
        if self._pace.tick is not None:
            self._loops.run_every(min(1.0, self._pace.tick / 4), self._take_turn)

    def stop(self) -> None:
        """Stop within two seconds. What is left is taken up at the next start, or by others."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._on_stop()
        with self._idle:
            self._idle.wait_for(lambda: not self._running, timeout=_GRACE_SECONDS)
        self._loops.join_all(_GRACE_SECONDS)
        # Without a heartbeat, another worker's next tick takes over what is left.
        run_guarded(self._cluster.sign_off)
        self._shut_down()

    def enqueue(self, job: Job) -> None:
        """Take a job on, durably. Repeating it with the same key is harmless.

        The key is the workflow's id, which DBOS takes once; its deduplication ids would also cover
        the time while a job runs under another key, but not in a queue with partitions.
        """
        if any(type(arg) not in (int, str) for arg in job.args):
            raise TypeError("A job's args are written down, so they must be plain ids: int or str.")
        with SetWorkflowID(job.key), SetEnqueueOptions(queue_partition_key=job.partition):
            self._queue.enqueue(self._job, job.name, *job.args)

    def live_keys(self) -> frozenset[str]:
        """The keys of all jobs that are waiting or running."""
        jobs = DBOS.list_workflows(status=_LIVE, load_input=False, load_output=False)
        return frozenset(job.workflow_id for job in jobs)

    def tick_now(self) -> None:
        """Ask what is due, and take it on. Repeating it is harmless: jobs have keys."""
        for job in self._tick(self._clock.now()):
            self.enqueue(job)

    # --- the one durable workflow ---------------------------------------------------------------

    def _run_job(self, name: str, args: tuple[int | str, ...]) -> None:
        if name not in self._handlers:
            # Taken on before an upgrade. What is due is asked of the database, not of old jobs.
            extra = {"job": DBOS.workflow_id}
            _log.info("This version knows no such job; it is left undone.", extra=extra)
            return
        with self._track_running():
            try:
                while not self._stopping.is_set():
                    if not DBOS.run_step(self._attempts, self._run_step, name, args):
                        return
            except dbos_error.DBOSWorkflowConflictIDError:
                # Another worker took it over. Left to itself, DBOS keeps this thread waiting for
                # that one, and with it the end of the process.
                raise _JobReleased from None
            except dbos_error.DBOSMaxStepRetriesExceeded:
                text = "A job failed. The next tick takes on what it left."
                _log.error(text, extra={"job": DBOS.workflow_id})
                raise
            raise _JobReleased

    def _run_step(self, name: str, args: tuple[int | str, ...]) -> bool:
        """One attempt at a step. Raises _StepFailed, upon which DBOS pauses and tries again."""
        try:
            # It may have been stopped during the pause.
            if not self._stopping.is_set():
                # An empty context, so that a handler that enqueues does not make a child of a step.
                return bool(Context().run(self._handlers[name], *args))
        except (Exception, asyncio.CancelledError) as error:
            if not self._stopping.is_set():
                extra = {"job": DBOS.workflow_id}
                _log.warning("An attempt at a job's step failed.", exc_info=error, extra=extra)
                raise _StepFailed(f"{name}: {type(error).__name__}") from None
        raise _JobReleased

    @contextmanager
    def _track_running(self) -> Iterator[None]:
        key = str(DBOS.workflow_id)
        with self._idle:
            self._running.add(key)
        try:
            yield
        finally:
            with self._idle:
                self._running.discard(key)
                self._idle.notify_all()

    # --- once in the cluster --------------------------------------------------------------------

    def _take_turn(self) -> None:
        """The tick, if no other worker has had this one."""
        number = int(self._clock.now().timestamp() // (self._pace.tick or 60.0))
        if not self._claim_turn("tick", self._ticks, number):
            return
        if self._claim_turn("purge", self._purges, int(time.time() // _DAY)):
            self._purge_finished()
        self.tick_now()

    def _claim_turn(self, name: str, watch: TurnWatch, number: int) -> bool:
        now = time.monotonic()
        if not watch.wants_look(number, now):
            return False
        turn = self._cluster.read_turn(name)
        watch.observe(turn, now)
        taken = watch.is_due(turn, number, now) and self._cluster.claim_turn(name, turn, number)
        if taken:
            watch.observe(taken, now)
        return bool(taken)

    def _take_name(self) -> None:
        """Wait for a worker of this name that is dying. Raises PulseBotError where one lives."""
        end = time.monotonic() + 2 * self._pace.dead_after
        while not self._cluster.own_name.hold():
            if time.monotonic() > end:
                raise PulseBotError(_NAME_TAKEN.format(self._executor_id))
            time.sleep(_NAME_PAUSE_SECONDS)

    def _send_heartbeat(self) -> None:
        if not self._cluster.own_name.hold():
            _log.error(_NAME_TAKEN.format(self._executor_id))
        self._others.observe(self._cluster.record_heartbeat(), time.monotonic())

    def _reap_stranded(self) -> None:
        """Hand the jobs of dead workers on: the open version of DBOS leaves them where they are."""
        seen = self._cluster.read_turn("reap")
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        owners = {job.executor_id for job in pending if job.executor_id != self._executor_id}
        dead = self._others.find_dead({owner for owner in owners if owner}, time.monotonic())
        stranded = [job.workflow_id for job in pending if job.executor_id in dead]
        stranded += self._find_unrun(pending)
        # Another worker may have handed them on meanwhile, and then they run already.
        if stranded and self._cluster.claim_turn("reap", seen, seen.number + 1):
            _log.warning("Taking over %d jobs of workers that stopped.", len(stranded))
            DBOS.resume_workflows(stranded, queue_name=QUEUE)

    def _find_unrun(self, pending: Iterable[WorkflowStatus]) -> list[str]:
        """Our own jobs that nothing runs: their end could not be written, on a full disk say."""
        now = time.monotonic()
        own_jobs = {job.workflow_id for job in pending if job.executor_id == self._executor_id}
        unrun = own_jobs - self._running
        self._unrun_since = {key: self._unrun_since.get(key, now) for key in unrun}
        # Not at once: a job that was just claimed has not begun yet.
        return [key for key in unrun if now - self._unrun_since[key] >= self._pace.dead_after]

    def _purge_finished(self) -> None:
        """Delete what finished long ago: DBOS keeps it for ever."""
        before = (datetime.now(UTC) - _KEEP_FINISHED).isoformat()
        while old := DBOS.list_workflows(
            status=_FINISHED,
            completed_before=before,
            limit=_DELETED_AT_ONCE,
            load_input=False,
            load_output=False,
        ):
            DBOS.delete_workflows([job.workflow_id for job in old])
        self._cluster.forget_silent(_KEEP_FINISHED.total_seconds())

    def _shut_down(self) -> None:
        try:
            destroy_dbos()
        finally:
            self._cluster.close()
            Engine._process_lock.release()
