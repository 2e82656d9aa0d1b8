import json
import logging
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from tests.clocks import MovingClock
from tests.fake_telegram import AMINA, BLOCKED, BO, CLASS_7B, FLOOD, Refusal, a_message
from tests.telegram.conversation import Conversation
from tests.telegram.test_privacy import set_aside
from tutor_bot import logs
from tutor_bot.storage import Storage
from tutor_bot.storage.schema import learners
from tutor_bot.usecases.answering import MOST_A_MINUTE
from tutor_bot.usecases.knowledge import Knowledge

TOKEN = "123456:AAsecret-token_value"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave logging as it was."""
    root, ours = logging.getLogger(), logging.getLogger("tutor_bot")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


@pytest.mark.parametrize("form", ["console", "json"])
def test_the_token_is_in_no_record(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Not in messages, not in arguments, not in exceptions and what caused them, at no level."""
    logs.configure("DEBUG", form, TOKEN)
    log = logging.getLogger("tutor_bot.test")
    log.debug("plain %s", TOKEN)
    logging.getLogger("telegram").error("https://api.telegram.org/bot%s/getMe", TOKEN)
    try:
        try:
            raise ValueError(f"The token `{TOKEN}` was rejected")
        except ValueError as cause:
            raise RuntimeError(f"half of it: {TOKEN.partition(':')[2]}") from cause
    except RuntimeError:
        log.exception("failed")
    written = capsys.readouterr().err
    assert "AAsecret" not in written
    assert written.count(logs.HIDDEN) >= 4
    assert "Traceback" in written
    if form == "json":
        for line in written.splitlines():
            assert {"at", "level", "logger", "message"} <= json.loads(line).keys()


def test_libraries_stay_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """LOG_LEVEL is for the project's own loggers; libraries log from WARNING on."""
    logs.configure("DEBUG", "console", TOKEN)
    for name in ("telegram.ext", "httpx", "aiosqlite", "sqlalchemy.engine"):
        logging.getLogger(name).info("chatter of %s", name)
    logging.getLogger("tutor_bot.telegram").debug("ours")
    written = capsys.readouterr().err
    assert "chatter" not in written
    assert "ours" in written


def test_pseudonyms() -> None:
    """The same person has the same one within a bot; without its token no number leads to it."""
    names = {(token, number): logs.pseudonym(token, number) for token in (TOKEN, "7:other") for number in (101, -1007)}
    assert len(set(names.values())) == len(names)
    assert names[TOKEN, 101] == logs.pseudonym(TOKEN, 101)
    assert all(name.startswith("person-" if number > 0 else "group-") for (_, number), name in names.items())


@pytest.mark.parametrize("form", ["console", "json"])
def test_whom_a_line_is_about(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A pseudonym stands where a number was given, or stood in the words of an error."""
    logs.configure("DEBUG", form, TOKEN)
    log = logging.getLogger("tutor_bot.test")
    log.warning("no chat %s", 101, extra={"about": (101, -1007)})
    try:
        raise RuntimeError("nobody is 101, 1013 are")
    except RuntimeError:
        log.exception("New chat id: -1001234567890", extra={"about": (101,)})
    person, group = logs.pseudonym(TOKEN, 101), logs.pseudonym(TOKEN, -1007)
    written = capsys.readouterr().err
    assert not re.search(r"\b101\b", written)
    assert "1013 are" in written
    assert f"New chat id: {logs.pseudonym(TOKEN, -1001234567890)}" in written
    if form == "json":
        assert [json.loads(line)["about"] for line in written.splitlines()] == [[person, group], [person]]
    else:
        assert f"no chat {person} [{person} {group}]" in written


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_person_can_be_followed(
    storage: Storage, knowledge: Knowledge, clock: MovingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """What failed, was set aside, refused, slowed or flooded names its person by one pseudonym, and nobody else."""
    logs.configure("INFO", "json", TOKEN)
    chat = Conversation(storage, knowledge, clock)
    await chat.start()
    await set_aside(chat, a_message("what was it", AMINA))
    chat.telegram.replies["sendPoll"] = [Refusal(400, "Bad Request: chat not found")] * 3
    await chat.says("/quiz 1")
    # What comes after the question that was refused waits for the clock, as the chat has had much at once.
    await chat.message("0 of 1 question right")
    await chat.noted()
    chat.telegram.replies["sendMessage"] = [FLOOD, None, BLOCKED]
    await chat.tells(*(a_message("and again") for _ in range(MOST_A_MINUTE + 1)))
    chat.telegram.replies["sendMessage"] = [BLOCKED]
    await chat.tells(a_message("/ask it", BO, CLASS_7B))
    await chat.stop()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    amina, bo, group = (logs.pseudonym(TOKEN, number) for number in (AMINA["id"], BO["id"], CLASS_7B["id"]))
    for words in ("failed: ", "is set aside", "Telegram refused row", "asks for a pause", "blocked", "more questions"):
        assert [amina] in [line.get("about") for line in lines if words in line["message"]], words
    assert [line["about"] for line in lines if line.get("about", [amina]) != [amina]] == [[group, bo]]


async def test_a_row_that_the_database_refuses(storage: Storage, capsys: pytest.CaptureFixture[str]) -> None:
    """PostgreSQL would quote it in its error."""
    logs.configure("INFO", "console", TOKEN)
    secret = {"telegram_id": 1_234_567_891, "name": "Xenophontia", "language": None, "reachable": True}
    with pytest.raises(IntegrityError) as raised:
        async with storage.work() as work:
            await work._connection.execute(insert(learners).values(secret))
    logging.getLogger("tutor_bot").error("it failed: %r", raised.value, exc_info=raised.value)
    written = capsys.readouterr().err
    assert "IntegrityError" in written
    for word in ("Xenophontia", "1234567891"):
        assert word not in written
