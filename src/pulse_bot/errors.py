"""Every error that crosses a border of pulse-bot. Each message is for people.

PulseBotError                what happened, and what to do next
├── Refused                  a person asked for something that cannot be; nothing was changed
├── SettingsError            a setting is missing, unknown or wrong
├── BankError                a question bank has a mistake: code, file, item, key
│   └── BankMistakes         all the mistakes of a bank file, together
├── StorageError             the database is locked, read-only, full, missing or too new
├── KeyStoreError            the key store cannot keep keys, or cannot keep them safely
│   └── DamagedKey           a key is there and is none: waiting does not mend it
├── SealError                an envelope cannot be opened or was tampered with
├── ForgedRound              what an open round froze was changed in the database
├── AdapterError             a platform refused; `permanent` says whether trying again can help
├── DrawingFailed            a page or picture could not be made; the next try may succeed
└── MissingExtra             a library of an extra is not installed
"""

from __future__ import annotations


class PulseBotError(Exception):
    """What happened, and what to do next, in words for the person who meets it."""


class Refused(PulseBotError):
    """A person asked for something that cannot be; nothing was changed."""


class SettingsError(PulseBotError):
    """A setting is missing, unknown or wrong."""


class BankError(PulseBotError):
    """A question bank has a mistake."""

    def __init__(self, code: str, where: str, what: str, remedy: str) -> None:
        """`where` names file, item and key; `remedy` says what to do."""
        super().__init__(f"{code} {where}: {what} {remedy}")
        self.code = code
        self.where = where
        self.what = what
        self.remedy = remedy


class StorageError(PulseBotError):
    """The database is locked, read-only, full, missing or too new."""


class KeyStoreError(PulseBotError):
    """The key store cannot keep keys, or cannot keep them safely."""


class DamagedKey(KeyStoreError):
    """The key of one round is there, and is none: waiting does not mend it."""


class SealError(PulseBotError):
    """An envelope cannot be opened or was tampered with. Says nothing of what was in it."""


class ForgedRound(PulseBotError):
    """What a round froze at its opening was changed in the database. Says no value."""

    def __init__(self, round_id: int, changed: tuple[str, ...]) -> None:
        """`changed` names the parts."""
        super().__init__(f"Changed in the database since the opening: {', '.join(changed)}.")
        self.round = round_id
        self.changed = changed


class AdapterError(PulseBotError):
    """A platform refused something. The only error that crosses the adapter border."""

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        retry_after: float = 0.0,
        gone: bool = False,
        uncertain: bool = False,
    ) -> None:
        """`permanent`: trying this again cannot help. `gone`: nobody can be reached there any more.

        `retry_after` is in seconds, and pauses the sending to that workspace. `uncertain`: it may
        have arrived all the same.
        """
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.gone = gone
        self.uncertain = uncertain


class DrawingFailed(PulseBotError):
    """A page or picture could not be made; the next try may succeed."""

    def __init__(self) -> None:
        """The same words whatever happened: the log says more."""
        super().__init__("This could not be drawn just now. Try again in a minute.")


class MissingExtra(PulseBotError):
    """A library of an extra is not installed."""

    def __init__(self, extra: str, library: str) -> None:
        """Names the extra that brings the library."""
        super().__init__(f'{library} is not installed. Run: pip install "pulse-bot[{extra}]"')
