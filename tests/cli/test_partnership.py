"""`pulse-bot partnership`, and what every command says of settings, keys and databases."""

from __future__ import annotations

import sqlite3

import pytest

from tests.cli.conftest import NAME, Shell


def test_create_list_and_show(shell: Shell) -> None:
    assert "No partnership yet" in shell.does("partnership", "list")
    assert shell.json("partnership", "list") == []

    told = shell.does("partnership", "create", NAME, "--time-zone", "Asia/Kathmandu")
    created, how_to_link = told.splitlines()
    assert created == f'Created "{NAME}". Next: pulse-bot member add, pulse-bot programme set.'
    says, _, code = how_to_link.rpartition(" ")
    assert says == "To link a group's chat, add the bot to it and write there, once: /pulse link"
    assert shell.json("partnership", "codes", NAME)[0]["link"] == code

    row = {
        "name": NAME,
        "time_zone": "Asia/Kathmandu",
        "language": "en",
        "members": 0,
        "themes": None,
        "opens": None,
        "closes": None,
        "weekly_limit": 6,
    }
    assert shell.json("partnership", "list") == [row]
    assert shell.json("partnership", "show", NAME) == [row]
    shown = shell.does("partnership", "show", NAME)
    assert "Asia/Kathmandu" in shown
    assert "the operator  created the partnership" in shown


def test_codes_are_printed_again_and_an_invitation_is_replaced(shell: Shell) -> None:
    shell.does("partnership", "create", f" {NAME} ")
    [before] = shell.json("partnership", "codes", NAME)

    told = shell.does("partnership", "codes", NAME)
    assert f"/pulse link {before['link']}\n" in told
    assert f"/start {before['invitation']}\n" in told

    [after] = shell.json("partnership", "codes", NAME, "--renew")
    assert after["link"] == before["link"]
    assert after["invitation"] != before["invitation"]
    assert shell.json("partnership", "codes", NAME) == [after]
    log = shell.does("partnership", "show", NAME)
    assert "the operator  replaced the invitation" in log
    assert after["invitation"] not in log


def test_a_name_that_is_taken_or_empty(shell: Shell) -> None:
    shell.does("partnership", "create", NAME)

    assert "already. Choose another name." in shell.fails("partnership", "create", f" {NAME} ")
    assert "needs a name" in shell.fails("partnership", "create", "  ")
    assert len(shell.json("partnership", "list")) == 1


@pytest.mark.parametrize(
    ("option", "value", "code", "says"),
    [
        ("--time-zone", "Europe/Atlantis", 1, '"Europe/Atlantis" is not a time zone. Use a name'),
        ("--quiet-from", "25:00", 2, '"25:00" is not a time. Write it like 19:00.'),
        ("--quiet-until", "7", 2, '"7" is not a time.'),
        ("--quiet-until", "07:00+02:00", 2, "is not a time."),
    ],
)
def test_settings_that_cannot_be(
    shell: Shell, option: str, value: str, code: int, says: str
) -> None:
    assert says in shell.fails("partnership", "create", NAME, option, value, code=code)
    assert shell.json("partnership", "list") == []


@pytest.mark.parametrize(
    "words",
    [
        ("partnership", "show", "Nowhere"),
        ("partnership", "codes", "Nowhere"),
        ("partnership", "codes", "Nowhere", "--renew"),
        ("member", "list", "Nowhere"),
        ("member", "role", "Nowhere", "1", "lead"),
        ("member", "add", "Nowhere", "--name", "A", "--organisation", "B"),
        ("member", "link", "Nowhere", "1"),
        ("programme", "set", "Nowhere"),
        ("programme", "show", "Nowhere"),
        ("programme", "holiday", "Nowhere", "2026-12-21"),
        ("round", "open", "Nowhere"),
        ("round", "close", "Nowhere"),
        ("round", "list", "Nowhere"),
        ("digest", "show", "Nowhere"),
        ("digest", "export", "Nowhere"),
    ],
)
def test_an_unknown_partnership_names_those_there_are(shell: Shell, words: tuple[str, ...]) -> None:
    told = shell.fails(*words)
    assert told == 'Error: There is no partnership "Nowhere". There are: none yet.\n'

    if words[0] == "partnership":
        shell.does("partnership", "create", NAME)
        shell.does("partnership", "create", "Afon Valley")
        assert f"There are: Afon Valley, {NAME}." in shell.fails(*words)


def test_before_init_a_command_says_what_to_run(empty_shell: Shell) -> None:
    assert "pulse-bot init" in empty_shell.fails("partnership", "list")


def test_a_settings_file_that_is_missing_or_wrong(shell: Shell) -> None:
    missing = shell.fails("--settings", "none.toml", "partnership", "list", code=2)
    assert "none.toml, which is not a file. Run: pulse-bot init" in missing

    (shell.folder / "wrong.toml").write_text('databse_url = "sqlite:////tmp/x.db"')
    wrong = shell.fails("--settings", "wrong.toml", "partnership", "list", code=2)
    assert "there is no setting databse_url. Did you mean database_url?" in wrong


def test_a_key_store_that_others_can_read(shell: Shell) -> None:
    shell.does("partnership", "create", NAME)
    shell.keys.chmod(0o755)

    # Reading needs no key of a round.
    assert NAME in shell.does("partnership", "list")
    told = shell.fails("round", "open", NAME)

    assert "chmod" in told
    assert str(shell.keys) in told


def test_a_database_that_is_newer_than_the_code(shell: Shell) -> None:
    shell.does("partnership", "create", NAME)
    database = sqlite3.connect(shell.folder / "data" / "pulse.db")
    with database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    told = shell.fails("partnership", "list")

    assert "newer" in told


def test_a_file_that_is_no_database(shell: Shell) -> None:
    (shell.folder / "data" / "pulse.db").write_text("Dear diary, " * 500)

    assert "not a pulse-bot database" in shell.fails("partnership", "list")
