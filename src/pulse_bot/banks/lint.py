"""The rules that make a bank worth answering, applied to files or to banks; the result is data.

What keeps a file from being read at all comes from `load` and is listed here as well. The word
lists live in `wording`, what each code means in `codes`. Nothing is printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources.abc import Traversable
from itertools import combinations
from typing import Final

from pulse_bot.banks.bank import Bank, BankEntry, Dimension
from pulse_bot.banks.findings import FileLocation, Finding
from pulse_bot.banks.load import load_banks
from pulse_bot.banks.reading import reading_ease
from pulse_bot.banks.sense import check_together
from pulse_bot.banks.translation import find_untranslated
from pulse_bot.banks.wording import (
    WORD_CODES,
    marked_words,
    says_we,
    speaks_english,
    text_likeness,
    text_trigrams,
)
from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.scales import ENGLISH, SCALES, plain_language

CORE: Final = 6
"""Items in a core: the trend is computed on six."""
LEAST_EASE: Final = 55.0
"""Flesch's reading ease that a reader of thirteen manages."""
ALIKE: Final = 0.6
"""The likeness from which two items ask nearly the same."""

_STATEMENTS: Final = (ItemKind.AGREE, ItemKind.FREQUENCY, ItemKind.JOURNEY)


def lint_files(files: Iterable[Traversable]) -> list[Finding]:
    """Everything that is wrong with these files or could be better, in the order of the files."""
    banks, findings = load_banks(files)
    return [*findings, *check_together(banks), *lint_banks(banks)]


def lint_banks(banks: Sequence[Bank]) -> list[Finding]:
    """What could be better in banks that can be read, and between them."""
    findings = [finding for bank in banks for finding in _lint_bank(bank)]
    return [*findings, *_find_duplicates(banks)]


def _lint_bank(bank: Bank) -> Iterator[Finding]:
    if not any(source.framework for source in bank.sources):
        yield Finding(
            "no-framework", FileLocation(bank.file, key="source"), "No framework is named."
        )
    agree = [item for item in bank.items if item.kind is ItemKind.AGREE and not item.pair]
    if len(agree) >= CORE and not any(item.reverse for item in agree):
        what = f"It has {len(agree)} agree items, and none of them is reverse-scored."
        yield Finding("no-reverse", FileLocation(bank.file, key="items"), what)
    for dimension in bank.dimensions:
        yield from _lint_core(bank, dimension)
    for entry in bank.entries:
        if not entry.replaced_by:
            yield from _lint_entry(bank, entry)
    yield from _lint_languages(bank)


def _lint_languages(bank: Bank) -> Iterator[Finding]:
    yield from find_untranslated(bank)
    files = {
        bank.language: bank.file,
        **{translation.language: translation.file for translation in bank.translations},
    }
    kinds = dict.fromkeys(str(item.kind) for item in bank.items if item.kind in SCALES[ENGLISH])
    for language, file in files.items():
        if kinds and plain_language(language) not in SCALES:
            what = f'In "{language}" the answers of {", ".join(kinds)} have no names.'
            yield Finding("english-answers", FileLocation(file, key="language"), what)
    for item in bank.items:
        for translation in item.translations:
            if translation.talk and _is_no_question(translation.talk):
                place = FileLocation(files[translation.language], item=item.id, key="talk")
                yield Finding(
                    "talk-not-question", place, f'The prompt ends "…{translation.talk[-30:]}".'
                )


def _is_no_question(talk: str) -> bool:
    return not talk.endswith("?") or talk.count("?") > 1


def _lint_core(bank: Bank, dimension: Dimension) -> Iterator[Finding]:
    core = bank.core_items(dimension.key)
    place = FileLocation(bank.file, key="core")
    if not core:
        return
    if len(core) != CORE:
        what = f'The core of "{dimension.key}" has {len(core)} items.'
        yield Finding("core-not-six", place, what)
    turned = tuple(item.id for item in core if item.reverse)
    if len(turned) > 1:
        what = f"{len(turned)} core items are reverse-scored: {', '.join(turned)}."
        yield Finding("core-reverse", place, what, turned)
    odd = tuple(item.id for item in core if item.kind is not ItemKind.AGREE)
    if odd:
        yield Finding("core-kind", place, f"Of another kind: {', '.join(odd)}.", odd)
    yield from _lint_core_facets(core, dimension, place)


def _lint_core_facets(
    core: Sequence[Item], dimension: Dimension, place: FileLocation
) -> Iterator[Finding]:
    counted = Counter(item.facet for item in core if item.facet)
    left_out = tuple(facet for facet in dimension.facets if facet not in counted)
    if left_out and len(counted) < min(len(core), len(dimension.facets)):
        what = f'The core of "{dimension.key}" has no item for: {", ".join(left_out)}.'
        yield Finding("core-facets", place, what, left_out)


def _lint_entry(bank: Bank, entry: BankEntry) -> Iterator[Finding]:
    item = entry.item
    if _is_no_question(item.talk):
        what = f'The prompt ends "…{item.talk[-30:]}".' if item.talk else "There is no prompt."
        yield Finding("talk-not-question", bank.locate_key(entry, "talk"), what)
    if not speaks_english(bank.language):
        return
    place = bank.locate_key(entry, "text")
    ease = reading_ease(item.text)
    if ease < LEAST_EASE:
        what = f"Its reading ease is {ease:.0f}, and at least {LEAST_EASE:.0f} is needed."
        yield Finding("hard-to-read", place, what)
    if item.kind in _STATEMENTS and not says_we(item.text, paired=bool(item.pair)):
        yield Finding("voice", place, f'It says: "{item.text}"')
    for code in WORD_CODES:
        words = marked_words(code, item.text)
        if words:
            quoted = ", ".join(f'"{word}"' for word in words)
            yield Finding(code, place, f'Look at {quoted} in "{item.text}"', words)


def _find_duplicates(banks: Sequence[Bank]) -> Iterator[Finding]:
    everything = [
        (bank, entry, text_trigrams(entry.item.text))
        for bank in banks
        for entry in bank.entries
        if not entry.replaced_by and speaks_english(bank.language)
    ]
    for (_, first, seen), (bank, entry, letters) in combinations(everything, 2):
        pair = (entry.item.bank, entry.item.pair)
        if entry.item.pair and pair == (first.item.bank, first.item.pair):
            continue
        # Lengths that differ this much cannot be alike; most pairs end here, which is the speed.
        if min(len(seen), len(letters)) < ALIKE * max(len(seen), len(letters)):
            continue
        if text_likeness(seen, letters) >= ALIKE:
            what = f'"{entry.item.text}" is much like {first.item.id}: "{first.item.text}"'
            yield Finding("near-duplicate", bank.locate_key(entry, "text"), what, (first.item.id,))
