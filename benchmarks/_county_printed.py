"""How the figures of a county are printed, each beside its goal or what it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from benchmarks._county_people import ALL_PACES, PACES, Arrival, Click, County

MISSED: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Goals:
    """Of the issue that asked for this."""

    pace: float = 0.95
    click_seconds: float = 0.5
    clicks: float = 0.99
    digest_seconds: float = 300
    tick_seconds: float = 1
    tick_queries: int = 50
    memory: int = 300
    takeover_seconds: float = 60


GOALS: Final = Goals()


def print_cards(county: County, platform: str, count: int, opened: float) -> None:
    """How many of a platform's cards are out, and how much of its pace was used until then."""
    out = [a for a in county.arrivals if a.platform == platform]
    firsts = {(a.place, a.chat): a.at for a in reversed(out)}
    if not firsts:
        print(f"  {platform}: 0 of {count:,} cards")
        return
    places = {place for place, _ in firsts}
    pace = PACES[platform] * len(places)
    took, ideal = max(firsts.values()) - opened, count / pace
    shares = sorted(_share_of_pace(out, firsts, place) for place in places)
    each = f" in each of {len(places)} workspaces" if len(places) > 1 else ""
    worst = f", in the slowest {shares[0]:.0%}" if len(places) > 1 else ""
    over = sum(county.over_pace[place] for place in places)
    print(
        f"  {platform}: {len(firsts):,} of {count:,} cards in {took:.0f} s from the hour, the "
        f"first after {min(firsts.values()) - opened:.0f} s; its pace of {PACES[platform]}/s{each} "
        f"alone makes it {ideal:.0f} s. Cards alone: {ideal / took:.0%} of the pace; with answers "
        f"to clicks {median(shares):.0%}{worst} (goal: {GOALS.pace:.0%}); {over} over the pace"
    )


def _share_of_pace(
    out: Sequence[Arrival], firsts: dict[tuple[str, str], float], place: str
) -> float:
    """Of all that people were sent, until the last of them had a card: answers to clicks count."""
    times = [at for (where, _), at in firsts.items() if where == place]
    sent = sum(a.place == place and a.at <= max(times) for a in out)
    return sent / (ALL_PACES[place] * (max(times) - min(times) + 1))


def print_clicks(when: str, clicks: Sequence[Click], waits: Sequence[float]) -> None:
    """How long clicks took; beside it how long nothing took, on a machine that others use, too."""
    if not clicks:
        print(f"  clicks {when}: none")
        return
    took = sorted(c.acknowledged - c.at if c.acknowledged else MISSED for c in clicks)
    in_time = sum(seconds <= GOALS.click_seconds for seconds in took) / len(took)
    shown = sorted(c.answered - c.at for c in clicks if c.answered) or [MISSED]
    refused = sum(bool(c.answered) and not c.recorded for c in clicks)
    print(
        f"  clicks {when}: {len(clicks):,}, {in_time:.1%} acknowledged within "
        f"{GOALS.click_seconds * 1000:.0f} ms (goal: {GOALS.clicks:.0%}), half within "
        f"{median(took) * 1000:.0f} ms, 99 of 100 within {took[len(took) * 99 // 100] * 1000:.0f} "
        f"ms, never {took.count(MISSED)}; an answer was seen by {len(shown):,}, half within "
        f"{median(shown) * 1000:.0f} ms; {refused} were told something else than “Recorded”"
    )
    idle = sorted(waits) or [MISSED]
    print(
        f"    beside that, nothing at all took {median(idle) * 1000:.0f} ms in the middle, and 99 "
        f"of 100 times {idle[len(idle) * 99 // 100] * 1000:.0f} ms at most"
    )
