import json
import logging
from collections.abc import Iterator

import pytest

from tutor_bot import logs

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
