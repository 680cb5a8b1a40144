"""Conversations as tests: pairs of what a person does and what the person must then see."""

from __future__ import annotations

from pulse_bot.testing.stage import Person, Seen, plain


async def dialogue(person: Person, *pairs: tuple[str, str]) -> None:
    """Play (said, answered) pairs, in order. Raises AssertionError with the talk so far.

    Said is "/help" for a command, "/home" for one's own page, "[Agree]" for a button, and anything
    else is typed. Answered must be among what the person then sees; "" asks for nothing.
    """
    talk: list[str] = []
    for said, answered in pairs:
        seen = await _say(person, said)
        talk.append(f"> {said}\n{seen.text}")
        if plain(answered) not in seen.text:
            raise AssertionError(f"Expected {answered!r} in:\n" + "\n".join(talk))


async def _say(person: Person, said: str) -> Seen:
    if said == "/home":
        return await person.open_home()
    if said.startswith("/"):
        return await person.command(said[1:])
    if said.startswith("[") and said.endswith("]"):
        return await person.press(said[1:-1])
    return await person.write(said)
