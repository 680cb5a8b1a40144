"""`pulse-bot keys`: whether keys and database belong together, and what to do where they do not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pulse_bot.config.settings import load_settings
from pulse_bot.crypto.key_stores import DirectoryKeyStore, load_installation_key, make_key_folder
from pulse_bot.storage.database import Database
from pulse_bot.storage.proven_keys import ProvenKeys
from tests.cli.conftest import NAME, Shell


def moved_aside(people: Shell) -> Path:
    """A round is open, and an empty folder stands where its keys were."""
    people.does("round", "open", NAME)
    keys = Path(load_settings().key_store.get_secret_value())
    keys.rename(keys.with_name("aside"))
    make_key_folder(keys)
    return keys


def test_what_fits_is_said_without_advice(people: Shell) -> None:
    """The control."""
    people.does("round", "open", NAME)
    assert people.does("keys", "show").splitlines()[-1] == (
        "Open rounds: 1, of which 0 have no key here."
    )


def test_a_store_that_is_not_the_right_one_comes_with_what_to_do(people: Shell) -> None:
    keys = moved_aside(people)
    shown = people("keys", "show")
    assert shown.exit_code == 1
    assert "see that it is mounted" in shown.output
    assert "Only if those keys are gone for good, run: pulse-bot keys adopt" in shown.output

    keys.rmdir()
    told = people("keys", "show").output
    assert "is not there. Where it was moved, or is not mounted, bring it back" in told
    keys.with_name("aside").rename(keys)
    people.does("keys", "show")


def test_nothing_is_offered_to_be_given_up_that_a_worker_serves_with(people: Shell) -> None:
    keys = moved_aside(people)
    settings = load_settings()
    key = load_installation_key(settings.installation_key_file)
    store = DirectoryKeyStore(keys.with_name("aside"))
    with closing(Database(settings.database_url.get_secret_value())) as database:
        worker = ProvenKeys(database, store, key)
        worker.prove(serving=True)
        assert "so nothing is lost" in people.fails("keys", "adopt")
        shown = people("keys", "show").output
        assert "A worker serves with it at this moment." in shown
        assert "keys adopt" not in shown
        assert f"belongs to another key store: {keys.with_name('aside')}" in shown
        worker.close()
    told = people.fails("keys", "adopt")
    # What is lost is no error.
    assert told.startswith("1 open round will be lost")
    assert "Error: Nothing was changed. To do it, add --yes." in told
    assert people.does("keys", "adopt", "--yes").startswith("1 open round will be lost")
    people.does("keys", "show")
