"""Logs for operators: the project's own at the level set, libraries' from WARNING; no token, no name, no number."""

import hmac
import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

HIDDEN = "<token>"
CONSOLE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s%(whom)s"

_DETAIL = re.compile(r"(DETAIL|CONTEXT): .*?(?=\\n|\n|$)")
"""PostgreSQL quotes the row that it did not take, names and words included."""
_GROUP = re.compile(r"-100\d{7,}")
"""Telegram names a group's new number in the error that says it has one."""


def pseudonym(token: str, telegram_id: int) -> str:
    """Who or which group a log line concerns: the same within one bot, and not to be guessed without its token."""
    kind = "person" if telegram_id > 0 else "group"
    return f"{kind}-{hmac.new(token.encode(), str(telegram_id).encode(), 'sha256').hexdigest()[:12]}"


class HideToken(logging.Filter):
    """Takes the token out of every record: its message, its arguments and its exception."""

    def __init__(self, token: str) -> None:
        super().__init__()
        # The half behind the colon is the secret; it may turn up without the number before it.
        self._secrets = [part for part in (token, token.partition(":")[2]) if part]

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.msg, record.args = self.clean(message), ()
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return True

    def clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text


class HidePeople(logging.Filter):
    """Shows whom a record is `about` by pseudonyms: `log.info("...", extra={"about": (telegram_id, ...)})`.

    To run after `HideToken`, which makes text of arguments and exceptions.
    """

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        numbers = [number for number in getattr(record, "about", ()) if isinstance(number, int)]
        told = {number: pseudonym(self._token, number) for number in numbers}
        about = tuple(told.values())
        record.__dict__.update(about=about, whom=f" [{' '.join(about)}]" if about else "")
        record.msg = self._clean(str(record.msg), told)
        if record.exc_text:
            record.exc_text = self._clean(record.exc_text, told)
        return True

    def _clean(self, text: str, told: Mapping[int, str]) -> str:
        text = _GROUP.sub(lambda found: pseudonym(self._token, int(found[0])), _DETAIL.sub(r"\1: hidden", text))
        for number, name in told.items():
            text = re.sub(rf"(?<![\w-]){number}(?!\w)", name, text)
        return text


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if about := getattr(record, "about", ()):
            entry["about"] = list(about)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        elif record.exc_text:
            entry["exception"] = record.exc_text
        return json.dumps(entry, ensure_ascii=False)


def configure(level: str, form: str, token: str) -> None:
    """Log to standard error. `form` is `console` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else logging.Formatter(CONSOLE, defaults={"whom": ""}))
    # On the handler and not on a logger: a logger's filter sees only what is logged to it directly.
    handler.addFilter(HideToken(token))
    handler.addFilter(HidePeople(token))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("tutor_bot").setLevel(level)
    # python-telegram-bot lowers no level itself; at DEBUG it would log whole updates and URLs.
    for name in ("telegram", "httpx", "httpcore", "aiosqlite", "sqlalchemy", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
