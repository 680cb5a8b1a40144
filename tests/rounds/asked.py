"""What a page asks for, as somebody in front of it reads it: by the words over each field."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from pulse_bot.testing import plain


@dataclass
class Choice:
    """Something to tick, with what is written beside it."""

    name: str
    value: str
    label: str = ""


@dataclass
class Asked:
    """One field: what it says, what it offers, and what a text is sent as, where one is taken."""

    caption: str = ""
    choices: list[Choice] = field(default_factory=list)
    typed: str = ""

    def filled(self, value: str) -> tuple[str, str]:
        """The name and the value that a browser sends for a choice, or for what is typed."""
        for one in self.choices:
            if plain(one.label) == plain(value):
                return one.name, one.value
        labels = [plain(one.label) for one in self.choices]
        assert self.typed, f"{plain(self.caption)!r} does not offer {value!r}; there are {labels}."
        return self.typed, value.replace("\n", "\r\n")


@dataclass
class AskedForm:
    """A form, where it is sent, and what goes along unseen."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def asking(self, words: str) -> Asked | None:
        """The field that says this."""
        return next((one for one in self.asked if words in plain(one.caption)), None)


class AskedReader(HTMLParser):
    """The forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[AskedForm] = []
        self._words: Asked | Choice | None = None
        self.feed(html)
        self.close()

    def asking(self, *words: str) -> AskedForm:
        """The form that asks for all of this. Raises AssertionError."""
        for form in self.forms:
            if all(form.asking(one) is not None for one in words):
                return form
        there = [plain(one.caption) for form in self.forms for one in form.asked]
        raise AssertionError(f"Nothing asks for {words}; there is {there}.")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(AskedForm(given["action"]))
        elif tag in ("legend", "summary", "label") and self.forms:
            self._read_caption(tag, given)
        elif tag in ("input", "textarea"):
            self._read_input(given)

    def _read_caption(self, tag: str, given: dict[str, str]) -> None:
        is_choice = tag == "label" and "for" not in given
        # "Or type it" belongs to what was asked above it.
        if not is_choice and not given.get("for", "").endswith("-typed"):
            self.forms[-1].asked.append(Asked())
            self._words = self.forms[-1].asked[-1]

    def _read_input(self, given: dict[str, str]) -> None:
        form, kind = self.forms[-1], given.get("type", "text")
        if kind == "hidden":
            form.hidden[given["name"]] = given["value"]
        elif kind in ("radio", "checkbox"):
            self._words = Choice(given["name"], given["value"])
            form.asked[-1].choices.append(self._words)
        else:
            form.asked[-1].typed = given["name"]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("legend", "summary", "label"):
            self._words = None

    def handle_data(self, data: str) -> None:
        if isinstance(self._words, Asked):
            self._words.caption += data
        elif isinstance(self._words, Choice):
            self._words.label += data
