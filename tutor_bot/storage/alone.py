"""One process at a time serves an SQLite database: of two, each would act on what the other has in hand."""

import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from tutor_bot.storage.engine import sqlite_file
from tutor_bot.storage.migrate import DatabaseError

log = logging.getLogger(__name__)

PATIENCE = 12.0
"""Seconds; a process that has been told to stop needs ten at most."""


@contextmanager
def alone(url: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the database until the end; wait for whoever holds it. Raises DatabaseError. On a server nobody is alone.

    The system takes the lock back from a process that dies. It is on a file of its own beside the database: SQLite has
    locks of another kind on its own files, and on some file systems the two kinds are one.
    """
    database = sqlite_file(url)
    if database is None:
        yield
        return
    lock = Path(f"{database}-lock")
    with ExitStack() as stack:
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(lock.open("a", encoding="utf-8"))
            is_ours = _locked(file, time.monotonic() + patience)
        except OSError as error:
            # The database may be usable all the same; where it is not, whoever opens it says why.
            log.warning(
                "%s cannot be locked (%s), so nothing keeps a second tutor-bot off this database: let the bot write"
                " there, or see to it that no other is started",
                lock,
                error.strerror,
            )
        else:
            if not is_ours:
                raise DatabaseError(f"another tutor-bot serves {database}: stop it, or give each its own database")
        yield


def _locked(file: IO[str], deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
        time.sleep(0.1)
