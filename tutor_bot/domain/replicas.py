"""Several processes may serve the same learners from one database: what falls to each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tutor_bot.domain.inbox import InboxStore, RawUpdate


@dataclass(frozen=True, slots=True)
class Part:
    """One replica's part: it is number `place`, from 0, of `of` that live. One of them leads.

    The leader fetches updates, ticks, and sends what nobody asked for; updates are acted on by all.
    """

    place: int = 0
    of: int = 1
    leads: bool = True
    alive: frozenset[int] = frozenset()
    """The numbers of those that live, by which they are known in storage."""

    def share(self, whole: int) -> int:
        """How many of `whole` messages a second are ours; of up to `whole` replicas the sum is no more than that.

        Half of them are divided evenly, for replies. The leader has the rest too, for quizzes and broadcasts.
        """
        even = max(1, whole // 2 // self.of)
        return max(1, whole - even * (self.of - 1)) if self.leads else even


ALONE = Part()


class SharedInbox(InboxStore, Protocol):
    """An inbox out of which every replica takes what it has room for."""

    async def claim(self, part: Part, most: int) -> Sequence[RawUpdate]:
        """Take up to `most` updates in hand, the earliest of lines of which no replica has any in hand."""
        ...

    async def keep(self, in_hand: Sequence[int]) -> None:
        """Give back whatever stands as in this replica's hand and is not among these."""
        ...

    async def release(self, alive: frozenset[int]) -> None:
        """Give back what replicas have in hand that have been dead for some seconds. The leader looks each second."""
        ...
