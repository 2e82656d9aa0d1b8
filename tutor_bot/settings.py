"""What an operator may set: read once, checked, handed on."""

from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "TUTOR_BOT_"

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
        lines = [f"{PREFIX}{name.upper()} is wrong: it may be {_MAY_BE.get(name, 'something else')}" for name in names]
        raise SettingsError("\n".join(lines)) from None
    except UnicodeDecodeError:
        raise SettingsError("the file .env is not UTF-8: save it as UTF-8") from None
