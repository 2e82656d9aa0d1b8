"""What an operator may set: read once, checked, handed on."""

import hmac
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "TUTOR_BOT_"
OWN_PATHS = ("/healthz", "/readyz", "/metrics")
"""Where the web server answers others than Telegram."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}

# What each setting may be, for the one line that a wrong value gets.
_MAY_BE = {
    "token": "the token from BotFather, such as 123456:ABC-def",
    "api_url": "an http or https address, such as https://api.telegram.org",
    "database_url": "a database URL, such as sqlite:////data/tutor.db or postgresql://user@host/name",
    "content": "a folder that holds packs",
    "timezone": "a time zone, such as Europe/Berlin or UTC",
    "curators": "Telegram ids, comma separated, such as 1234567,7654321",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
    "log_format": "console or json",
    "webhook_url": "an https address that Telegram can reach, such as https://bot.example.net/telegram",
    "webhook_secret": "1 to 256 letters, digits, _ and -",
    "listen": "a host and a port, such as 127.0.0.1:8080 or [::1]:8080",
    "paid_broadcast": "a whole number from 30 to 1000, the messages a second that you pay Telegram for",
}


class SettingsError(Exception):
    """A wrong value; the message is one line for each, naming the setting and what it may be."""


def _default_database() -> str:
    folder = platformdirs.user_data_path("tutor-bot")
    return f"sqlite+aiosqlite:///{folder / 'tutor.db'}"


class Settings(BaseSettings):
    """From the environment or a `.env` file; every name with the prefix TUTOR_BOT_."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore")

    token: SecretStr | None = None
    api_url: str = "https://api.telegram.org"
    database_url: str = Field(default_factory=_default_database)
    content: Path | None = None
    timezone: Annotated[ZoneInfo, NoDecode] = ZoneInfo("UTC")
    curators: Annotated[frozenset[int], NoDecode] = frozenset()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    listen: Annotated[tuple[str, int] | None, NoDecode] = None
    paid_broadcast: Annotated[int, Field(ge=30, le=1000)] | None = None

    @field_validator("token")
    @classmethod
    def _a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value().strip():
            return None
        number, _, secret = value.get_secret_value().strip().partition(":")
        if not (number.isascii() and number.isdigit() and secret) or any(c.isspace() or c == "/" for c in secret):
            raise ValueError
        return SecretStr(value.get_secret_value().strip())

    @field_validator("api_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")) or any(c.isspace() for c in value):
            raise ValueError
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _a_database(cls, value: str) -> str:
        scheme, found, rest = value.partition("://")
        if not found or (not rest.strip("/") and scheme.startswith("sqlite")):
            raise ValueError
        if scheme not in {*_DRIVERS, *_DRIVERS.values()}:
            raise ValueError
        return f"{_DRIVERS.get(scheme, scheme)}://{rest}"

    @field_validator("webhook_url")
    @classmethod
    def _a_webhook(cls, value: str | None) -> str | None:
        if not value:
            return None
        parts = urlsplit(value)
        # Telegram itself calls nothing but https; a server of one's own on the same machine may be called without.
        local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
        if not (parts.scheme == "https" or local) or not parts.hostname or parts.path in ("", "/", *OWN_PATHS):
            raise ValueError
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _a_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError
        return value

    @field_validator("listen", mode="before")
    @classmethod
    def _host_and_port(cls, value: Any) -> Any:
        if value in (None, "") or isinstance(value, tuple):
            return value or None
        host, colon, port = str(value).rpartition(":")
        if not colon or not host or not port.isdecimal() or int(port) > 65535:
            raise ValueError
        return host.removeprefix("[").removesuffix("]"), int(port)

    @model_validator(mode="after")
    def _webhooks_need_an_ear(self) -> "Settings":
        if self.webhook_url and self.listen is None:
            raise ValueError
        return self

    @property
    def secret(self) -> str:
        """The webhook's secret; where none is set, one that every replica derives alike and that tells no token."""
        if self.webhook_secret:
            return self.webhook_secret.get_secret_value()
        token = self.token.get_secret_value() if self.token else ""
        return hmac.new(token.encode(), b"tutor-bot webhook", "sha256").hexdigest()

    @field_validator("paid_broadcast", mode="before")
    @classmethod
    def _perhaps_a_number(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("content", mode="before")
    @classmethod
    def _a_folder(cls, value: Any) -> Any:
        if value in (None, ""):
            return None
        if not Path(value).is_dir():
            raise ValueError
        return value

    @field_validator("timezone", mode="before")
    @classmethod
    def _a_zone(cls, value: Any) -> Any:
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError from None

    @field_validator("curators", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        if isinstance(value, str):
            return frozenset(int(part) for part in value.split(",") if part.strip())
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


def read() -> Settings:
    """The settings in force. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        names = dict.fromkeys(str(fault["loc"][0]) if fault["loc"] else "" for fault in error.errors())
        # A fault of none alone is that of a webhook without an address to listen on.
        names = {name or "listen": None for name in names}
        lines = [f"{PREFIX}{name.upper()} is wrong: it may be {_MAY_BE.get(name, 'something else')}" for name in names]
        raise SettingsError("\n".join(lines)) from None
    except UnicodeDecodeError:
        raise SettingsError("the file .env is not UTF-8: save it as UTF-8") from None
