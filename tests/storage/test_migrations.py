"""Migrations make exactly the tables of the models, and never touch a database they do not know."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from pulse_bot.errors import StorageError
from pulse_bot.storage import (
    migrations,
    models,  # noqa: F401 - they enter themselves into the metadata
)
from pulse_bot.storage.columns import TableBase
from pulse_bot.storage.database import Database
from pulse_bot.storage.migrations import upgrade

STANDARD = sys.stdlib_module_names
VERSIONS = sorted((Path(migrations.__file__).parent / "versions").glob("*.py"))


def differences(database: Database) -> list[object]:
    """What Alembic would still change."""
    with database.engine.connect() as connection:
        found: list[object] = compare_metadata(
            MigrationContext.configure(connection), TableBase.metadata
        )
    return found


def test_migrations_make_the_models(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database)
    assert differences(database) == []
    with database.connect() as connection:
        connection.execute(sa.text("ALTER TABLE round ADD COLUMN answered_by INTEGER"))
    assert len(differences(database)) == 1, "the comparison sees nothing"
    database.close()


def test_envelopes_have_no_row_ids_on_sqlite(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'pulse-bot.db'}")
    upgrade(database)
    with database.connect() as connection:
        made = connection.scalars(
            sa.text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")
        )
        assert set(made) == {"envelope", "waiting_comment", "reminded"}
    database.close()


def test_upgrading_twice_is_harmless(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database)
    upgrade(database)
    assert differences(database) == []
    database.close()


def test_files_are_named_as_alembic_orders_them() -> None:
    """By their names alone a start knows whether there is anything to do."""
    scripts = ScriptDirectory.from_config(migrations._config())
    newest_first = [script.revision for script in scripts.walk_revisions()]

    assert migrations._list_revisions() == newest_first[::-1]


def test_a_start_that_finds_nothing_to_do_needs_no_alembic(empty_database_url: str) -> None:
    start = (
        "import sys; from pulse_bot.storage.database import Database; "
        "from pulse_bot.storage.migrations import upgrade; upgrade(Database(sys.argv[1])); "
        "print('alembic' in sys.modules)"
    )
    command_line = [sys.executable, "-c", start, empty_database_url]
    starts = [subprocess.check_output(command_line, text=True).strip() for _ in range(2)]

    assert starts == ["True", "False"]


def test_a_newer_database_is_left_alone(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database)
    with database.connect() as connection:
        connection.execute(sa.text("DROP TABLE log_entry"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"newer pulse-bot\. Install .* nothing was changed"):
        upgrade(database)
    with database.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"
        assert not sa.inspect(connection).has_table("log_entry")
    database.close()


def test_an_upgrade_that_fails_changes_nothing(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = command.upgrade

    def fails(config: Config, revision: str) -> None:
        whole(config, revision)
        raise StorageError("The power went.")

    monkeypatch.setattr(command, "upgrade", fails)
    database = Database(empty_database_url)
    with pytest.raises(StorageError, match="power"):
        upgrade(database)
    with database.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    database.close()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_old_migrations_import_none_of_todays_code(version: Path) -> None:
    written = version.read_text(encoding="utf-8")
    assert "pulse_bot" not in written
    imports = re.findall(r"^(?:import|from) .+$", written, re.MULTILINE)
    ours = {line for line in imports if line.split()[1].partition(".")[0] not in STANDARD}
    assert ours <= {"import sqlalchemy as sa", "from alembic import op"}


def test_a_new_migration_is_written_in_plain_types(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'pulse-bot.db'}")
    upgrade(database)
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    config = migrations._config()
    config.set_main_option("path_separator", "os")
    places = (str(VERSIONS[0].parent), str(drafts))
    config.set_main_option("version_locations", os.pathsep.join(places))
    with database.connect() as connection:
        connection.execute(sa.text("ALTER TABLE round DROP COLUMN opens_at"))
        config.attributes["connection"] = connection
        command.revision(config, "draft", autogenerate=True, version_path=str(drafts))
    [draft] = drafts.glob("*.py")
    written = draft.read_text(encoding="utf-8")
    assert "sa.Column('opens_at', sa.DateTime()" in written
    assert "pulse_bot" not in written
    database.close()


def test_workers_that_start_together_upgrade_once(empty_database_url: str) -> None:
    script = (
        "import sys; from pulse_bot.storage.database import Database; "
        "from pulse_bot.storage.migrations import upgrade; upgrade(Database(sys.argv[1]))"
    )
    command_line = [sys.executable, "-c", script, empty_database_url]
    workers = [subprocess.Popen(command_line, stderr=subprocess.PIPE) for _ in range(4)]
    said = [worker.communicate(timeout=60)[1].decode() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4, said
    database = Database(empty_database_url)
    assert differences(database) == []
    database.close()
