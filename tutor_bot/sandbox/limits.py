"""Telegram's limits on sending, when they are switched on."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from math import ceil

from tutor_bot.sandbox.refused import Refused

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
OVERALL = 30
"""Messages a second."""
PER_CHAT, BURST = SECOND, 5
"""One a second in a chat, after a burst."""
PER_GROUP = 20
"""Messages a minute."""
COUNTED = ("send", "edit", "copy", "forward", "stop")
FREE = ("sendChatAction",)


class Limits:
    """429 with `retry_after` for a call too many. Off until `on` is set."""

    def __init__(self) -> None:
        self.on = False
        self._all: deque[datetime] = deque()
        self._chats: defaultdict[int, deque[datetime]] = defaultdict(deque)

    def check(self, method: str, chat: int, now: datetime) -> None:
        """Count a call. Raises Refused when it is one too many."""
        if not self.on or not method.startswith(COUNTED) or method in FREE:
            return
        here = self._chats[chat]
        group = chat < 0
        most, within = (PER_GROUP, MINUTE) if group else (BURST, BURST * PER_CHAT)
        waits = [_wait(self._all, OVERALL, SECOND, now), _wait(here, most, within, now)]
        if max(waits) > timedelta(0):
            seconds = ceil(max(waits).total_seconds())
            raise Refused(429, f"retry after {seconds}", retry_after=seconds)
        self._all.append(now)
        here.append(now)


def _wait(calls: deque[datetime], most: int, within: timedelta, now: datetime) -> timedelta:
    """How long until another call fits."""
    while calls and calls[0] <= now - within:
        calls.popleft()
    return calls[0] + within - now if len(calls) >= most else timedelta(0)
