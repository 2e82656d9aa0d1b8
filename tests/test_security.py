"""The list of threats in `docs/security.md`: each has a test, and those that belong to no room stand here."""

import logging
import re
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from tests.clocks import MovingClock
from tests.fake_telegram import AMINA, BROKEN, CLASS_7B, a_message
from tests.telegram.conversation import Conversation
from tests.test_cli import FAULT, tutor_bot
from tests.test_run import Servers, servers, start
from tutor_bot.storage import Storage
from tutor_bot.usecases.knowledge import Knowledge

__all__ = ["servers"]
"""A fixture."""

ROOT = Path(__file__).parents[1]
WATCH = """
import os, sys

# It would connect without Python's hearing of it.
sys.modules["uvloop"] = None

def allowed(path):
    path = os.path.realpath(os.fsdecode(path))
    return path.startswith((os.environ["MAY_WRITE"], "/dev/", "/proc/")) or "/anon_inode" in path

def watch(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)):
        by_mode = isinstance(given[1], str) and set(given[1]) & set("wax+")
        if (by_mode or (given[2] or 0) & (os.O_WRONLY | os.O_RDWR)) and not allowed(given[0]):
            os.write(2, b"WRITES " + os.fsencode(given[0]) + b"\\n")
    elif event == "socket.connect" and isinstance(given[1], tuple):
        os.write(2, b"CALLS %s:%d\\n" % (given[1][0].encode(), given[1][1]))
    elif event == "socket.getaddrinfo":
        os.write(2, b"ASKS FOR %s\\n" % str(given[0]).encode())
    elif event in ("sqlite3.connect", "os.mkdir", "os.rename") and not allowed(str(given[0]).removeprefix("file:")):
        os.write(2, b"WRITES " + os.fsencode(str(given[0])) + b"\\n")

sys.addaudithook(watch)
"""


def test_every_threat_has_a_test_that_exists() -> None:
    """The table names files and tests; a name that is nowhere would promise nothing."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) > 12
    for row in rows:
        cell = row.split("|")[-2]
        named = re.findall(r"`([\w/]+\.py)?(?:::(\w+))?`", cell)
        assert named, row
        assert named[0][0], row
        source = ""
        for file, test in named:
            # A test without a file is in the one named before it.
            source = (ROOT / file).read_text(encoding="utf-8") if file else source
            assert not test or f"def {test}(" in source, f"{file}::{test}"


@pytest.mark.parametrize("pack", ["../outside", "/tmp/outside", "a/b", "..", ".", "a\\b", "A", "a\0b"])
def test_path_tricks_in_content_import(tmp_path: Path, pack: str) -> None:
    """A pack's name is no path: nothing is written but inside the folder given."""
    (tmp_path / "q.gift").write_text("Who was it?{=a ~b}", encoding="utf-8")
    into = tmp_path / "packs"
    done = tutor_bot("content", "import", "gift", str(tmp_path / "q.gift"), "--into", str(into), "--pack", pack)
    assert (done.returncode, done.stderr.count("\n")) == (FAULT, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) in (["q.gift"], ["packs", "q.gift"])
    assert not into.exists() or list(into.iterdir()) == []


def test_a_file_name_that_is_a_trick(tmp_path: Path) -> None:
    """The pack takes a plain name from it."""
    file = tmp_path / "..%2f..%2fetc.gift"
    file.write_text("Who was it?{=a ~b}", encoding="utf-8")
    done = tutor_bot("content", "import", "gift", str(file), "--into", str(tmp_path / "packs"))
    assert done.returncode == 0
    [made] = (tmp_path / "packs").iterdir()
    assert re.fullmatch(r"[a-z0-9-]+", made.name)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobodys_name_and_word_is_logged(
    storage: Storage, knowledge: Knowledge, clock: MovingClock, caplog: pytest.LogCaptureFixture
) -> None:
    """At the most talkative level, in private and in a group, also when something fails."""
    caplog.set_level(logging.DEBUG, "tutor_bot")
    talk = Conversation(storage, knowledge, clock)
    await talk.start()
    secret = {**AMINA, "first_name": "Xenophontia", "last_name": "Quillfeather"}
    talk.telegram.replies["sendMessage"] = [RuntimeError("a fault in a handler"), BROKEN]
    await talk.tells(
        a_message("my zebraic question", secret),
        a_message("/quiz 3", {**secret, "id": 1_234_567_891}, CLASS_7B),
        a_message("/nickname Wombatine", {**secret, "id": 1_234_567_891}, CLASS_7B),
    )
    await talk.stop()
    with pytest.raises(SQLAlchemyError) as raised:
        async with storage.work() as work:
            await work.people.change(1, language=secret)
    logging.getLogger("tutor_bot").error("the database failed", exc_info=raised.value)
    assert "a fault in a handler" in caplog.text
    for word in ("Xenophontia", "Quillfeather", "zebraic", "Wombatine", "1234567891"):
        assert word not in caplog.text


def test_nothing_is_written_but_the_data_and_nobody_called_but_telegram(servers: Servers, tmp_path: Path) -> None:
    """As in a container whose file system is read-only, and behind a wall with one way out."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    data = tmp_path / "data"
    (data / "tmp").mkdir(parents=True)
    servers.updates = [{"update_id": 1, **a_message("who was trotsky")}, {"update_id": 2, **a_message("/progress")}]
    process = start(
        data,
        servers.address,
        environment={
            "MAY_WRITE": str(data),
            "PYTHONPATH": str(tmp_path / "watch"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_CACHE_HOME": str(data / "cache"),
            "MPLCONFIGDIR": str(data / "cache" / "matplotlib"),
            "HOME": "/nonexistent",
            "TMPDIR": str(data / "tmp"),
        },
    )
    assert servers.answered.wait(60)
    process.terminate()
    _, log = process.communicate(timeout=15)
    assert process.returncode == 0
    assert "WRITES" not in log
    assert set(re.findall("CALLS (.*)", log)) == {servers.address.removeprefix("http://")}
    assert set(re.findall("ASKS FOR (.*)", log)) <= {"127.0.0.1"}
