"""`pulse-bot member`: add, import, list, and links that are shown once."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.cli.conftest import NAME, Shell

LINK = re.compile(r"http://127\.0\.0\.1:8080/p/[A-Za-z0-9_-]{43}\b")


@pytest.fixture
def valley(shell: Shell) -> Shell:
    shell.does("partnership", "create", NAME)
    return shell


def add(shell: Shell, name: str = "Ann Lee", *more: str) -> str:
    return shell.does("member", "add", NAME, "--name", name, "--organisation", "School A", *more)


def test_add_prints_a_link_that_is_kept_nowhere(valley: Shell) -> None:
    told = add(valley, "Ann Lee", "--role", "lead")

    assert told.startswith("Added Ann Lee as member 1. Give this link to nobody else:\n")
    [link] = LINK.findall(told)
    token = link.rpartition("/")[2].encode()
    for file in valley.folder.rglob("*"):
        assert not file.is_file() or token not in file.read_bytes(), file


def test_list(valley: Shell) -> None:
    assert valley.does("member", "list", NAME) == (
        f'Nobody yet. Add somebody with: pulse-bot member add "{NAME}" …\n'
    )
    add(valley, "Ann Lee", "--role", "lead")

    assert valley.json("member", "list", NAME) == [
        {
            "id": 1,
            "name": "Ann Lee",
            "organisation": "School A",
            "role": "lead",
            "standing": "active",
            "adapter": "web",
        }
    ]
    assert "Ann Lee  School A" in valley.does("member", "list", NAME)
    assert not LINK.search(valley.does("member", "list", NAME))


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--name", " ", "--organisation", "A"], 1, "needs a name and an organisation"),
        (["--name", "A", "--organisation", ""], 1, "needs a name and an organisation"),
        (["--name", "A\x1b[2J", "--organisation", "B"], 1, "no control characters"),
        (["--name", "A"], 2, "Missing option '--organisation'"),
        (["--name", "A", "--organisation", "B", "--role", "king"], 2, "'king' is not one of"),
        (["--name", "A", "--organisation", "B", "--time-zone", "Mars"], 1, "is not a time zone"),
        (["--name", "A", "--organisation", "B", "--adapter", "pigeon"], 1, "pigeon is not switch"),
    ],
)
def test_a_member_that_cannot_be(valley: Shell, words: list[str], code: int, says: str) -> None:
    assert says in valley.fails("member", "add", NAME, *words, code=code)
    assert valley.json("member", "list", NAME) == []


def test_a_new_link_replaces_the_old_one(valley: Shell) -> None:
    [old] = LINK.findall(add(valley))

    told = valley.does("member", "link", NAME, "1")

    assert told.startswith("The old link is dead. Give this one to nobody else:\n")
    assert LINK.findall(told) != [old]
    assert "gave a member of School A a new link" in valley.does("partnership", "show", NAME)


@pytest.mark.parametrize(
    ("number", "code"), [("2", 1), ("0", 2), ("99999999999999999999", 2), ("one", 2)]
)
def test_a_link_for_nobody(valley: Shell, number: str, code: int) -> None:
    add(valley)

    assert number in valley.fails("member", "link", NAME, number, code=code)


def test_a_role_is_changed_in_the_log_that_members_read(valley: Shell) -> None:
    add(valley)

    assert valley.does("member", "role", NAME, "1", "lead") == "Member 1 is a lead now.\n"
    assert valley.json("member", "list", NAME)[0]["role"] == "lead"
    valley.does("member", "role", NAME, "1", "lead")
    log = valley.does("partnership", "show", NAME)
    assert log.count("made a member of School A a lead") == 1
    assert "Ann Lee" not in log


def test_a_role_that_cannot_be(valley: Shell) -> None:
    add(valley)

    assert "There is no member 2" in valley.fails("member", "role", NAME, "2", "lead")
    assert "'king' is not one of" in valley.fails("member", "role", NAME, "1", "king", code=2)


def test_import_adds_all_and_prints_their_links(valley: Shell) -> None:
    """As spreadsheets save it: a mark in front, quoted names, an empty line, capital letters."""
    (valley.folder / "people.csv").write_bytes(
        b"\xef\xbb\xbfname,organisation,role\r\n"
        b'"Lee, Ann",School A,LEAD\r\n\r\n'
        b'"Bj\xc3\xb6rn ""Bo"" S",School B,\r\n'
    )

    rows = list(csv.DictReader(io.StringIO(valley.does("member", "import", NAME, "people.csv"))))

    assert [(row["name"], row["organisation"], row["role"]) for row in rows] == [
        ("Lee, Ann", "School A", "lead"),
        ('Björn "Bo" S', "School B", "member"),
    ]
    assert len({LINK.fullmatch(row["link"]) for row in rows} - {None}) == 2
    assert [row["name"] for row in valley.json("member", "list", NAME)] == [
        'Björn "Bo" S',
        "Lee, Ann",
    ]


HEAD = b"name,organisation,role\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "people.csv has no column name and organisation."),
        (b"name;organisation\nA;B\n", "people.csv has no column name and organisation."),
        (b"name,school\nA,B\n", "people.csv has no column organisation."),
        (HEAD + b"A,B,king\n", 'line 2: "king" is no role. There are: member, facilitator, lead.'),
        (HEAD + b"A,B\n\nC,,lead\n", "line 4: the organisation is missing."),
        (HEAD + b'A,"S"\n"A\nB",S\n', "line 4: the name has a line break"),
        (HEAD + b"A\n", "line 2: the organisation is missing."),
        (HEAD + b"A,B,lead\nLee, Ann,S,lead\n", "line 3: more cells than columns."),
        (HEAD + b"\xff\xfe,B\n", "people.csv is not a CSV file in UTF-8."),
        (HEAD + b"A\x00,B\n", "line 2: the name has a line break or a control character in it."),
    ],
)
def test_a_file_with_a_mistake_adds_nobody(valley: Shell, content: bytes, says: str) -> None:
    (valley.folder / "people.csv").write_bytes(content)

    assert says in valley.fails("member", "import", NAME, "people.csv")
    assert valley.json("member", "list", NAME) == []


def test_a_file_that_is_not_there(valley: Shell) -> None:
    assert "does not exist" in valley.fails("member", "import", NAME, "none.csv", code=2)
