"""The form that a question is answered with, in plain text, read off the page itself."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from pulse_bot.ports import Form
from pulse_bot_web.render import Page, PageTemplates

_MARKS: Final = {"radio": "( ) ", "checkbox": "[ ] "}
_LINES: Final = frozenset(("p", "h1", "h2", "h3", "legend", "label", "summary", "button"))
"""What begins and ends a line."""


def preview_form(form: Form) -> str:
    """The form as the page shows it, from its heading to its button."""
    reader = _FormReader()
    reader.feed(PageTemplates("").write_page(Page(form=form)))
    reader.close()
    return "\n".join(line for line in reader.lines if line)


class _FormReader(HTMLParser):
    """Collects the lines of the form of questions, and nothing around it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._line = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A line begins, or something to fill in stands in it."""
        attributes = dict(attrs)
        if tag == "form":
            self._inside, self._line = attributes.get("class") == "questions", ""
        if tag in _LINES:
            self._end_line()
        if tag == "input":
            self._line += _MARKS.get(attributes.get("type") or "", "")
        elif tag == "textarea":
            self._line += "[ … ]"
        elif tag == "summary":
            self._line += "▸ "
        elif tag == "button":
            self._line += "[ "

    def handle_endtag(self, tag: str) -> None:
        """A line ends, or the form does."""
        if tag == "button":
            self._line += " ]"
        if tag in _LINES or tag == "textarea":
            self._end_line()
        if tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Words that are read on the page."""
        self._line += " ".join(data.split())

    def _end_line(self) -> None:
        if self._inside:
            self.lines.append(self._line)
        self._line = ""
