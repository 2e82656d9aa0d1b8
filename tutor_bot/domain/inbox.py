"""What Telegram hands over, and the promise that it is acted on once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as it came: Telegram's number, the line it is handled in, and its JSON.

    `poll` is the id of the poll whose new state it tells, if that is all it does.
    """

    update_id: int
    key: int
    body: str
    poll: str | None = None


class InboxStore(Protocol):
    """Where updates stay until they have been acted on. Every call is one transaction."""

    async def take(self, updates: Sequence[RawUpdate]) -> set[int]:
        """Keep the batch; the numbers to act upon: those that are new, that is not seen within two days.

        News of polls that we know need not be kept: votes come by themselves.
        """
        ...

    async def waiting(self) -> list[RawUpdate]:
        """What has not been acted on, in order of arrival."""
        ...

    async def done(self, update_id: int) -> None:
        """Acted on: the content goes at once, the number stays for two days."""
        ...

    async def failed(self, update_id: int, error: str) -> datetime | None:
        """Note a failure: the instant (UTC) of the next try, or None when it is set aside for good."""
        ...
