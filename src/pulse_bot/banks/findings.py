"""What can be said about a bank file: a finding, where it stands, and the error that carries them.

The meaning and the remedy of each code live in `codes`; finding things lives in `load` and `lint`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulse_bot.banks.codes import CODES, Severity
from pulse_bot.errors import BankError


@dataclass(frozen=True, slots=True)
class FileLocation:
    """Where something stands: file, line (from 1; 0 where there is none), item and key.

    In a spreadsheet the line is a row, of a sheet, and the column bears its letter.
    """

    file: str
    line: int = 0
    item: str = ""
    key: str = ""
    sheet: str = ""
    column: str = ""

    def __str__(self) -> str:
        parts = [self.file]
        parts += [f"sheet {self.sheet}"] if self.sheet else []
        parts += [f"{'row' if self.sheet else 'line'} {self.line}"] if self.line else []
        parts += [f"column {self.column}"] if self.column else []
        parts += [f"item {self.item}"] if self.item else []
        parts += [f"key {self.key}"] if self.key else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or could be better, with what to do about it."""

    code: str
    place: FileLocation
    what: str
    marked: tuple[str, ...] = ()
    """The words that it is about."""

    @property
    def severity(self) -> Severity:
        """An error keeps a bank from being used; a warning asks its author to look again."""
        return CODES[self.code].severity

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return CODES[self.code].remedy

    def __str__(self) -> str:
        return f"{self.severity} {self.code} {self.place}: {self.what} {self.remedy}"


class BankMistakes(BankError):
    """Everything that keeps a bank file, or a set of them, from being used."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """At least one finding; the first one gives the error its code and place."""
        first = findings[0]
        super().__init__(first.code, str(first.place), first.what, first.remedy)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        lines = [
            f"{finding.code} {finding.place}: {finding.what} {finding.remedy}"
            for finding in self.findings
        ]
        return "\n".join(lines)
