"""Who talks to the tutor."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as Telegram names them; the name is any text, markup and all."""

    telegram_id: int
    name: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Learner:
    """A learner as remembered. `daily` and `zone` are None until chosen; `next_daily` is a UTC instant."""

    id: int
    telegram_id: int
    name: str
    language: str
    zone: ZoneInfo | None
    daily: time | None
    next_daily: datetime | None
    offered_daily: int
    """How often the daily quiz was offered: once after the first answer, once after the first quiz."""
