"""Translations: files beside a bank's that hold its words in another language, and nothing else.

A translator never opens the file whose order and wording carry a trend, and a bank's version stays
when a translation grows. Reworded questions have new ids, so a stale translation names an id that
is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pulse_bot.banks.bank import Bank, Dimension, Entry, Translation
from pulse_bot.banks.findings import BankMistakes, Finding, Place
from pulse_bot.banks.model import TRANSLATION, TranslationKeys, WordingKeys
from pulse_bot.banks.parse import keys_of, text_tree
from pulse_bot.banks.spelling import did_you_mean
from pulse_bot.banks.tree import Tree
from pulse_bot.domain.asking.items import Choice, Item, Kind, Wording


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation as its file holds it, before it is put to its bank."""

    keys: TranslationKeys
    tree: Tree


def is_translation(name: str) -> bool:
    """Whether a file of this name is one: trust.cy.yaml beside trust.yaml."""
    return name.count(".") > 1


def parse_translation(data: bytes, file: str) -> Translated:
    """The translation in the bytes of a file. Raises BankMistakes."""
    return translation_of(text_tree(data, file))


def translation_of(tree: Tree) -> Translated:
    """The translation that these values are. Raises BankMistakes with all that is wrong."""
    keys = keys_of(tree, TranslationKeys, TRANSLATION)
    if tree.findings:
        raise BankMistakes(tree.findings)
    return Translated(keys, tree)


def with_translations(
    banks: Iterable[Bank], translations: Sequence[Translated]
) -> tuple[list[Bank], list[Finding]]:
    """The banks with their translations, and what does not fit together."""
    whole = list(banks)
    findings: list[Finding] = []
    for one in translations:
        at = {bank.id: number for number, bank in enumerate(whole)}
        found = list(_misfits(one, {name: whole[number] for name, number in at.items()}))
        findings.extend(found)
        if not found:
            number = at[one.keys.bank]
            whole[number] = _translated(whole[number], one)
    return whole, findings


def _misfits(one: Translated, banks: Mapping[str, Bank]) -> Iterator[Finding]:
    keys, place = one.keys, one.tree.place
    bank = banks.get(keys.bank)
    if bank is None:
        what = f'There is no bank "{keys.bank}" beside it.{did_you_mean(keys.bank, banks)}'
        yield Finding("unknown-bank", place(("bank",), key="bank"), what)
        return
    if keys.language in (bank.language, *(other.language for other in bank.translations)):
        what = f'The bank "{bank.id}" is there in "{keys.language}" already.'
        yield Finding("second-translation", place(("language",), key="language"), what)
    yield from _dimension_misfits(one, bank)
    items = {entry.item.id: entry.item for entry in bank.entries}
    for name, wording in keys.items.items():
        item = items.get(name)
        if item is None:
            what = f'The bank has no item "{name}".{did_you_mean(name, items)}'
            yield Finding("unknown-item", place(("items", name), name), what)
        else:
            yield from _item_misfits(item, wording, one.tree)


def _dimension_misfits(one: Translated, bank: Bank) -> Iterator[Finding]:
    known = {dimension.key: dimension for dimension in bank.dimensions}
    for name, dimension in one.keys.dimensions.items():
        place = one.tree.place(("dimensions", name), key=name)
        if name not in known:
            what = f'There is no dimension "{name}".{did_you_mean(name, known)}'
            yield Finding("unknown-dimension", place, what)
            continue
        for facet in dimension.facets.keys() - known[name].facets.keys():
            where = one.tree.place(("dimensions", name, "facets", facet), key=facet)
            guess = did_you_mean(facet, known[name].facets)
            what = f'The dimension "{name}" has no facet "{facet}".{guess}'
            yield Finding("unknown-facet", where, what)


def _item_misfits(item: Item, wording: WordingKeys, tree: Tree) -> Iterator[Finding]:
    known = [choice.key for choice in item.choices]
    for key in wording.choices:
        if key not in known:
            where = tree.place(("items", item.id, "choices", key), item.id, "choices")
            what = f'The item has no choice "{key}".{did_you_mean(key, known)}'
            yield Finding("unknown-item", where, what)
    if wording.ends and item.kind is not Kind.SCALE:
        where = tree.place(("items", item.id, "ends"), item.id, "ends")
        what = f'An item of kind "{item.kind}" says what its ends mean.'
        yield Finding("bad-ends", where, what)


def _translated(bank: Bank, one: Translated) -> Bank:
    keys = one.keys
    translation = Translation(
        language=keys.language,
        title=keys.title or "",
        summary=keys.summary or "",
        dimensions=tuple(
            Dimension(key, words.title, words.facets) for key, words in keys.dimensions.items()
        ),
        file=one.tree.file,
    )
    return replace(
        bank,
        entries=tuple(_worded(entry, keys) for entry in bank.entries),
        translations=(*bank.translations, translation),
    )


def _worded(entry: Entry, keys: TranslationKeys) -> Entry:
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


def untranslated(bank: Bank) -> Iterator[Finding]:
    """What a translation of a bank leaves in the bank's own language."""
    for translation in bank.translations:
        place = Place(translation.file)
        for key in ("title", "summary"):
            if not getattr(translation, key):
                yield Finding("not-translated", replace(place, key=key), f"There is no {key}.")
        yield from _untranslated_dimensions(bank, translation)
        for item in bank.items:
            gaps = _gaps(item, translation.language)
            if gaps:
                what = f"It has no {', no '.join(gaps)} in {translation.language}."
                yield Finding("not-translated", replace(place, item=item.id), what)


def _untranslated_dimensions(bank: Bank, translation: Translation) -> Iterator[Finding]:
    words = {dimension.key: dimension for dimension in translation.dimensions}
    for dimension in bank.dimensions:
        found = words.get(dimension.key)
        left = dimension.facets.keys() - (found.facets.keys() if found else ())
        if found is None or left:
            what = f'The words of the dimension "{dimension.key}" are not all there.'
            place = Place(translation.file, key="dimensions")
            yield Finding("not-translated", place, what, tuple(sorted(left)))


def _gaps(item: Item, language: str) -> list[str]:
    wording = next((one for one in item.translations if one.language == language), None)
    if wording is None:
        return ["question"]
    labelled = {choice.key for choice in wording.choices}
    gaps = {
        "talk": not wording.talk,
        "choices": any(choice.key not in labelled for choice in item.choices),
        "ends": any(item.ends) and not any(wording.ends),
    }
    return [name for name, missing in gaps.items() if missing]
