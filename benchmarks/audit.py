"""How long an audit takes of one year of a partnership, and that made-up years pass.

Beside each year under the lot stands the same year as the first edition printed it, which fails.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Final

from benchmarks._running import SCALE, bounded
from pulse_bot.audit.attack import audit
from pulse_bot.audit.report import AuditReport
from tests.audit.years import print_first_edition, print_second_edition, usual_year

SIZES: Final = (8, 12, 20, 40) if SCALE >= 0.1 else (8,)
THEMES: Final = 3 if SCALE >= 0.1 else 1
GOAL: Final = 120
"""Seconds of one core for a year of twenty."""
BOUND: Final = 1_200


def main() -> None:
    """Print what a year takes and what is found in it; exit with 1 where one fails by the lot."""
    failed = False
    for members in SIZES:
        draw = random.Random(members)
        year = usual_year(members, draw, joins=members != 12, themes=THEMES)
        started = time.process_time()
        report = audit(print_second_edition(year, draw))
        taken = time.process_time() - started
        before = audit(print_first_edition(year))
        print(
            f"{members:>2} members, a year: {taken:5.1f} s of one core (goal for 20: {GOAL}); "
            f"{_describe(report)}; by the first edition (baseline): {_describe(before)}",
            flush=True,
        )
        failed |= not report.passes
    sys.exit(failed and SCALE >= 1)


def _describe(report: AuditReport) -> str:
    answers = max((rate.answers for rate in report.rates), default=0)
    people = max((rate.people for rate in report.rates), default=0)
    verdict = "passed" if report.passes else "failed"
    return (
        f"{verdict}, {len(report.findings)} findings, "
        f"{100 * answers:.1f} % of answers and {100 * people:.0f} % of people certain"
    )


if __name__ == "__main__":
    with bounded(BOUND):
        main()
