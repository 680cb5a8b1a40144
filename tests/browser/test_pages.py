"""The pages in Chromium, as wide as a small phone: nothing sticks out, all can be tapped.

Our pages hold no script. The measuring is done by one that the test puts into its own copy.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from html import escape, unescape
from pathlib import Path

from pulse_bot.ports import (
    Button,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Option,
    Outcome,
    Reply,
    Ticks,
)
from pulse_bot.testing.samples import PACK, PLANNING
from pulse_bot_web.render import Page, PageSource, PageTemplates, answer_page, home_page
from tests.browser.chromium import CHROMIUM, FLAGS, NEEDED

pytestmark = [*NEEDED]

PHONE = 360
"""CSS pixels. Chromium's own window cannot be narrower than 500, so each page gets a frame."""

MEASURE = """<script>
const targets = "button, a:not(.skip), summary, textarea, input[type=text], .option";
const small = [...document.querySelectorAll(targets)]
  .filter(one => one.checkVisibility())
  .map(one => [one.textContent.trim(), one.getBoundingClientRect()])
  .filter(([text, box]) => box.height < 44 || box.width < 30)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`);
frameElement.dataset.measured = JSON.stringify({
  window: innerWidth, page: document.documentElement.scrollWidth, small: small
});
</script></body>"""

HOME = "/p/" + "t" * 43
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
LABELS = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
WHICH = Field("3", "Which?", FieldKind.SEVERAL, (Option("a", LONG), Option("b", "מרים כהן")), LONG)
FORM = Form(
    "round",
    "Three questions for this week",
    (
        Field("1", LONG, FieldKind.ONE, tuple(Option(label, label) for label in LABELS)),
        Field("1c", "Say more", FieldKind.TEXT, hint=LONG, longest=500, beside=True),
        Field("2", "How sure?", FieldKind.ONE, tuple(Option(str(n), str(n)) for n in range(11))),
        WHICH,
        Field("4", "Which school?", FieldKind.ONE, (Option("a", LONG),), hint=LONG, longest=80),
    ),
)
TICKED = Card(
    CardKind.QUESTION, "Which?", (LONG,), ((Button("Skip", "skip"),),), ticks=Ticks("round", WHICH)
)
QUESTION = Card(
    CardKind.QUESTION,
    LONG,
    (LONG,),
    (tuple(Button(label, label) for label in LABELS), (Button("Skip", "skip"),)),
    ("Strongly disagree", "Strongly agree"),
    "Question 1 of 3",
)
PROMISE = Card(CardKind.PROMISE, "Before your first answer", ("Nobody can tell.", LONG))
KEPT = Card(CardKind.NOTICE, "The pack", (LONG,), file=replace(PACK, name=f"{LONG}.pdf"))
MANY = tuple((Button(f"Kept: {LONG}", f"k{n}"), Button("Dropped", f"d{n}")) for n in range(20))
LISTED = Card(CardKind.NOTICE, "Commitments", (LONG,), MANY)
LEADS = ("seed", "trends", "settings")
DIGEST = Card(CardKind.DIGEST, "Round 12", ("Trust: no clear change.", LONG))

PAGES = {
    "questions": home_page(HOME, Reply(form=FORM), promised=True, notice=""),
    "promise": home_page(HOME, Reply(cards=(PROMISE,), form=FORM), promised=False, notice=""),
    "recorded": home_page(HOME, Reply(form=FORM), promised=True, notice="Recorded."),
    "card": home_page(HOME, Reply(cards=(QUESTION,)), promised=True, notice=""),
    "ticks": home_page(HOME, Reply(cards=(TICKED,)), promised=True, notice=""),
    "planning": answer_page(HOME, Reply(form=PLANNING), current="seed"),
    "files": answer_page(
        HOME, Reply(cards=(KEPT,)), current="pack", source=PageSource(f"{HOME}/pack")
    ),
    "inside": answer_page(HOME, Reply(cards=(KEPT,))),
    "listed": answer_page(HOME, Reply(cards=(LISTED,), commands=LEADS), current="commitments"),
    "digest": answer_page(HOME, Reply(cards=(DIGEST, DIGEST)), current="group"),
    "refused": answer_page(HOME, Reply(f"No. {LONG}", outcome=Outcome.REFUSED)),
}


def test_every_page_fits_a_phone_and_a_thumb(tmp_path: Path) -> None:
    frames = [_frame(name, PAGES[name]) for name in PAGES]
    copy = tmp_path / "pages.html"
    copy.write_text("<!doctype html><meta charset=utf-8>" + "".join(frames), "utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--dump-dom", copy.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout

    found = re.findall(r'title="(\w+)"[^>]* data-measured="([^"]*)"', dom)
    measured = {name: json.loads(unescape(said)) for name, said in found}
    assert measured == {key: {"window": PHONE, "page": PHONE, "small": []} for key in PAGES}


def _frame(name: str, page: Page) -> str:
    """Our page with its style sheet inside, so that no server is needed."""
    pages = PageTemplates("")
    html = pages.write_page(page)
    assert "<script" not in html
    html = re.sub('<link rel="stylesheet"[^>]*>', lambda _: f"<style>{pages.css}</style>", html)
    html = html.replace("</body>", MEASURE)
    size = f'width="{PHONE}" height="800" style="border: 0"'
    return f'<iframe srcdoc="{escape(html)}" title="{name}" {size}></iframe>'
