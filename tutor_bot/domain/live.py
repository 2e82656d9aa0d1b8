"""A live quiz in a class group: its course, its points, its table. No I/O and no clock."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tutor_bot.domain.facts import FactKey

LOBBY = timedelta(seconds=30)
COUNTDOWN = timedelta(seconds=10)
"""So often the lobby's message counts down."""
LONGEST_LOBBY = timedelta(minutes=30)
"""A lobby that waits for its admin begins by itself after this."""
PAUSE = timedelta(seconds=6)
"""Between the standing and the next question: time to read."""
TALK = timedelta(seconds=60)
"""The same with a break to talk the answer over."""
GRACE = timedelta(milliseconds=800)
"""After a poll's end, for votes that are still on their way."""
CORRECTION = timedelta(seconds=5)
"""Votes that come after the standing are gathered for so long before it is corrected, and so are those who join."""
DEFAULT_SIZE, MAX_SIZE = 5, 20
DEFAULT_SECONDS, LEAST_SECONDS, MOST_SECONDS = 30, 10, 600
LONGEST_HOMEWORK = timedelta(days=30)
"""Telegram keeps no poll open for longer by itself."""
SHORTEST_HOMEWORK = timedelta(minutes=5)
APART = timedelta(seconds=4)
"""Between questions that are posted together: nobody's screen is to be flooded."""
RIGHT, FASTEST = 100, 50
"""Points for a right answer, and the most that speed can add."""
LAG = timedelta(seconds=1)
"""Behind by more than this, speed is nobody's merit."""
PODIUM = 3
MISSED = 3
MOST_TEAMS = 4


class LiveState(StrEnum):
    """What the quiz waits for: the lobby's end, a poll's end, the next question, a date; or nothing any more."""

    LOBBY = "lobby"
    ASKING = "asking"
    RESTING = "resting"
    OPEN = "open"
    ENDED = "ended"


PLAYING = (LiveState.LOBBY, LiveState.ASKING, LiveState.RESTING)
"""States of which a group has one quiz at a time. Homework stays open beside it."""


class Mode(StrEnum):
    """Who keeps the time: the clock, an admin, or a date. A class's daily quiz is homework for a day."""

    CLOCK = "clock"
    RELAXED = "relaxed"
    HOMEWORK = "homework"
    DAILY = "daily"

    @property
    def by_date(self) -> bool:
        """Whether all questions are there at once and stay open until a date."""
        return self in (Mode.HOMEWORK, Mode.DAILY)


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """An answer of a member; `bonus` is what speed added."""

    position: int
    learner: int
    right: bool
    bonus: int


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who plays. `member` is None while it could not be checked; `late` came after the quiz began.

    `name` is how the class sees them; who is `hidden` plays along and stands in no table. `team` counts from 1.
    """

    learner: int
    name: str
    member: bool | None = True
    late: bool = False
    hidden: bool = False
    team: int | None = None


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
class TeamRow:
    """A team: its points are the mean of its players', so that a larger one has no advantage."""

    team: int
    rank: int
    players: int
    points: int


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


def smallest_team(teams: int, players: Iterable[Player]) -> int:
    """The team that whoever chose none is put into: the one with fewest players, of these the first."""
    sizes = Counter(player.team for player in players)
    return min(range(1, teams + 1), key=lambda team: sizes[team])


def table(players: Iterable[Player], answers: Iterable[LiveAnswer]) -> list[Row]:
    """Members by points, equal points on one rank; strangers are left out, latecomers stand below, unranked.

    Who wishes to be in no table has no row and takes nobody's rank.
    """
    ranked = []
    rows = _rows((p for p in players if not p.hidden), answers)
    for row in rows:
        rank = None if row.player.late else 1 + sum(r.points > row.points for r in rows if not r.player.late)
        ranked.append(Row(row.player, rank, row.right, row.bonus))
    return ranked


def team_table(players: Iterable[Player], answers: Iterable[LiveAnswer]) -> list[TeamRow]:
    """Teams by the mean of their members' points; the hidden count too, latecomers do not."""
    points: dict[int, list[int]] = {}
    for row in _rows(players, answers):
        if row.player.team is not None and not row.player.late:
            points.setdefault(row.player.team, []).append(row.points)
    means = {team: round(sum(own) / len(own)) for team, own in points.items()}
    order = sorted(means, key=lambda team: (-means[team], team))
    return [
        TeamRow(team, 1 + sum(other > means[team] for other in means.values()), len(points[team]), means[team])
        for team in order
    ]


def _rows(players: Iterable[Player], answers: Iterable[LiveAnswer]) -> list[Row]:
    by_learner: dict[int, list[LiveAnswer]] = {}
    for answer in answers:
        by_learner.setdefault(answer.learner, []).append(answer)
    rows = []
    for player in players:
        if player.member is not False:
            own = by_learner.get(player.learner, [])
            rows.append(Row(player, None, sum(answer.right for answer in own), sum(answer.bonus for answer in own)))
    return sorted(rows, key=lambda row: (row.player.late, -row.points, row.player.name.casefold()))


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
