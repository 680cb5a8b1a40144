"""Deliveries: thirty in flight, each written down first, and no platform makes it raise."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_bot.errors import AdapterError
from pulse_bot.ports import Limits
from pulse_bot.sending.courier import Courier, DeliveryCounts, Parcel, RetryPolicy, SendOutcome
from tests.delivery import virtual_time
from tests.delivery.platform import Ledger, Platform, parcels

FAST = Limits(text=1000, sends_a_second=5000.0, burst=100)
NORMAL = RetryPolicy()


def deliver(
    platform: Platform, ledger: Ledger, count: int, effort: RetryPolicy = NORMAL
) -> DeliveryCounts:
    async def scene() -> DeliveryCounts:
        return await Courier(effort).deliver_cards(platform, parcels(count), ledger.record)

    return virtual_time.run(scene())


def test_everyone_is_sent_to_once_and_recorded() -> None:
    platform, ledger = Platform(limits=FAST), Ledger()
    assert deliver(platform, ledger, 500) == DeliveryCounts(sent=500)
    assert len(platform.began) == 500
    assert ledger.rows[7].outcome is SendOutcome.SENT


@pytest.mark.parametrize("once", [True, False])
def test_what_may_have_arrived_is_sent_again_only_where_it_may_come_twice(once: bool) -> None:
    def answer(_user: str, _attempt: int) -> None:
        raise AdapterError("The answer was lost.", permanent=False, uncertain=True)

    platform, ledger = Platform(limits=FAST, answer=answer), Ledger()

    async def scene() -> DeliveryCounts:
        courier = Courier(NORMAL)
        return await courier.deliver_cards(platform, parcels(1), ledger.record, once=once)

    virtual_time.run(scene())
    assert (platform.attempts("user-0") == 1) is once


def test_a_slot_is_freed_only_when_the_ledger_has_the_row() -> None:
    """With slow records, at most thirty are sent and not yet recorded: the doubles of a crash."""
    platform = Platform(limits=FAST, seconds=lambda _user: 0.001)
    ledger = Ledger(seconds=1.0)
    open_rows = []
    platform.answer = lambda _user, _attempt: open_rows.append(
        len(platform.began) - len(ledger.rows)
    )
    deliver(platform, ledger, 200)
    assert max(open_rows) == 30


def test_it_keeps_to_the_rate() -> None:
    platform, ledger = Platform(), Ledger()
    deliver(platform, ledger, 300)
    times = [time for time, _ in platform.began]
    for start in times:
        assert sum(start <= time <= start + 1.0 for time in times) <= 32


def test_a_permanent_refusal_is_recorded_and_does_not_raise() -> None:
    def answer(user: str, _attempt: int) -> None:
        if user == "user-3":
            raise AdapterError("This member blocked the bot.", permanent=True)

    platform, ledger = Platform(answer=answer), Ledger()
    assert deliver(platform, ledger, 10) == DeliveryCounts(sent=9, failed=1)
    assert ledger.rows[3].outcome is SendOutcome.FAILED
    assert ledger.rows[3].reason == "This member blocked the bot."
    assert platform.attempts("user-3") == 1


@pytest.mark.parametrize(
    "error",
    [AdapterError("Try later.", permanent=False), ConnectionError("reset"), TimeoutError()],
)
def test_a_passing_trouble_is_tried_again(error: Exception) -> None:
    def answer(user: str, attempt: int) -> None:
        if user == "user-3" and attempt < 3:
            raise error

    platform, ledger = Platform(answer=answer), Ledger()
    assert deliver(platform, ledger, 10) == DeliveryCounts(sent=10)
    assert platform.attempts("user-3") == 3


def test_a_lasting_trouble_is_left_for_the_next_delivery() -> None:
    def answer(user: str, _attempt: int) -> None:
        if user == "user-3":
            raise AdapterError("Try later.", permanent=False)

    platform, ledger = Platform(answer=answer), Ledger()
    assert deliver(platform, ledger, 10) == DeliveryCounts(sent=9, not_yet=1)
    assert 3 not in ledger.rows
    assert platform.attempts("user-3") == 3


def test_a_send_that_hangs_is_given_up() -> None:
    platform = Platform(seconds=lambda user: 1e6 if user == "user-3" else 0.05)
    ledger = Ledger()
    assert deliver(platform, ledger, 10, RetryPolicy(timeout=5.0)) == DeliveryCounts(
        sent=9, not_yet=1
    )


def test_retry_after_holds_its_workspace_and_no_other() -> None:
    def answer(user: str, attempt: int) -> None:
        if user == "user-3" and attempt == 1:
            raise AdapterError("Too many.", permanent=False, retry_after=20.0)

    platform, ledger = Platform(answer=answer), Ledger()
    calm = Platform()

    async def scene() -> None:
        courier, south = Courier(), Ledger()
        await asyncio.gather(
            courier.deliver_cards(platform, parcels(100, "north"), ledger.record),
            courier.deliver_cards(calm, parcels(100, "south"), south.record),
        )
        assert len(south.rows) == 100

    virtual_time.run(scene())
    assert len(ledger.rows) == 100
    again = [time for time, address in platform.began if address.user == "user-3"]
    refused = again[0] + 0.05
    assert not [time for time, _ in platform.began if refused + 0.001 < time < refused + 20.0]
    assert again[1] >= refused + 20.0
    assert max(time for time, _ in calm.began) < 4.0


def test_the_bucket_outlives_a_delivery() -> None:
    """Two deliveries in a row do not add their bursts up."""
    platform, ledger = Platform(), Ledger()

    async def scene() -> None:
        courier = Courier()
        everyone = parcels(60)
        await courier.deliver_cards(platform, everyone[:20], ledger.record)
        await courier.deliver_cards(platform, everyone[20:], ledger.record)

    virtual_time.run(scene())
    times = [time for time, _ in platform.began]
    assert max(sum(start <= time <= start + 1.0 for time in times) for start in times) <= 32


def test_a_platform_that_asks_for_an_hour_is_left_alone() -> None:
    def answer(_user: str, _attempt: int) -> None:
        raise AdapterError("Too many.", permanent=False, retry_after=3600.0)

    platform, ledger = Platform(answer=answer), Ledger()
    done = deliver(platform, ledger, 500)
    assert done.not_yet == 500
    assert done.retry_after == pytest.approx(3600.0, abs=5.0)
    assert len(platform.began) <= 32
    assert ledger.rows == {}


def test_a_ledger_that_fails_ends_the_delivery() -> None:
    """Nothing more is sent that could not be written down."""
    platform = Platform(limits=FAST)

    async def broken(_invitation: int, _receipt: object) -> None:
        raise OSError("The disk is full.")

    async def scene() -> None:
        await Courier().deliver_cards(platform, parcels(500), broken)

    with pytest.raises(OSError, match="full"):
        virtual_time.run(scene())
    assert len(platform.began) <= 60


def test_cancelled_it_writes_down_what_is_on_its_way_and_begins_nothing_new() -> None:
    platform, ledger = Platform(limits=FAST, seconds=lambda _user: 0.3), Ledger(seconds=0.1)

    async def scene() -> int:
        delivery = asyncio.create_task(
            Courier().deliver_cards(platform, parcels(500), ledger.record)
        )
        await asyncio.sleep(1.0)
        begun = len(platform.began)
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery
        return begun

    begun = virtual_time.run(scene())
    assert len(platform.began) == len(ledger.rows) == begun


def test_cancelled_it_does_not_wait_long_for_a_send_that_hangs() -> None:
    platform, ledger = Platform(limits=FAST, seconds=lambda _user: 1e6), Ledger()

    async def scene() -> float:
        delivery = asyncio.create_task(
            Courier().deliver_cards(platform, parcels(500), ledger.record)
        )
        await asyncio.sleep(1.0)
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery
        return asyncio.get_running_loop().time()

    assert virtual_time.run(scene()) <= 2.1


TROUBLES = {
    "fine": None,
    "gone": AdapterError("Gone.", permanent=True),
    "busy": AdapterError("Busy.", permanent=False),
    "slow down": AdapterError("Slow down.", permanent=False, retry_after=2.0),
    "broken": RuntimeError("a bug of the adapter"),
}


@settings(deadline=None, max_examples=50)
@given(
    weather=st.lists(
        st.lists(st.sampled_from(sorted(TROUBLES)), min_size=1, max_size=4),
        min_size=1,
        max_size=60,
    )
)
def test_whatever_a_platform_does_everyone_ends_somewhere(weather: list[list[str]]) -> None:
    """Sent and failed are recorded once, the rest are counted, and the rate is kept."""

    def answer(user: str, attempt: int) -> None:
        days = weather[int(user.removeprefix("user-"))]
        trouble = TROUBLES[days[min(attempt, len(days)) - 1]]
        if trouble is not None:
            raise trouble

    platform, ledger = Platform(answer=answer), Ledger()
    everyone: list[Parcel] = parcels(len(weather))
    done = deliver(platform, ledger, len(everyone))
    assert done.sent + done.failed + done.not_yet == len(everyone)
    assert len(ledger.rows) == done.sent + done.failed
    assert platform.most_in_flight <= 30
    times = [time for time, _ in platform.began]
    assert all(sum(start <= time <= start + 1.0 for time in times) <= 32 for start in times)
