"""Banks, items and findings as plain values, for `--json` and for whoever reads it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from pulse_bot.banks.bank import Bank, BankEntry
from pulse_bot.banks.findings import Finding

Facts = dict[str, object]


def bank_facts(bank: Bank) -> Facts:
    """A bank without its items, but with how many there are of what."""
    return {
        "id": bank.id,
        "version": bank.version,
        "title": bank.title,
        "summary": bank.summary,
        "language": bank.language,
        "translations": [translation.language for translation in bank.translations],
        "licence": bank.licence,
        "use": bank.use,
        "cadence": bank.cadence,
        "dimensions": [asdict(dimension) for dimension in bank.dimensions],
        "sources": [asdict(source) for source in bank.sources],
        "items": len(bank.items),
        "core": sum(item.core for item in bank.items),
        "kinds": dict(Counter(str(item.kind) for item in bank.items)),
        "file": bank.file,
    }


def entry_facts(entry: BankEntry) -> Facts:
    """An item as it stands in its file."""
    facts = {**asdict(entry.item), "kind": str(entry.item.kind)}
    return {**facts, "replaced_by": entry.replaced_by}


def finding_facts(finding: Finding) -> Facts:
    """A finding, with its message in one piece."""
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        **asdict(finding.place),
        "message": f"{finding.what} {finding.remedy}",
        "marked": finding.marked,
    }
