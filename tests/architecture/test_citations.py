"""Every rule that is cited stands in docs/, under the name that it is cited by.

A citation names, in brackets and parted by a comma, a page and a section of it: the file name of a
page in docs/ with spaces for hyphens, or "decisions", and a heading there without its number. It is
looked for in comments, docstrings and every page.
"""

from __future__ import annotations

import ast
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

from tests.architecture import code

DOCS = code.ROOT / "docs"
FORM = re.compile(r"\((?P<page>[a-z][a-z -]*), (?P<section>[A-Z][^()]*)\)")
HEADING = re.compile(r"^#+ (?:\d+\. )?(.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PAGE_NAME = re.compile(r"[\w./-]*\w\.md\b")

OTHER_FORMS = [
    re.compile(form)
    for form in (
        r"\b[Rr]ules? \d",
        r"\b[Ss]ection \d+\b(?!\.\d)",  # a book's section has a number of two parts
        r"\banonymity[,:]? (?:section|rule|row|asks|wants|has|says)",
        r"\b(?:as|by|in|of|see) statistics\b(?!, [A-Z])",
        r"\((?:anonymity|statistics|release policy|design|platform)\)",
    )
]
"""Numbers of sections move, and a paper that is not in the repository helps nobody."""

PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "adapters/**/*.md", "tests/**/*.md")
    for path in code.ROOT.glob(pattern)
)
BANKS = sorted(path for path in (code.ROOT / "question_banks").iterdir() if path.is_file())
OTHER_TEXTS = sorted(
    [
        *code.ROOT.glob("*/**/*.j2"),
        *(code.ROOT / name for name in ("Makefile", "pyproject.toml", ".ci/run")),
    ]
)


def prose_of_code(source: str) -> str:
    """The docstrings and the comments of a file, on one line."""
    docstrings = [
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    lines = iter(source.splitlines(keepends=True))
    comments = [
        token.string.lstrip("#")
        for token in tokenize.generate_tokens(lambda: next(lines, ""))
        if token.type == tokenize.COMMENT
    ]
    return " ".join(" ".join([*docstrings, *comments]).split())


@cache
def prose(path: Path) -> str:
    """What people read in a file, on one line: of code only docstrings and comments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        # Taking all of it apart would take ten seconds.
        return prose_of_code(text) if in_question(text) else ""
    plain = (
        FENCED.sub("", text)
        if path.suffix == ".md"
        else re.sub(r"^\s*#", "", text, flags=re.MULTILINE)
    )
    return " ".join(plain.split())


def in_question(source: str) -> bool:
    """Whether anything here is looked for, be it in prose or not."""
    everything = " ".join(source.replace("#", " ").split())
    return any(form.search(everything) for form in (FORM, PAGE_NAME, *OTHER_FORMS))


@cache
def sections(page: str) -> frozenset[str]:
    """The headings of a page, or of all pages of a folder, without their numbers."""
    name = page.replace(" ", "-")
    found = [DOCS / f"{name}.md", *(DOCS / name).glob("*.md")]
    texts = (FENCED.sub("", one.read_text(encoding="utf-8")) for one in found if one.exists())
    return frozenset(heading for text in texts for heading in HEADING.findall(text))


def unresolved(text: str) -> list[str]:
    """The citations in a text that lead nowhere."""
    return [
        cited.group()
        for cited in FORM.finditer(text)
        if cited["section"] not in sections(cited["page"])
    ]


def in_another_form(text: str) -> list[str]:
    """What looks like a citation, and is not in the form."""
    return [found.group() for form in OTHER_FORMS for found in form.finditer(text)]


def pages_outside(path: Path, text: str) -> list[str]:
    """Names of pages that are not in the repository."""
    places = (code.ROOT, DOCS, path.parent)
    return [
        name
        for name in PAGE_NAME.findall(text)
        if not any((place / name).exists() for place in places)
    ]


EVERY_TEXT = [*code.files(*code.EVERYTHING), *PAGES, *OTHER_TEXTS, *BANKS]


def test_every_citation_leads_to_a_section() -> None:
    found = {code.name(path): unresolved(prose(path)) for path in EVERY_TEXT if path not in BANKS}

    assert {name: cited for name, cited in found.items() if cited} == {}


def test_a_bank_cites_literature_in_brackets_and_no_rule() -> None:
    found = {
        code.name(path): cited.group()
        for path in BANKS
        for cited in FORM.finditer(prose(path))
        if sections(cited["page"])
    }

    assert found == {}


def test_rules_are_cited_in_one_form() -> None:
    found = {code.name(path): in_another_form(prose(path)) for path in EVERY_TEXT}

    assert {name: cited for name, cited in found.items() if cited} == {}


def test_no_page_is_named_that_is_not_in_the_repository() -> None:
    found = {code.name(path): pages_outside(path, prose(path)) for path in EVERY_TEXT}

    assert {name: pages for name, pages in found.items() if pages} == {}


def test_there_are_citations_to_resolve() -> None:
    """A form that finds nothing would pass everything above."""
    cited = {one["page"] for path in EVERY_TEXT for one in FORM.finditer(prose(path))}

    assert cited >= {"release policy", "statistics", "decisions"}


@pytest.mark.parametrize(
    "source",
    [
        '"""Decided as they are (release policy, Three keys)."""',
        "answers = 5  # (release\n# policy, Three keys)\n",
        'LEAST = 5\n"""The bar (privacy policy, Two keys)."""',
        "# a page, and no section of it (decisions, Two keys)\n",
    ],
)
def test_a_citation_that_leads_nowhere_is_caught(source: str) -> None:
    assert unresolved(prose_of_code(source)) != []


def test_a_citation_that_leads_somewhere_is_not() -> None:
    source = (
        '"""Decided as it is (release policy,\nTwo keys)."""\n'
        "# (decisions, Logs are safe by\n# construction)\n"
    )

    assert len(FORM.findall(prose_of_code(source))) == 2
    assert unresolved(prose_of_code(source)) == []


@pytest.mark.parametrize(
    "text",
    [
        "the grid (anonymity, section 2)",
        "as anonymity asks",
        "release policy, rule 3",
        "rules 1 and 8",
        "as statistics has it",
        "what is due under 60 % (statistics)",
    ],
)
def test_another_form_is_caught(text: str) -> None:
    assert in_another_form(text) != []


def test_a_paper_outside_the_repository_is_caught() -> None:
    here = Path(__file__)

    assert pages_outside(here, "see `anonymity.md` and docs/platform.md") == [
        "anonymity.md",
        "docs/platform.md",
    ]
    assert pages_outside(here, "see docs/glossary.md, release-policy.md and README.md") == []
