"""Conversations as tests: pairs of what a person does and what the person must then see."""

from __future__ import annotations

from pulse_bot.testing.stage import Person, Seen, plain


async def dialogue(person: Person, *pairs: tuple[str, str]) -> None:
    """Play (said, answered) pairs, in order. Raises AssertionError with the talk so far.

    Said is "/help" for a command, "/home" for one's own page, "[Agree]" for a button, and anything
    else is typed. Answered must be among what the person then sees; "" asks for nothing.
    """
    talk: list[str] = []
    for action, expected in pairs:
        seen = await _perform_action(person, action)
        talk.append(f"> {action}\n{seen.text}")
        if plain(expected) not in seen.text:
            raise AssertionError(f"Expected {expected!r} in:\n" + "\n".join(talk))


async def _perform_action(person: Person, action: str) -> Seen:
    if action == "/home":
        return await person.open_home()
    if action.startswith("/"):
        return await person.command(action[1:])
    if action.startswith("[") and action.endswith("]"):
        return await person.press(action[1:-1])
    return await person.write(action)
