"""Who talks to the tutor, and what they have chosen."""

from dataclasses import dataclass
from datetime import date, datetime, time
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
    """Chosen, or else Telegram's."""
    zone: ZoneInfo | None
    daily: time | None
    next_daily: datetime | None
    offered_daily: int
    """How often the daily quiz was offered: once after the first answer, once after the first quiz."""
    size: int = 5
    """Questions in the daily quiz."""
    topics: tuple[str, ...] = ()
    """Keys of the topics that new facts come from; none chosen means all."""
    reminder: bool = True
    weekly: bool = False
    chose_language: bool = False
    exam: date | None = None
    paused_until: date | None = None
    """The local day on which the daily quiz comes again."""

    @property
    def clock(self) -> ZoneInfo:
        """Their zone; UTC until one is chosen."""
        return self.zone or ZoneInfo("UTC")
