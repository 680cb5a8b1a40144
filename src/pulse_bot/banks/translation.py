"""Translations: files beside a bank's that hold its words in another language, and nothing else.

A translator never opens the file whose order and wording carry a trend, and a bank's version stays
when a translation grows. Reworded questions have new ids, so a stale translation names an id that
is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pulse_bot.banks.bank import Bank, BankEntry, Dimension, Translation
from pulse_bot.banks.findings import BankMistakes, FileLocation, Finding
from pulse_bot.banks.model import TRANSLATION, TranslationKeys, WordingKeys
from pulse_bot.banks.parse import text_tree, validate_keys
from pulse_bot.banks.spelling import did_you_mean
from pulse_bot.banks.tree import Tree
from pulse_bot.domain.asking.items import Choice, Item, ItemKind, Wording


@dataclass(frozen=True, slots=True)
class TranslationFile:
    """A translation as its file holds it, before it is put to its bank."""

    keys: TranslationKeys
    tree: Tree


def is_translation(name: str) -> bool:
    """Whether a file of this name is one: trust.cy.yaml beside trust.yaml."""
    return name.count(".") > 1


def parse_translation(data: bytes, file: str) -> TranslationFile:
    """The translation in the bytes of a file. Raises BankMistakes."""
    return build_translation(text_tree(data, file))


def build_translation(tree: Tree) -> TranslationFile:
    """The translation that these values are. Raises BankMistakes with all that is wrong."""
    keys = validate_keys(tree, TranslationKeys, TRANSLATION)
    if tree.findings:
        raise BankMistakes(tree.findings)
    return TranslationFile(keys, tree)


def add_translations(
    banks: Iterable[Bank], translations: Sequence[TranslationFile]
) -> tuple[list[Bank], list[Finding]]:
    """The banks with their translations, and what does not fit together."""
    whole = list(banks)
    findings: list[Finding] = []
    for translation in translations:
        numbers = {bank.id: number for number, bank in enumerate(whole)}
        misfits = list(
            _find_misfits(translation, {name: whole[number] for name, number in numbers.items()})
        )
        findings.extend(misfits)
        if not misfits:
            number = numbers[translation.keys.bank]
            whole[number] = _add_translation(whole[number], translation)
    return whole, findings


def _find_misfits(translation: TranslationFile, banks: Mapping[str, Bank]) -> Iterator[Finding]:
    keys, place = translation.keys, translation.tree.locate_path
    bank = banks.get(keys.bank)
    if bank is None:
        what = f'There is no bank "{keys.bank}" beside it.{did_you_mean(keys.bank, banks)}'
        yield Finding("unknown-bank", place(("bank",), key="bank"), what)
        return
    if keys.language in (bank.language, *(other.language for other in bank.translations)):
        what = f'The bank "{bank.id}" is there in "{keys.language}" already.'
        yield Finding("second-translation", place(("language",), key="language"), what)
    yield from _dimension_misfits(translation, bank)
    items = {entry.item.id: entry.item for entry in bank.entries}
    for name, wording in keys.items.items():
        item = items.get(name)
        if item is None:
            what = f'The bank has no item "{name}".{did_you_mean(name, items)}'
            yield Finding("unknown-item", place(("items", name), name), what)
        else:
            yield from _item_misfits(item, wording, translation.tree)


def _dimension_misfits(translation: TranslationFile, bank: Bank) -> Iterator[Finding]:
    dimensions = {dimension.key: dimension for dimension in bank.dimensions}
    for name, dimension in translation.keys.dimensions.items():
        place = translation.tree.locate_path(("dimensions", name), key=name)
        if name not in dimensions:
            what = f'There is no dimension "{name}".{did_you_mean(name, dimensions)}'
            yield Finding("unknown-dimension", place, what)
            continue
        for facet in dimension.facets.keys() - dimensions[name].facets.keys():
            where = translation.tree.locate_path(("dimensions", name, "facets", facet), key=facet)
            guess = did_you_mean(facet, dimensions[name].facets)
            what = f'The dimension "{name}" has no facet "{facet}".{guess}'
            yield Finding("unknown-facet", where, what)


def _item_misfits(item: Item, wording: WordingKeys, tree: Tree) -> Iterator[Finding]:
    choice_keys = [choice.key for choice in item.choices]
    for key in wording.choices:
        if key not in choice_keys:
            where = tree.locate_path(("items", item.id, "choices", key), item.id, "choices")
            what = f'The item has no choice "{key}".{did_you_mean(key, choice_keys)}'
            yield Finding("unknown-item", where, what)
    if wording.ends and item.kind is not ItemKind.SCALE:
        where = tree.locate_path(("items", item.id, "ends"), item.id, "ends")
        what = f'An item of kind "{item.kind}" says what its ends mean.'
        yield Finding("bad-ends", where, what)


def _add_translation(bank: Bank, source: TranslationFile) -> Bank:
    keys = source.keys
    translation = Translation(
        language=keys.language,
        title=keys.title or "",
        summary=keys.summary or "",
        dimensions=tuple(
            Dimension(key, words.title, words.facets) for key, words in keys.dimensions.items()
        ),
        file=source.tree.file,
    )
    return replace(
        bank,
        entries=tuple(_add_wording(entry, keys) for entry in bank.entries),
        translations=(*bank.translations, translation),
    )


def _add_wording(entry: BankEntry, keys: TranslationKeys) -> BankEntry:
    words = keys.items.get(entry.item.id)
    if words is None:
        return entry
    wording = Wording(
        language=keys.language,
        text=words.text,
        talk=words.talk or "",
        choices=tuple(Choice(key, label) for key, label in words.choices.items()),
        ends=words.ends or ("", ""),
    )
    item = entry.item
    return replace(entry, item=replace(item, translations=(*item.translations, wording)))


def find_untranslated(bank: Bank) -> Iterator[Finding]:
    """What a translation of a bank leaves in the bank's own language."""
    for translation in bank.translations:
        place = FileLocation(translation.file)
        for key in ("title", "summary"):
            if not getattr(translation, key):
                yield Finding("not-translated", replace(place, key=key), f"There is no {key}.")
        yield from _untranslated_dimensions(bank, translation)
        for item in bank.items:
            gaps = _missing_parts(item, translation.language)
            if gaps:
                what = f"It has no {', no '.join(gaps)} in {translation.language}."
                yield Finding("not-translated", replace(place, item=item.id), what)


def _untranslated_dimensions(bank: Bank, translation: Translation) -> Iterator[Finding]:
    words = {dimension.key: dimension for dimension in translation.dimensions}
    for dimension in bank.dimensions:
        translated = words.get(dimension.key)
        left = dimension.facets.keys() - (translated.facets.keys() if translated else ())
        if translated is None or left:
            what = f'The words of the dimension "{dimension.key}" are not all there.'
            place = FileLocation(translation.file, key="dimensions")
            yield Finding("not-translated", place, what, tuple(sorted(left)))


def _missing_parts(item: Item, language: str) -> list[str]:
    wording = next(
        (candidate for candidate in item.translations if candidate.language == language), None
    )
    if wording is None:
        return ["question"]
    labelled = {choice.key for choice in wording.choices}
    gaps = {
        "talk": not wording.talk,
        "choices": any(choice.key not in labelled for choice in item.choices),
        "ends": any(item.ends) and not any(wording.ends),
    }
    return [name for name, missing in gaps.items() if missing]
