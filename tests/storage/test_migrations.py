from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from tutor_bot.shipped import migrations_folder
from tutor_bot.storage.migrate import DatabaseError, alembic_config, sync_url, upgrade
from tutor_bot.storage.schema import metadata


def test_migrations_make_the_tables(database_url: str) -> None:
    """The tables that the migrations make are those of the schema."""
    engine = create_engine(sync_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_each_migration_goes_up_down_and_up_again(database_url: str) -> None:
    """Every step can be taken back and taken again."""
    config = alembic_config(database_url, migrations_folder())
    steps = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions("base", "head")]
    for _ in steps:
        command.downgrade(config, "-1")
    for revision in reversed(steps):
        command.upgrade(config, revision)
        command.downgrade(config, "-1")
        command.upgrade(config, revision)


def test_a_database_from_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A revision we do not know ends with one line that says what to do, and touches nothing."""
    url = f"sqlite+aiosqlite:///{tmp_path}/newer.db"
    upgrade(url, migrations_folder())
    engine = create_engine(sync_url(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="newer version") as raised:
        upgrade(url, migrations_folder())
    assert "\n" not in str(raised.value)
    engine.dispose()


@pytest.mark.parametrize("name", ["with space.db", "100%.db", "100%%d.db"])
def test_odd_file_names(tmp_path: Path, name: str) -> None:
    """A space or a percent sign in the path is part of the name."""
    upgrade(f"sqlite+aiosqlite:///{tmp_path}/{name}", migrations_folder())
    assert (tmp_path / name).exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """A file of something else is refused in one line and stays as it is."""
    file = tmp_path / "tutor.db"
    file.write_text("this is no database, " * 100)
    before = file.read_bytes()
    with pytest.raises(DatabaseError, match="not a database"):
        upgrade(f"sqlite+aiosqlite:///{file}", migrations_folder())
    assert file.read_bytes() == before
