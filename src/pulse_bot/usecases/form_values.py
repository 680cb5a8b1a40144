"""What comes back in a form's fields, checked before anything is done with it."""

from __future__ import annotations

from collections.abc import Mapping

from pulse_bot.errors import Refused

NOTHING_CHOSEN = "Nothing was chosen, so nothing was changed."


def read_values(
    values: Mapping[str, tuple[str, ...]], longest: Mapping[str, int]
) -> dict[str, str]:
    """One value for each field that `longest` names, empty where it was left so. Raises Refused.

    `longest` bounds each, in characters.
    """
    if values.keys() - longest.keys():
        raise Refused("That form is not in use any more. Please open it again.")
    return {key: _read_value(values.get(key, ()), most) for key, most in longest.items()}


def _read_value(chosen: tuple[str, ...], longest: int) -> str:
    if len(chosen) > 1:
        raise Refused("Two things were chosen where one is asked for. Please choose one.")
    text = "".join(chosen).strip()
    if len(text) > longest:
        raise Refused(f"That is longer than {longest} characters. Please write it shorter.")
    # A NUL, which PostgreSQL cannot keep, or a line break, which would forge a line of a list.
    if not text.isprintable():
        raise Refused("There is a line break or a control character in that. Please take it out.")
    return text
