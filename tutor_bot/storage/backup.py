"""A copy of an SQLite database, consistent while the bot runs."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from tutor_bot.storage.migrate import DatabaseError


def backup(url: str, file: Path) -> None:
    """Copy the database to a new file, which only its owner may read. Raises DatabaseError."""
    made = make_url(url)
    if made.get_backend_name() != "sqlite":
        raise DatabaseError("this database is a server's: back it up with pg_dump")
    source = Path(made.database or "")
    if not source.is_file():
        raise DatabaseError(f"there is no database {source}; `tutor-bot db upgrade` makes it")
    if file.exists():
        raise DatabaseError(f"{file} is there already; give a new name, so that no backup is lost")
    part = file.with_name(file.name + ".part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, part)
        part.rename(file)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or error
        raise DatabaseError(f"cannot write the backup {file}: {reason}") from None


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        # All in one step: it is one reader of the log, which keeps nobody from writing. In several steps it would begin
        # anew whenever something was written between two of them, and on a busy day never end.
        reading.backup(writing)
        # One file, that needs no log beside it.
        writing.execute("PRAGMA journal_mode=DELETE")
        [(found,)] = writing.execute("PRAGMA quick_check(1)").fetchall()
    if found != "ok":
        raise DatabaseError(f"the copy is damaged ({found}), so the database is too; see `tutor-bot db check`")
