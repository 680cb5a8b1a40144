"""Half-term reports: what the digests of a half-term say together, for whoever reads them."""

from __future__ import annotations

from pulse_bot.domain.release.half_term import HalfTermReport, list_half_terms, make_report
from pulse_bot.domain.release.record import Digest
from pulse_bot.errors import Refused
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.reading.operator_lists import read_digests


def read_report(
    installation: Installation, name: str, number: int | None = None
) -> tuple[HalfTermReport, list[Digest]]:
    """The newest report, or that of the half-term that a round ended, and the digests up to there.

    The look is logged. Raises Refused where there is none.
    """
    digests = read_digests(installation, name)
    report = make_report(digests, number)
    if report is not None:
        return report, [digest for digest in digests if digest.number <= report.own.last]
    ends = [str(half_term.last) for half_term in list_half_terms(digests)]
    if not ends:
        raise Refused(
            f"No half-term of {name} has ended yet: its report comes with the first levels."
        )
    raise Refused(
        f"No half-term of {name} ended with round {number}. These rounds ended one: "
        f"{', '.join(ends)}."
    )
