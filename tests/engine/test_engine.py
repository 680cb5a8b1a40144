"""The engine in one process, on SQLite and on PostgreSQL."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pulse_bot.config.logs import LineFormatter
from pulse_bot.engine import Engine, Pace
from pulse_bot.engine.cluster import CONNECTIONS, Cluster
from pulse_bot.errors import PulseBotError, StorageError
from pulse_bot.ports import Job
from tests.engine.scene import FAST, Gate, RealClock, Scene, job, until

STATUS = "SELECT status FROM @workflow_status WHERE workflow_uuid = :key"


def rows(url: str, statement: str, **values: object) -> list[tuple[object, ...]]:
    """Look into the engine's database from outside."""
    database = sa.create_engine(url)
    schema = "" if database.dialect.name == "sqlite" else "dbos."
    with database.begin() as connection:
        result = connection.execute(sa.text(statement.replace("@", schema)), values)
        found = [tuple(row) for row in result] if result.returns_rows else []
    database.dispose()
    return found


def test_a_job_runs_until_there_is_no_more_and_once_for_its_key(empty_url: str) -> None:
    scene = Scene(empty_url)
    scene.step = lambda _job: len(scene.done) < 3
    with scene.running() as engine:
        engine.enqueue(job(1))
        engine.enqueue(job(1))
        until(scene.settled)
        engine.enqueue(job(1))
        until(scene.settled)
    assert scene.done == [1, 1, 1]


def test_a_key_is_remembered_over_a_restart(url: str) -> None:
    scene = Scene(url)
    for _ in range(2):
        with scene.running() as engine:
            engine.enqueue(job(1))
            until(scene.settled)
    assert scene.done == [1]


def test_jobs_of_a_partition_run_one_at_a_time_in_their_order(url: str) -> None:
    scene, inside, most = Scene(url), threading.Semaphore(), []

    def step(_job: int) -> bool:
        most.append(inside.acquire(blocking=False))
        time.sleep(0.02)
        inside.release()
        return False

    scene.step = step
    with scene.running() as engine:
        for number in range(8):
            engine.enqueue(job(number))
        until(scene.settled)
    assert scene.done == list(range(8))
    assert all(most)


def test_a_slow_partition_delays_no_other(url: str) -> None:
    gate = Gate()
    scene = Scene(url)
    scene.step = lambda number: gate(number) if number == 1 else False
    with scene.running() as engine:
        engine.enqueue(job(1, "north"))
        until(gate.reached.is_set)
        engine.enqueue(job(2, "south"))
        until(lambda: engine.live_keys() == {"job-1"})
        gate.open.set()
        until(scene.settled)
    assert scene.done == [1, 2]


def test_only_plain_ids_are_written_down(url: str) -> None:
    with Scene(url).running() as engine:
        for payload in ({"answer": 4}, 4.0, None, b"4", True):
            with pytest.raises(TypeError, match="plain ids"):
                engine.enqueue(Job("step", (payload,), "bad", "north"))  # type: ignore[arg-type] # the point
        assert engine.live_keys() == frozenset()


def test_a_handler_can_take_on_jobs(url: str) -> None:
    scene = Scene(url)

    def step(number: int) -> bool:
        if number == 1:
            scene.engine.enqueue(job(2))
            assert "job-2" in scene.engine.live_keys()
        return False

    scene.step = step
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(lambda: scene.done == [1, 2])


def test_a_step_that_raises_is_tried_again(url: str) -> None:
    scene = Scene(url)

    def step(_job: int) -> bool:
        if len(scene.done) < 3:
            raise OSError("the network")
        return False

    scene.step = step
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(scene.settled)
    assert scene.done == [1, 1, 1]


