"""The cards, the form and the hostile texts that the contract shows to people."""

from __future__ import annotations

from base64 import b64decode

from pulse_bot.ports import Button, Card, CardKind, Field, FieldKind, File, Form, Option, Ticks

HOSTILE = (
    "<script>alert(1)</script> &amp; & <b>\"quoted\"</b> 'single'",
    "*bold* _italic_ ~gone~ `code` [link](http://example.org) <!channel> <@U123> :smile:",
    "emoji 🧑🏽‍🏫🏴󠁧󠁢󠁳󠁣󠁴󠁿 and שלום עולם and مرحبا and {{ 7*7 }} {% raw %} %s \\n",
)

FORM = Form(
    key="round:7|<&>",
    title="Three questions",
    text=("It takes less than a minute.",),
    fields=(
        Field(
            "q1",
            "We say what we think.",
            FieldKind.ONE,
            (
                Option("1", "Strongly disagree"),
                Option("5", "Strongly agree"),
                Option("skip", "Skip"),
            ),
            hint="Think of the last week.",
        ),
        Field(
            "q2",
            "Which of these happened?",
            FieldKind.SEVERAL,
            (Option("a", "A visit"), Option("b", "A call"), Option('c"<&', 'None of "these" <&>')),
            hint="Choose any.",
        ),
        Field(
            "q1:comment",
            "Say more, if you like",
            FieldKind.TEXT,
            hint="No names.",
            longest=500,
            beside=True,
        ),
        Field("q2:comment", "Anything else?", FieldKind.TEXT, longest=500),
    ),
    submit="Send answers",
)

ORGANISATION = Form(
    key="join:j7-abc",
    title="Welcome",
    fields=(
        Field(
            "organisation",
            "Which school are you from?",
            FieldKind.ONE,
            (Option("o:1", "Alder Primary"), Option("o:2", "Birch <High> & Co")),
            hint="Choose it, or type its name.",
            longest=80,
        ),
    ),
    submit="Join",
)

TICKS = Ticks(
    form="answer:7|<&>",
    field=Field(
        "q2",
        "Which would help most?",
        FieldKind.SEVERAL,
        (
            Option("a", "More visits to one another's lessons"),
            Option("b", "A list"),
            Option('c"<&', 'None of "these" <&>'),
        ),
        hint="Choose up to two.",
    ),
)

FILLED = {"q1": ("5",), "q2": ("a", 'c"<&'), "q1:comment": ("Line one\nline <two> & שלום 🙂",)}


PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""A PNG of one black point."""

PACK = File("pack 12 März.pdf", "application/pdf", b"%PDF-1.4\n" + bytes(range(256)) * 40)
"""A document that no program would open: its name and its bytes are what matters."""

PLANNING = Form(
    key="plan:7",
    title="Prepare a workshop",
    text=("Members are asked a week before.",),
    fields=(
        Field(
            "about",
            "What is it about?",
            FieldKind.ONE,
            (Option("b:trust", "Trust"), Option("b:change", "Change")),
            hint="Choose, or say it in a few words.",
            longest=120,
        ),
        Field("day", "Which day?", FieldKind.TEXT, hint="12 March, say.", longest=40),
        Field(
            "keep",
            "Which of these twelve do you take?",
            FieldKind.SEVERAL,
            tuple(
                Option(
                    f"i:{number}",
                    "In our partnership of schools we can say to one another what we think of "
                    f"the plan, even where it is not liked, {word}",
                )
                for number, word in enumerate(
                    (
                        *("often", "soon", "here", "there", "now", "then"),
                        *("first", "last", "early", "late", "alone", "together"),
                    )
                )
            ),
            hint="Up to six.",
        ),
        Field("own", "Questions of your own?", FieldKind.TEXT, hint="One a line.", longest=1500),
    ),
    submit="Show me",
)
"""What a facilitator fills in: text of one line and of several, and a long list to tick."""

PLANNED = {
    "about": ("trust & <honesty>",),
    "day": ("12 March",),
    "keep": ("i:0", "i:10", "i:11"),
    "own": ("We visit one another.\nWe tell what went wrong, too.",),
}


def sample_card(*labels: str, title: str = "A question", text: tuple[str, ...] = ()) -> Card:
    """A card with one row of buttons; the action of the n-th is "act:n"."""
    row = tuple(Button(label, f"act:{number}") for number, label in enumerate(labels))
    return Card(CardKind.QUESTION, title, text, (row,) if row else ())
