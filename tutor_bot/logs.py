"""Logs for operators: the project's own at the level set, libraries' from WARNING, the token never."""

import json
import logging
import sys
from datetime import UTC, datetime

HIDDEN = "<token>"


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


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        elif record.exc_text:
            entry["exception"] = record.exc_text
        return json.dumps(entry, ensure_ascii=False)


def configure(level: str, form: str, token: str) -> None:
    """Log to standard error. `form` is `console` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter() if form == "json" else logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    )
    # On the handler and not on a logger: a logger's filter sees only what is logged to it directly.
    handler.addFilter(HideToken(token))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("tutor_bot").setLevel(level)
    # python-telegram-bot lowers no level itself; at DEBUG it would log whole updates and URLs.
    for name in ("telegram", "httpx", "httpcore", "aiosqlite", "sqlalchemy", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
