"""Holds blocks and views against Slack's schema, slack_sdk's models and the sizes beside them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.platforms.slack.sizes import BLOCKS, MESSAGE_TEXT, VIEW_BYTES, too_large

Json = dict[str, Any]

DEFINITIONS: dict[str, Json] = json.loads((Path(__file__).parent / "blocks.json").read_text())


@cache
def _definitions_by_type() -> dict[str, str]:
    """Which definition describes a block of a type, for errors that name the block at fault."""
    found = {}
    for one in DEFINITIONS["KnownBlock"]["anyOf"]:
        name = one["$ref"].rsplit("/", 1)[1]
        for shape in DEFINITIONS[name].get("anyOf", [DEFINITIONS[name]]):
            found[shape["properties"]["type"]["const"]] = name
    return found


@cache
def _validator(name: str) -> Draft7Validator:
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": DEFINITIONS})


def wrong_message(arguments: Json) -> list[str]:
    """What Slack would refuse in a message, or what nobody could read of it."""
    found = []
    text, blocks = arguments.get("text"), arguments.get("blocks")
    if not text and not blocks:
        found.append("there is neither text nor a block")
    if blocks and not text:
        found.append("there is no text to read in a notification")
    if len(text or "") > MESSAGE_TEXT:
        found.append(f"the text is longer than {MESSAGE_TEXT}")
    return found + wrong_blocks(blocks or [], "message")


def wrong_blocks(blocks: list[Json], surface: str) -> list[str]:
    """What is wrong with the blocks of a "message", a "modal" or a "home"."""
    found = []
    if len(blocks) > BLOCKS[surface]:
        found.append(f"there are {len(blocks)} blocks of at most {BLOCKS[surface]}")
    for place, block in enumerate(blocks):
        found += [f"blocks[{place}]: {one}" for one in _wrong_block(block)]
    return found + (too_large({"blocks": blocks}) if surface == "message" else [])


def _wrong_block(block: Any) -> list[str]:
    name = _definitions_by_type().get(block.get("type", "")) if isinstance(block, dict) else None
    if name is None:
        return ["no such block"]
    error = best_match(_validator(name).iter_errors(block))
    if error is not None:
        return [f"{error.json_path}: {error.message[:200]}"]
    try:
        parsed = Block.parse(block)
        if parsed is not None:
            parsed.to_dict()
    except SlackObjectFormationError as refused:
        return [str(refused)]
    return []


def wrong_view(view: Json, surface: str) -> list[str]:
    """What is wrong with a "modal" or a "home"."""
    if view.get("type") != surface:
        return [f"this is no {surface}"]
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return ["a view has blocks"]
    bare = {**view, "blocks": []}
    error = best_match(_validator("View").iter_errors(bare))
    found = [] if error is None else [f"{error.json_path}: {error.message[:200]}"]
    found += wrong_blocks(blocks, surface) + too_large(view)
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        found.append("the view is too large")
    asks = any(block.get("type") == "input" for block in blocks)
    if surface == "modal" and asks and not view.get("submit"):
        found.append("a modal that asks something needs submit")
    if not found:
        try:
            View(**{**bare, "blocks": blocks[:1]}).to_dict()
        except SlackObjectFormationError as refused:
            found.append(str(refused))
    return found
