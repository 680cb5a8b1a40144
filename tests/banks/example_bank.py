"""A small bank that is right, and ways to put a mistake into it."""

from __future__ import annotations

from pulse_bot.banks.bank import Bank
from pulse_bot.banks.parse import parse_bank

TOP = """\
id: tea
version: 1
title: Tea
summary: How we drink tea together.
language: en
licence: MIT
use: [workshop]
cadence: Once a term.
source:
  - title: The book of tea
    authors: [Ada Brewer]
    year: 1906
    framework: Tea in common
    originator: Ada Brewer
dimensions:
  tea:
    title: Tea
    facets:
      warm: The pot is warm.
      shared: The pot is shared.
items:
"""

ITEM = """\
  - id: tea-is-warm
    text: We drink our tea while it is warm.
    kind: agree
    facet: warm
    talk: What keeps us from our tea?
"""

GOOD = TOP + ITEM


def item_text(name: str, text: str, more: str = "", kind: str = "agree") -> str:
    """One item in YAML; `more` is further keys, one a line, separated by semicolons."""
    keys = "".join(f"    {key.strip()}\n" for key in more.split(";") if key)
    head = f"  - id: {name}\n    text: {text}\n    kind: {kind}\n"
    return f"{head}    talk: What do we make of it?\n{keys}"


def bank_of(*items: str, top: str = TOP) -> Bank:
    """The bank of these items."""
    return parse_bank((top + "".join(items)).encode(), "tea.yaml")
