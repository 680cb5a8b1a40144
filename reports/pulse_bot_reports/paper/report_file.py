"""A half-term's report as a file: which endings there are. The sheets are in `report_pdf`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from pulse_bot.domain.release.half_term import make_report
from pulse_bot.domain.release.record import Digest
from pulse_bot.errors import MissingExtra, Refused


def report_files(
    file: str, partnership: str, time_zone: str, digests: Sequence[Digest]
) -> Mapping[str, bytes]:
    """The file by its name; nothing where no half-term has ended. Raises Refused, MissingExtra."""
    if PurePath(file).suffix.lower() != ".pdf":
        raise Refused(f"A half-term's report is written as .pdf, so {file} is none.")
    report = make_report(digests)
    if report is None:
        return {}
    try:
        from pulse_bot_reports.paper.report_pdf import report_pdf
    except ImportError:
        raise MissingExtra("reports", "fpdf2") from None
    return {file: report_pdf(partnership, time_zone, report, digests)}
