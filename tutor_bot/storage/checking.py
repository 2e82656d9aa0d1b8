"""Is a database whole, and what has the bot learnt about Telegram that an operator should know?"""

from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from tutor_bot.storage.inbox import SET_ASIDE
from tutor_bot.storage.migrate import DatabaseError, alembic_config
from tutor_bot.storage.outbox import SHOWS_RESULTS
from tutor_bot.storage.schema import updates, versions

MOST = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: `faults` want to be put right, `notes` are good to know; a line each."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]


def check(url: str, migrations: Path) -> Checked:
    """Look a database over without changing it. Raises DatabaseError when it cannot be read."""
    made = make_url(url)
    shown = made.render_as_string(hide_password=True)
    if made.get_backend_name() == "sqlite" and made.database and not Path(made.database).is_file():
        raise DatabaseError(f"there is no database {made.database}; `tutor-bot db upgrade` makes it")
    config = alembic_config(url, migrations)
    engine = create_engine(config.get_main_option("sqlalchemy.url") or "")
    try:
        with engine.connect() as connection:
            return _look(connection, ScriptDirectory.from_config(config).get_current_head() or "")
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise DatabaseError(f"cannot read the database {shown}: {reason}") from None
    finally:
        engine.dispose()


def _look(connection: Connection, head: str) -> Checked:
    faults: list[str] = []
    notes: list[str] = []
    if connection.dialect.name == "sqlite":
        found = [str(row[0]) for row in connection.execute(text(f"PRAGMA quick_check({MOST})"))]
        faults += [f"damaged: {line}; restore a backup" for line in found if line != "ok"]
        lost = list(connection.execute(text("PRAGMA foreign_key_check")))[:MOST]
        faults += [f"damaged: row {row[1]} of {row[0]} hangs on a row of {row[2]} that is gone" for row in lost]
    tables = inspect(connection)
    revision = (
        connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        if tables.has_table("alembic_version")
        else None
    )
    if revision != head:
        faults.append(f"its tables are of revision {revision}, this version wants {head}; run `tutor-bot db upgrade`")
        return Checked(tuple(faults), tuple(notes))
    aside = list(connection.execute(select(updates.c.update_id).where(updates.c.state == SET_ASIDE)).scalars())
    if aside:
        notes.append(f"updates that were set aside after three tries: {', '.join(map(str, aside[:MOST]))}")
    if connection.execute(select(versions.c.number).where(versions.c.name == SHOWS_RESULTS)).scalar_one_or_none():
        notes.append("Telegram refuses class polls that hide their results until they close; they are sent without")
    return Checked(tuple(faults), tuple(notes))
