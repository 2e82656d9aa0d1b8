"""Bring a database to this version's tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError


class DatabaseError(Exception):
    """The database cannot be used; the message is one line that says why and what to do."""


def sync_url(url: str) -> str:
    """The same database for Alembic, which is not asynchronous."""
    made = make_url(url)
    driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}.get(made.get_backend_name())
    return made.set(drivername=driver or made.drivername).render_as_string(hide_password=False)


def alembic_config(url: str, migrations: Path) -> Config:
    """Settings made here: `[tool.alembic]` serves developers only. `%` would be read as interpolation."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", sync_url(url).replace("%", "%%"))
    return config


def upgrade(url: str, migrations: Path) -> None:
    """Migrate to the newest tables. Raises DatabaseError."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite" and made.database and made.database != ":memory:":
        try:
            Path(made.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"cannot make the folder of {made.database}: {error.strerror}") from None
    config = alembic_config(url, migrations)
    try:
        _refuse_newer(config)
        command.upgrade(config, "head")
    except (SQLAlchemyError, CommandError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        shown = made.render_as_string(hide_password=True)
        raise DatabaseError(f"cannot use the database {shown}: {reason}") from None


def _refuse_newer(config: Config) -> None:
    """A database that a newer version has migrated is not ours to touch."""
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    engine = create_engine(config.get_main_option("sqlalchemy.url") or "")
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return
            found = set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    finally:
        engine.dispose()
    if found - known:
        raise DatabaseError(
            f"the database was made by a newer version of tutor-bot (revision {', '.join(sorted(found - known))}): "
            "install that version, or restore the backup made before its upgrade"
        )
