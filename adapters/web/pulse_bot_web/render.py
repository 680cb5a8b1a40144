"""Replies in, pages out: what a page is made of, and the templates that write it.

Cards and forms go to the templates as they are; everything in them is escaped there.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from pulse_bot.ports import Card, CardKind, Field, FieldKind, Form, Outcome, Reply
from pulse_bot_web.parse import FIELD, TYPED

NAVIGATION: Final = (
    ("", "Question"),
    ("group", "Digests"),
    ("roster", "Who is in"),
    ("privacy", "Privacy"),
    ("help", "Help"),
)
FOOTER: Final = (
    ("report", "The last half-term"),
    ("workshops", "Workshops"),
    ("pack", "Workshop pack"),
    ("commitments", "Commitments"),
    ("roles", "Who may do what"),
    ("log", "What was changed, and by whom"),
)
OFFERED: Final = (
    ("seed", "Prepare a workshop"),
    ("trends", "Trends"),
    ("settings", "Settings"),
)
"""Of these the footer shows what a reply says that this person has; others are refused anyway."""

HISTORY: Final = "history"
WORKSHOP: Final = "workshop"
"""Pages of their own, to keep or to print; the page of digests leads there."""

READING: Final = (
    *(command for command, _ in (*NAVIGATION, *FOOTER, *OFFERED) if command),
    HISTORY,
    WORKSHOP,
)
"""Commands that change nothing: the only ones that a link may give, since links get followed by
previews and scanners too."""

SHORT_LABEL: Final = 3
"""Characters of an option that fits a narrow cell: the points of a scale from 0 to 10."""
POINTS_OF_A_SCALE: Final = 6
ONE_LINE: Final = 200
"""Characters of a text that has one line; a longer one may have several."""


@dataclass(frozen=True, slots=True)
class PageSource:
    """What a reply came to. Asked once more, it brings a file of the reply's cards.

    So a page stays small, any process can serve the file, and none keeps who opened what.
    """

    path: str
    action: str | None = None
    """Of the button that was pressed; None where the path was only looked at."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `home` is the path of a personal page, empty for who has none."""

    home: str = ""
    current: str | None = None
    """The entry of the navigation that this page is."""
    notice: str = ""
    refused: bool = False
    promise: Card | None = None
    """Shown alone, with the button that says it was read."""
    cards: tuple[Card, ...] = ()
    form: Form | None = None
    folded: bool = False
    """The form was just sent, and is offered again behind one tap."""
    back: bool = False
    """Offer the way back to the question."""
    source: PageSource | None = None
    """None after a form was sent, which may not be sent twice: files are in the page then."""
    offered: tuple[tuple[str, str], ...] = ()
    """What stands in the footer for this person beside what stands there for everybody."""
    blocks: tuple[tuple[Field, ...], ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", _group_fields(self.form.fields) if self.form else ())

    @property
    def answers(self) -> bool:
        """Whether answers are given in the form; what is typed in others, a browser may remember
        for the way back."""
        fields = self.form.fields if self.form else ()
        return self.current == "" or any(form_field.erased for form_field in fields)

    @property
    def sent(self) -> bool:
        """Whether this came of a form."""
        return self.back and self.source is None

    @property
    def title(self) -> str:
        """What a tab shows and a screen reader says first."""
        if self.promise:
            return self.promise.title
        titles = [self.notice, *(card.title for card in self.cards)]
        titles.append(self.form.title if self.form else "")
        return next((title for title in titles if title), "Your page")


class PageTemplates:
    """Writes pages. `path` stands in front of every link that is no personal one."""

    def __init__(self, path: str) -> None:
        self._templates = Environment(
            loader=PackageLoader("pulse_bot_web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["base64"] = _encode_base64
        self._templates.globals.update(
            path=path,
            navigation=NAVIGATION,
            footer=FOOTER,
            history=HISTORY,
            workshop=WORKSHOP,
            field_prefix=FIELD,
            typed_prefix=TYPED,
            is_scale=is_scale,
            is_line=is_line,
        )
        self.css = files("pulse_bot_web").joinpath("static/style.css").read_text("utf-8")

    def write_page(self, page: Page) -> str:
        """The page as HTML."""
        return self._templates.get_template("page.html").render(page=page)

    def front_page(self) -> str:
        """The page of who has no personal link."""
        return self._templates.get_template("front.html").render(page=Page())

    def message_page(self, title: str, text: str, home: str = "") -> str:
        """A page that says one thing and leads back."""
        card = Card(CardKind.NOTICE, title, (text,))
        return self.write_page(Page(home=home, cards=(card,), back=bool(home)))


def home_page(home: str, reply: Reply, *, promised: bool, notice: str) -> Page:
    """A person's own page: the promise alone until it was read, then all the rest."""
    promise = next((card for card in reply.cards if card.kind is CardKind.PROMISE), None)
    if promise and not promised:
        return Page(home=home, promise=promise)
    return Page(
        home=home,
        current="",
        notice=notice or reply.notice,
        refused=not notice and reply.outcome is Outcome.REFUSED,
        cards=tuple(card for card in reply.cards if card.kind is not CardKind.PROMISE),
        form=reply.form,
        folded=bool(notice),
        source=PageSource(home),
        offered=_offered_commands(reply),
    )


def answer_page(
    home: str, reply: Reply, current: str | None = None, source: PageSource | None = None
) -> Page:
    """What came of a button, a form or a command."""
    return Page(
        home=home,
        current=current,
        notice=reply.notice,
        refused=reply.outcome is Outcome.REFUSED,
        cards=reply.cards,
        form=reply.form,
        back=current is None,
        source=source,
        offered=_offered_commands(reply),
    )


def is_scale(choice: Field) -> bool:
    """Whether the options are the points of a scale, drawn side by side."""
    short = [option for option in choice.options if len(option.label) <= SHORT_LABEL]
    return choice.kind is FieldKind.ONE and len(short) >= POINTS_OF_A_SCALE


def is_line(text: Field) -> bool:
    """Whether a text is so short that it has one line, which Enter sends."""
    return 0 < text.longest <= ONE_LINE


def _offered_commands(reply: Reply) -> tuple[tuple[str, str], ...]:
    return tuple(entry for entry in OFFERED if entry[0] in (reply.commands or ()))


def _encode_base64(content: bytes) -> str:
    return b64encode(content).decode()


def _group_fields(fields: tuple[Field, ...]) -> tuple[tuple[Field, ...], ...]:
    """What only says more about the field before it is drawn in one block with it."""
    blocks: list[tuple[Field, ...]] = []
    for form_field in fields:
        if blocks and form_field.beside:
            blocks[-1] = (*blocks[-1], form_field)
        else:
            blocks.append((form_field,))
    return tuple(blocks)
