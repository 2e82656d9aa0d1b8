"""Two processes on one SQLite database would act on the same things twice."""

import threading
from pathlib import Path

import pytest

from tutor_bot.storage.alone import alone
from tutor_bot.storage.migrate import DatabaseError


def test_the_second_is_told_so(tmp_path: Path) -> None:
    """In one line, after it has waited; another database is nobody's business."""
    url = f"sqlite+aiosqlite:///{tmp_path}/tutor.db"
    with alone(url):
        with pytest.raises(DatabaseError, match=r"another tutor-bot serves .*tutor\.db: stop it"), alone(url, 0.0):
            raise AssertionError("both of them serve it")
        with alone(f"sqlite+aiosqlite:///{tmp_path}/other.db", 0.0):
            """Served by somebody else."""
    with alone(url, 0.0):
        """Free again."""


def test_it_waits_for_one_that_stops(tmp_path: Path) -> None:
    """A restart need not be timed."""
    url = f"sqlite+aiosqlite:///{tmp_path}/tutor.db"
    inside, stop = threading.Event(), threading.Event()

    def first() -> None:
        with alone(url):
            inside.set()
            stop.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    threading.Timer(0.05, stop.set).start()
    with alone(url):
        assert stop.is_set()
    thread.join()


def test_a_server_keeps_order_itself(tmp_path: Path) -> None:
    """Several replicas on PostgreSQL are welcome."""
    with alone("postgresql+asyncpg://nobody@127.0.0.1:1/none"), alone("postgresql+asyncpg://nobody@127.0.0.1:1/none"):
        assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_had(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The database is served all the same, and one line tells what is missing and what to do."""
    (tmp_path / "tutor.db-lock").mkdir()
    with alone(f"sqlite+aiosqlite:///{tmp_path}/tutor.db"):
        [line] = caplog.messages
    assert line.startswith(f"{tmp_path}/tutor.db-lock cannot be locked (Is a directory)")
    assert "no other is started" in line


@pytest.mark.parametrize("database", ["", ":memory:", "file::memory:?uri=true", "file:tutor.db?mode=memory&uri=true"])
def test_what_is_in_no_file_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    """Nothing is locked, and no file is left behind."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite+aiosqlite:///{database}"
    with alone(url), alone(url, 0.0):
        assert list(tmp_path.iterdir()) == []