def test_a_job_that_fails_says_where_and_no_payload(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The words of an error can hold an answer: neither a log nor the database gets them."""
    scene = Scene(url)

    def step(number: int) -> bool:
        if number == 1 and len(scene.done) > 1:
            raise ValueError("the answer was 4")
        return number == 1

    scene.step = step
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(scene.settled)
        # Four attempts at its second step; the first is not repeated.
        assert scene.done == [1] * 5
        engine.enqueue(job(1))
        engine.enqueue(job(2))
        until(scene.settled)
        assert scene.done == [1] * 5 + [2]
    ours = [record for record in caplog.records if record.name.startswith("pulse_bot")]
    written = [LineFormatter().format(record) for record in ours]
    assert [record.levelname for record in ours] == ["WARNING"] * 4 + ["ERROR"]
    assert all("error=" in line and "test_engine.py:" in line for line in written[:4])
    assert all(line.endswith("job=job-1") or " job=job-1 " in line for line in written)
    others = [record.getMessage() for record in caplog.records if record not in ours]
    assert "the answer was" not in "".join([*written, *others, *capfd.readouterr()])
    for kept in (
        "SELECT * FROM @operation_outputs",
        "SELECT * FROM @workflow_output",
        "SELECT * FROM @workflow_status",
    ):
        assert "the answer was" not in repr(rows(url, kept))


def test_a_job_that_is_taken_over_is_still_alone_in_its_partition(url: str) -> None:
    """DBOS would move it to a queue without partitions."""
    gate = Gate()
    scene = Scene(url, pace=replace(FAST, tick=0.2))
    scene.step = lambda number: gate(number) if number == 1 else False
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(gate.reached.is_set)
        engine.enqueue(job(2))
        rows(
            url,
            "UPDATE @workflow_status SET status = 'PENDING', executor_id = 'gone' "
            "WHERE workflow_uuid = 'job-2'",
        )
        until(lambda: rows(url, STATUS, key="job-2") == [("ENQUEUED",)])
        time.sleep(1.5)  # that queue is looked at once a second
        assert scene.done == [1]
        gate.open.set()
        until(scene.settled)
    assert scene.done == [1, 2]


def test_a_stop_is_quick_and_what_is_left_is_done_after_the_start(url: str) -> None:
    interrupted = threading.Event()
    scene = Scene(url, on_stop=interrupted.set)

    def step(_job: int) -> bool:
        if not interrupted.wait(60 if len(scene.done) == 1 else 0):
            return False
        raise RuntimeError("interrupted")

    scene.step = step
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(lambda: scene.done)
        engine.stop()
        assert interrupted.is_set()
    interrupted.clear()
    with scene.running():
        until(scene.settled)
    assert scene.done == [1, 1]


def test_a_job_that_is_stopped_between_attempts_is_left_to_the_next_start(url: str) -> None:
    scene = Scene(url, pace=replace(FAST, pause=0.3))

    def step(_job: int) -> bool:
        if len(scene.done) == 1:
            raise OSError("the network")
        return False

    scene.step = step
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(lambda: scene.done)
    again = Scene(url)
    with again.running():
        until(again.settled)
        time.sleep(0.5)  # what slept through the stop has woken
    assert (scene.done, again.done) == ([1], [1])


def test_a_handler_that_hangs_does_not_hold_the_stop(url: str) -> None:
    gate = Gate()
    scene = Scene(url, step=gate)
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(gate.reached.is_set)
        engine.stop()
        assert not gate.left.is_set(), "It waited until the handler had ended."
    gate.open.set()
    with scene.running():
        until(scene.settled)
    assert scene.done == [1, 1]


def test_the_tick_asks_and_takes_on_and_keys_make_it_harmless(url: str) -> None:
    scene = Scene(url, due=[job(1), job(2)])
    with scene.running() as engine:
        engine.tick_now()
        engine.tick_now()
        until(scene.settled)
    assert sorted(scene.done) == [1, 2]


def test_the_tick_comes_by_itself(url: str) -> None:
    scene = Scene(url, pace=Pace(tick=0.2, poll=0.02), due=[job(1)])
    with scene.running():
        until(lambda: scene.done == [1])


def test_a_tick_that_raises_is_followed_by_another(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[datetime] = []

    def tick(now: datetime) -> list[Job]:
        asked.append(now)
        raise ValueError("the answer was 4")

    engine = Engine(url, {}, tick, RealClock(), pace=Pace(tick=0.2))
    engine.start()
    until(lambda: len(asked) >= 2)
    engine.stop()
    [line, *_] = [LineFormatter().format(record) for record in caplog.records]
    assert "ValueError at engine/test_engine.py:" in line
    assert "the answer was" not in line


def test_deleting_the_engines_tables_loses_no_round(url: str, tmp_path: Path) -> None:
    """What is open is ours to know: the tick finds it and takes it on again."""
    gate = Gate()
    scene = Scene(url, step=gate, due=[job(1)])
    with scene.running() as engine:
        engine.tick_now()
        until(gate.reached.is_set)
        gate.open.set()
        engine.stop()
    if url.startswith("sqlite"):
        for file in tmp_path.glob("engine.db*"):
            file.unlink()
    else:
        rows(url, "DROP SCHEMA dbos CASCADE")
    scene.done.clear()
    with scene.running() as engine:
        assert engine.live_keys() == frozenset()
        engine.tick_now()
        until(scene.settled)
    assert scene.done == [1]


def test_finished_jobs_are_deleted_after_a_week_and_not_before(url: str) -> None:
    scene = Scene(url, pace=Pace(tick=0.2, poll=0.02))
    with scene.running() as engine:
        for number in (1, 2):
            engine.enqueue(job(number))
        until(scene.settled)
    for number, days in ((1, 8), (2, 6)):
        then = int((datetime.now(UTC) - timedelta(days=days)).timestamp() * 1000)
        rows(
            url,
            "UPDATE @workflow_status SET completed_at = :then WHERE workflow_uuid = :key",
            then=then,
            key=f"job-{number}",
        )
    rows(url, "UPDATE @pulse_claim SET number = 0 WHERE name = 'purge'")
    with scene.running():
        until(lambda: not rows(url, "SELECT * FROM @workflow_input WHERE workflow_uuid = 'job-1'"))
    assert rows(url, "SELECT workflow_uuid FROM @workflow_status") == [("job-2",)]
    assert {row[0] for row in rows(url, "SELECT workflow_uuid FROM @operation_outputs")} == {
        "job-2"
    }


def test_a_clock_that_was_a_day_ahead_does_not_silence_the_tick(url: str) -> None:
    """What it left behind is a number that lies ahead of every other clock."""
    pace = Pace(tick=0.4, poll=0.02)
    ahead = int((time.time() + 86_400) // 0.4)
    with Scene(url, pace=pace).running():
        pass
    rows(url, "UPDATE @pulse_claim SET number = :ahead WHERE name = 'tick'", ahead=ahead)
    scene = Scene(url, pace=pace, due=[job(1)])
    with scene.running():
        until(lambda: scene.done == [1])


def test_a_job_that_no_version_knows_any_more_ends_quietly(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It was taken on before an upgrade."""
    caplog.set_level(logging.INFO)
    scene = Scene(url)
    with scene.running() as engine:
        engine.enqueue(Job("a-job-of-old", (1,), "old", "north"))
        engine.enqueue(job(1))
        until(scene.settled)
    assert scene.done == [1]
    assert rows(url, STATUS, key="old") == [("SUCCESS",)]
    ours = [record for record in caplog.records if record.name.startswith("pulse_bot")]
    assert [(line.levelname, vars(line)["job"]) for line in ours] == [("INFO", "old")]


def test_a_worker_runs_no_more_jobs_than_its_connections_carry(url: str) -> None:
    inside, most, lock = 0, 0, threading.Lock()

    def step(_job: int) -> bool:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.1)
        with lock:
            inside -= 1
        return False

    scene = Scene(url, step=step)
    with scene.running() as engine:
        for number in range(2 * CONNECTIONS):
            engine.enqueue(job(number, partition=str(number)))
        until(scene.settled)
    assert len(scene.done) == 2 * CONNECTIONS
    assert most < CONNECTIONS


