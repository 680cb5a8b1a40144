"""What the answers of the fixed scales are called, language by language.

Another language is one more entry here. What a scale's answers mean lives in `items`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ENGLISH: Final = "en"

SCALES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    ENGLISH: {
        "agree": (
            "Strongly disagree",
            "Disagree",
            "Neither agree nor disagree",
            "Agree",
            "Strongly agree",
        ),
        "frequency": ("Never", "Seldom", "Sometimes", "Often", "Always"),
        "journey": (
            "Not started",
            "First steps",
            "Part of the way",
            "Most of the way",
            "There",
        ),
        "yes-no": ("Yes", "Partly", "No"),
    },
    "cy": {
        "agree": (
            "Anghytuno'n gryf",
            "Anghytuno",
            "Ddim yn cytuno nac anghytuno",
            "Cytuno",
            "Cytuno'n gryf",
        ),
        "frequency": ("Byth", "Anaml", "Weithiau", "Yn aml", "Bob amser"),
        "journey": (
            "Heb ddechrau",
            "Camau cyntaf",
            "Rhan o'r ffordd",
            "Y rhan fwyaf o'r ffordd",
            "Wedi cyrraedd",
        ),
        "yes-no": ("Ie", "Yn rhannol", "Na"),
    },
}


def plain_language(language: str) -> str:
    """A language without its region: "en" of "en-GB"."""
    return language.partition("-")[0]


def scale_labels(kind: str, language: str) -> tuple[str, ...]:
    """The labels of a fixed scale; in English where the language has none yet."""
    return SCALES.get(plain_language(language), SCALES[ENGLISH])[kind]
