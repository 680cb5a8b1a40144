"""The keys of a bank file, as pydantic models: what editors complete and the loader checks.

`question_banks/schema.json` is generated from here. Descriptions are written for the authors of
banks. What must hold between keys (ids, facets, choices) lives in `sense`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints

from pulse_bot.domain.asking.items import ItemKind

LONGEST_TEXT: Final = 120
LONGEST_TALK: Final = 200

Id = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=1, max_length=60)
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
# Line breaks of the file are no part of a text: the loader folds them before these count.
Label = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
Talk = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TALK)]
Ends = tuple[Label, Label]


class Use(StrEnum):
    """What a bank is made for."""

    PULSE = "pulse"
    WORKSHOP = "workshop"
    REVIEW = "review"


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceKeys(_Keys):
    """The document that the questions grew from."""

    title: Line = Field(description="The title of the document.")
    authors: tuple[Label, ...] = Field(min_length=1, max_length=12, description="Its authors.")
    year: StrictInt = Field(ge=1800, le=2100, description="The year it came out.")
    framework: str = Field("", max_length=200, description="The framework it draws on.")
    originator: str = Field("", max_length=200, description="Who the framework comes from.")


class DimensionKeys(_Keys):
    """What the bank measures."""

    title: Label = Field(description="Its name, as the group reads it in the digest.")
    facets: dict[Id, Line] = Field(
        default_factory=dict, description="Its facets: a short key each, and what it means."
    )


class ChoiceKeys(_Keys):
    """One option of a choose item."""

    key: Id = Field(description="A short key that never changes.")
    label: Label = Field(description="What the member reads.")


class WordingKeys(_Keys):
    """An item in the language of the translation."""

    text: Text = Field(description="The question.")
    talk: Talk | None = Field(None, description="The talking prompt.")
    choices: dict[Id, Label] = Field(default_factory=dict, description="The labels, by their key.")
    ends: Ends | None = Field(None, description="What 0 and 10 mean.")


class ItemKeys(_Keys):
    """One question."""

    id: Id = Field(
        description="Never changes and is never used again: a reworded item gets a new one."
    )
    text: Text = Field(description='The question: one idea, in the voice of "we".')
    kind: ItemKind = Field(description="What the member answers with.")
    talk: Talk = Field(description="One question the group can discuss when the result is there.")
    dimension: Id | None = Field(
        None, description="Can be left out where the bank has one dimension."
    )
    facet: Id | None = Field(None, description="The side of the dimension that it asks about.")
    reverse: bool = Field(False, description="True where agreeing is the worse answer.")
    core: bool = Field(False, description="One of the six that the trend is computed on.")
    pair: Id | None = Field(None, description="Shared by the two items that are asked together.")
    choices: tuple[ChoiceKeys, ...] = Field((), description="The options of a choose item.")
    most: StrictInt = Field(1, ge=1, le=10, description="How many options one may choose.")
    ends: Ends | None = Field(None, description="What 0 and 10 of a scale item mean.")
    replaced_by: Id | None = Field(
        None, description="The item that took its place; this one is no longer asked."
    )


class BankKeys(_Keys):
    """A bank of questions for pulse-bot."""

    id: Id = Field(description="The short name of the bank; give its file the same.")
    version: StrictInt = Field(ge=1, description="Goes up by one with each change.")
    title: Label = Field(description="Its name for people.")
    summary: Paragraph = Field(description="What it is for, in a sentence or two.")
    language: Language = Field(description="The language of its items, as in en or cy.")
    source: tuple[SourceKeys, ...] = Field(min_length=1, description="Where the questions grew.")
    licence: Label = Field(description="Under which licence others may use it.")
    dimensions: dict[Id, DimensionKeys] = Field(min_length=1, description="What it measures.")
    use: tuple[Use, ...] = Field(min_length=1, description="What it is made for.")
    cadence: Paragraph = Field(description="How often to ask it.")
    items: tuple[ItemKeys, ...] = Field(
        min_length=1, max_length=500, description="The questions; the core in its fixed order."
    )


class TranslationKeys(_Keys):
    """A bank in another language: a file beside the bank's, such as trust.cy.yaml."""

    bank: Id = Field(description="The id of the bank.")
    language: Language = Field(description="The language of this file, as in cy or pl.")
    title: Label | None = Field(None, description="The bank's name for people.")
    summary: Paragraph | None = Field(None, description="What the bank is for.")
    dimensions: dict[Id, DimensionKeys] = Field(
        default_factory=dict, description="The dimensions and facets, by their keys."
    )
    items: dict[Id, WordingKeys] = Field(min_length=1, description="The questions, by their id.")


Levels = Mapping[str, type[BaseModel]]
"""The model of what stands under a key, to tell the author which keys there are."""

BANK: Final[Levels] = {
    "": BankKeys,
    "items": ItemKeys,
    "source": SourceKeys,
    "dimensions": DimensionKeys,
    "choices": ChoiceKeys,
}
TRANSLATION: Final[Levels] = {
    "": TranslationKeys,
    "items": WordingKeys,
    "dimensions": DimensionKeys,
}