def test_one_engine_to_a_process(url: str) -> None:
    with (
        Scene(url).running(),
        pytest.raises(PulseBotError, match="already runs in this process"),
    ):
        Scene(url).engine.start()


@pytest.mark.parametrize(
    "wrong",
    ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://postgres:secret@127.0.0.1:1/none"],
)
def test_a_database_that_cannot_be_used_is_said_for_people(wrong: str) -> None:
    scene = Scene(wrong)
    with pytest.raises(StorageError, match="start again") as caught:
        scene.engine.start()
    assert "secret" not in str(caught.value)
    scene.engine.stop()


def test_sqlite_is_durable_and_tells_milliseconds(tmp_path: Path) -> None:
    """What DBOS leaves out: a second's jobs would otherwise run in any order."""
    cluster = Cluster(f"sqlite:///{tmp_path / 'engine.db'}", "first")
    with cluster.db.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(sa.text("PRAGMA synchronous")) == 2
        for clock in ("strftime('%s', 'now')", "unixepoch('subsec')"):
            before = time.time()
            told = connection.scalar(sa.text(f"SELECT CAST({clock} * 1000 AS BIGINT)"))
            assert isinstance(told, int)
            assert before - 1 <= told / 1000 <= time.time() + 1
            stamps = {connection.scalar(sa.text(f"SELECT {clock}")) for _ in range(20)}
            assert len(stamps) > 1
    cluster.close()


def test_nothing_goes_out_and_nothing_listens(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """No console of DBOS, no advertisement, no admin server, no telemetry."""
    caplog.set_level(logging.DEBUG)
    scene = Scene(url, pace=FAST)
    with scene.running() as engine:
        engine.enqueue(job(1))
        until(scene.settled)
        names = {thread.name for thread in threading.enumerate()}
        assert not [name for name in names if "conductor" in name or "admin" in name]
    assert "http" not in caplog.text
    assert capfd.readouterr() == ("", "")
