"""A live quiz in a class group: its course, its points, its table. No I/O and no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tutor_bot.domain.facts import FactKey

LOBBY = timedelta(seconds=30)
PAUSE = timedelta(seconds=6)
"""Between the standing and the next question: time to read and to talk."""
GRACE = timedelta(seconds=1)
"""After a poll's end, for votes that are still on their way."""
DEFAULT_SIZE, MAX_SIZE = 5, 20
DEFAULT_SECONDS, LEAST_SECONDS, MOST_SECONDS = 30, 10, 600
RIGHT, FASTEST = 100, 50
"""Points for a right answer, and the most that speed can add."""
LAG = timedelta(seconds=1)
"""Behind by more than this, speed is nobody's merit."""
PODIUM = 3
MISSED = 3


class LiveState(StrEnum):
    """What the quiz waits for: the lobby's end, a poll's end, the end of the pause; or nothing any more."""

    LOBBY = "lobby"
    ASKING = "asking"
    RESTING = "resting"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """An answer of a member; `bonus` is what speed added."""

    position: int
    learner: int
    right: bool
    bonus: int


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who plays. `member` is None while it could not be checked; `late` came after the quiz began."""

    learner: int
    name: str
    member: bool | None = True
    late: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table. `rank` is None for those who could not see all questions."""

    player: Player
    rank: int | None
    right: int
    bonus: int

    @property
    def points(self) -> int:
        return RIGHT * self.right + self.bonus


@dataclass(frozen=True, slots=True)
class MissedFact:
    """A fact that the class did not know: how many were right of those who answered."""

    fact: FactKey
    right: int
    answered: int


def speed_bonus(sent: datetime, arrived: datetime, seconds: int) -> int:
    """Points for a quick right answer: all at once, none at the end; a vote carries no time but its arrival's."""
    left = 1 - (arrived - sent).total_seconds() / seconds
    return round(FASTEST * min(1.0, max(0.0, left)))


def table(players: Iterable[Player], answers: Iterable[LiveAnswer]) -> list[Row]:
    """Members by points, equal points on one rank; strangers are left out, latecomers stand below, unranked."""
    by_learner: dict[int, list[LiveAnswer]] = {}
    for answer in answers:
        by_learner.setdefault(answer.learner, []).append(answer)
    rows = []
    for player in players:
        if player.member is False:
            continue
        own = by_learner.get(player.learner, [])
        right = sum(answer.right for answer in own)
        rows.append(Row(player, None, right, sum(answer.bonus for answer in own)))
    rows.sort(key=lambda row: (row.player.late, -row.points, row.player.name.casefold()))
    ranked = []
    for row in rows:
        rank = None if row.player.late else 1 + sum(r.points > row.points for r in rows if not r.player.late)
        ranked.append(Row(row.player, rank, row.right, row.bonus))
    return ranked


def most_missed(
    facts: Sequence[FactKey], answers: Iterable[LiveAnswer], members: Mapping[int, bool]
) -> list[MissedFact]:
    """The facts that fewest knew, hardest first; those that all knew are left out. `facts` are in order of position."""
    told = _by_position(facts, answers, members)
    found = [
        MissedFact(fact, sum(answer.right for answer in own), len(own)) for fact, own in zip(facts, told, strict=True)
    ]
    hard = [missed for missed in found if missed.answered and missed.right < missed.answered]
    return sorted(hard, key=lambda missed: missed.right / missed.answered)[:MISSED]


def _by_position(
    facts: Sequence[FactKey], answers: Iterable[LiveAnswer], members: Mapping[int, bool]
) -> list[list[LiveAnswer]]:
    places: list[list[LiveAnswer]] = [[] for _ in facts]
    for answer in answers:
        if members.get(answer.learner, True) and 0 < answer.position <= len(facts):
            places[answer.position - 1].append(answer)
    return places
