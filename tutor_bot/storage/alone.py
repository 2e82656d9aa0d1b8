"""One process at a time serves an SQLite database: of two, each would act on what the other has in hand."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from tutor_bot.storage.migrate import DatabaseError

PATIENCE = 12.0
"""Seconds; a process that has been told to stop needs ten at most."""


@contextmanager
def alone(url: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the database until the end; wait for whoever holds it. Raises DatabaseError. On a server nobody is alone.

    The system takes the lock back from a process that dies. It is on a file of its own beside the database: SQLite has
    locks of another kind on its own files, and on some file systems the two kinds are one.
    """
    made = make_url(url)
    if made.get_backend_name() != "sqlite" or not made.database or made.database == ":memory:":
        yield
        return
    lock = Path(f"{made.database}-lock")
    with ExitStack() as stack:
        # What is wrong with the folder is told, better, by whoever opens the database.
        with suppress(OSError):
            lock.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(lock.open("a", encoding="utf-8"))
            if not _locked(file, time.monotonic() + patience):
                raise DatabaseError(f"another tutor-bot serves {made.database}: stop it, or give each its own database")
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
