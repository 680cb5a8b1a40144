"""The App Home, pure: what somebody's own page shows, with a button for every command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulse_bot_slack.render import (
    BLOCKS_A_VIEW,
    WORD,
    Block,
    SlackPart,
    action_button,
    context_parts,
)

EVERYBODYS: Final = (
    ("pulse", "My question"),
    ("group", "Digests"),
    ("report", "Half-term"),
    ("roster", "Who is in"),
    ("privacy", "The promise"),
    ("time", "Day and time"),
    ("language", "Language"),
    ("pause", "Pause"),
    ("resume", "Ask me again"),
    ("leave", "Leave"),
    ("workshops", "Workshops"),
    ("pack", "Workshop pack"),
    ("commitments", "Commitments"),
    ("roles", "Roles"),
    ("log", "What was changed"),
    ("help", "Help"),
)
"""Many members never type a command."""
LABELS: Final = {"trends": "Trends", "settings": "Settings", "seed": "Prepare a workshop"}
"""Of the commands that some have beside these."""
MORE: Final = "There is more than fits here. Write /pulse in any channel to read it all."


def home_view(
    parts: Sequence[SlackPart], extra: Sequence[str] | None, numbers: Iterator[int]
) -> Block:
    """A page with a reply on it, and below it a button for every command.

    `extra` are the commands that this person has beside everybody's; None leaves all buttons out.
    """
    below = [] if extra is None else list(_command_rows(extra, numbers))
    room = BLOCKS_A_VIEW - len(below)
    if len(parts) > room:
        parts = [*parts[: room - 1], *context_parts(MORE)]
    return {"type": "home", "blocks": [part.block for part in (*parts, *below)]}


def _command_rows(extra: Sequence[str], numbers: Iterator[int]) -> Iterator[SlackPart]:
    labelled_commands = [
        *EVERYBODYS,
        *((word, LABELS.get(word, word.capitalize())) for word in extra),
    ]
    yield SlackPart({"type": "divider"}, "")
    for start in range(0, len(labelled_commands), 5):
        row = [
            action_button(WORD, next(numbers), label, word)
            for word, label in labelled_commands[start : start + 5]
        ]
        yield SlackPart({"type": "actions", "elements": row}, "")
