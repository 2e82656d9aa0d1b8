"""What the sandbox can ask of whoever runs the bot."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Bot:
    """Handed in by the composition root, so that the sandbox needs to know no other room.

    `restart` stops the bot and starts it anew, with what it has kept; `reset` begins with nothing kept and tells
    the sandbox to do the same; `reload` reads the content anew and returns what to tell the author;
    `next_daily` is when the next daily quiz is due, None when there is none.
    """

    restart: Callable[[], Awaitable[None]]
    reset: Callable[[], Awaitable[None]]
    reload: Callable[[], Awaitable[str]]
    next_daily: Callable[[], Awaitable[datetime | None]]
