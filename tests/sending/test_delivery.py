"""Deliveries: thirty in flight, each written down first, and no platform makes it raise."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_bot.domain.outgoing import SendOutcome
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Limits
from pulse_bot.sending.courier import Courier, RetryPolicy
from tests.sending import virtual_time
from tests.sending.platform import Ledger, Parcel, Platform, deliver_all, parcels

FAST = Limits(text=1000, sends_a_second=5000.0, burst=100)
NORMAL = RetryPolicy()
SENT, FAILED = SendOutcome.SENT, SendOutcome.FAILED
NOT_YET, UNCERTAIN = SendOutcome.NOT_YET, SendOutcome.UNCERTAIN


def deliver(
    platform: Platform, ledger: Ledger, count: int, effort: RetryPolicy = NORMAL
) -> Counter[SendOutcome | None]:
    async def scene() -> Counter[SendOutcome | None]:
        return await deliver_all(Courier(effort), platform, parcels(count), ledger)

    return virtual_time.run(scene())


def test_everyone_is_sent_to_once_and_recorded() -> None:
    platform, ledger = Platform(limits=FAST), Ledger()
    assert deliver(platform, ledger, 500) == {SENT: 500}
    assert len(platform.began) == 500
    assert ledger.rows[7].outcome is SendOutcome.SENT


def test_what_may_have_arrived_is_not_tried_again_here() -> None:
    def answer(_user: str, _attempt: int) -> None:
        raise AdapterError("The answer was lost.", permanent=False, uncertain=True)

    platform, ledger = Platform(limits=FAST, answer=answer), Ledger()
    assert deliver(platform, ledger, 1) == {UNCERTAIN: 1}
    assert platform.attempts("user-0") == 1


def test_it_is_claimed_once_and_before_it_is_sent() -> None:
    platform, ledger = Platform(limits=FAST), Ledger()
    unclaimed = []

    def answer(user: str, attempt: int) -> None:
        unclaimed.append(int(user.removeprefix("user-")) not in ledger.claims)
        if attempt < 3:
            raise AdapterError("Try later.", permanent=False)

    platform.answer = answer
    assert deliver(platform, ledger, 40) == {SENT: 40}
    assert sorted(ledger.claims) == list(range(40))
    assert not any(unclaimed)


def test_what_is_claimed_by_another_is_not_sent() -> None:
    class Taken(Ledger):
        async def claim(self, number: int) -> bool:
            return number % 2 == 0

    platform = Platform(limits=FAST)
    assert deliver(platform, Taken(), 10) == {SENT: 5, None: 5}
    assert len(platform.began) == 5


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
    assert deliver(platform, ledger, 10) == {SENT: 9, FAILED: 1}
    assert ledger.rows[3].outcome is SendOutcome.FAILED
    assert ledger.rows[3].reason == "This member blocked the bot."
    assert platform.attempts("user-3") == 1


@pytest.mark.parametrize(
    "error",
    [AdapterError("Try later.", permanent=False), ConnectionError("reset"), OSError()],
)
def test_a_passing_trouble_is_tried_again(error: Exception) -> None:
    def answer(user: str, attempt: int) -> None:
        if user == "user-3" and attempt < 3:
            raise error

    platform, ledger = Platform(answer=answer), Ledger()
    assert deliver(platform, ledger, 10) == {SENT: 10}
    assert platform.attempts("user-3") == 3


def test_a_lasting_trouble_is_left_for_the_next_delivery() -> None:
    def answer(user: str, _attempt: int) -> None:
        if user == "user-3":
            raise AdapterError("Try later.", permanent=False)

    platform, ledger = Platform(answer=answer), Ledger()
    assert deliver(platform, ledger, 10) == {SENT: 9, NOT_YET: 1}
    assert ledger.rows[3].outcome is NOT_YET
    assert platform.attempts("user-3") == 3


def test_a_send_that_hangs_is_given_up() -> None:
    platform = Platform(seconds=lambda user: 1e6 if user == "user-3" else 0.05)
    ledger = Ledger()
    assert deliver(platform, ledger, 10, RetryPolicy(timeout=5.0)) == {SENT: 9, UNCERTAIN: 1}
    assert platform.attempts("user-3") == 1


def test_retry_after_holds_its_workspace_and_no_other() -> None:
    def answer(user: str, attempt: int) -> None:
        if user == "user-3" and attempt == 1:
            raise AdapterError("Too many.", permanent=False, retry_after=8.0)

    platform, ledger = Platform(answer=answer), Ledger()
    calm = Platform()

    async def scene() -> None:
        courier, south = Courier(), Ledger()
        await asyncio.gather(
            deliver_all(courier, platform, parcels(100, "north"), ledger),
            deliver_all(courier, calm, parcels(100, "south"), south),
        )
        assert len(south.rows) == 100

    virtual_time.run(scene())
    assert len(ledger.rows) == 100
    again = [time for time, address in platform.began if address.user == "user-3"]
    refused = again[0] + 0.05
    assert not [time for time, _ in platform.began if refused + 0.001 < time < refused + 8.0]
    assert again[1] >= refused + 8.0
    assert max(time for time, _ in calm.began) < 4.0


def test_the_bucket_outlives_a_delivery() -> None:
    """Two deliveries in a row do not add their bursts up."""
    platform, ledger = Platform(), Ledger()

    async def scene() -> None:
        courier = Courier()
        everyone = parcels(60)
        await deliver_all(courier, platform, everyone[:20], ledger)
        await deliver_all(courier, platform, everyone[20:], ledger)

    virtual_time.run(scene())
    times = [time for time, _ in platform.began]
    assert max(sum(start <= time <= start + 1.0 for time in times) for start in times) <= 32


def test_a_platform_that_asks_for_an_hour_is_left_alone() -> None:
    def answer(_user: str, _attempt: int) -> None:
        raise AdapterError("Too many.", permanent=False, retry_after=3600.0)

    platform, ledger = Platform(answer=answer), Ledger()
    done = deliver(platform, ledger, 500)
    # Those that were on their way are due later; the rest were not even claimed.
    assert done[NOT_YET] + done[None] == 500
    assert len(ledger.claims) == len(platform.began) == done[NOT_YET] <= 32
    assert {receipt.retry_after for receipt in ledger.rows.values()} == {3600.0}


def test_a_ledger_that_fails_ends_the_delivery() -> None:
    """Nothing more is sent that could not be written down."""
    platform = Platform(limits=FAST)

    class Broken(Ledger):
        async def record(self, invitation: int, receipt: object) -> None:
            raise OSError("The disk is full.")

    async def scene() -> None:
        await deliver_all(Courier(), platform, parcels(500), Broken())

    with pytest.raises(OSError, match="full"):
        virtual_time.run(scene())
    assert len(platform.began) <= 60


def test_cancelled_it_writes_down_what_is_on_its_way_and_begins_nothing_new() -> None:
    platform, ledger = Platform(limits=FAST, seconds=lambda _user: 0.3), Ledger(seconds=0.1)

    async def scene() -> int:
        delivery = asyncio.create_task(deliver_all(Courier(), platform, parcels(500), ledger))
        await asyncio.sleep(1.0)
        begun = len(platform.began)
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery
        return begun

    begun = virtual_time.run(scene())
    assert len(platform.began) == len(ledger.rows) == begun


def test_cancelled_in_a_pause_it_writes_down_what_surely_did_not_arrive() -> None:
    """Else it would be uncertain, and somebody not reminded for whom nothing came."""

    def answer(_user: str, _attempt: int) -> None:
        raise AdapterError("Too many.", permanent=False, retry_after=8.0)

    platform, ledger = Platform(limits=FAST, answer=answer), Ledger()

    async def scene() -> None:
        delivery = asyncio.create_task(deliver_all(Courier(), platform, parcels(500), ledger))
        await asyncio.sleep(1.0)
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery

    virtual_time.run(scene())
    assert platform.began
    assert len(platform.began) == len(ledger.claims) == len(ledger.rows)
    assert {receipt.outcome for receipt in ledger.rows.values()} == {NOT_YET}


def test_cancelled_it_does_not_wait_long_for_a_send_that_hangs() -> None:
    platform, ledger = Platform(limits=FAST, seconds=lambda _user: 1e6), Ledger()

    async def scene() -> float:
        delivery = asyncio.create_task(deliver_all(Courier(), platform, parcels(500), ledger))
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
    assert done[SENT] + done[FAILED] + done[NOT_YET] == len(everyone)
    assert len(ledger.rows) == len(everyone)
    assert platform.most_in_flight <= 30
    times = [time for time, _ in platform.began]
    assert all(sum(start <= time <= start + 1.0 for time in times) <= 32 for start in times)
