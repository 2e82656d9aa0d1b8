"""A class group: what its admins set, how its members are named, and its leaderboard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from statistics import fmean
from zoneinfo import ZoneInfo

from tutor_bot.domain.live import RIGHT

DAILY_SIZES = (1, 2, 3, 4, 5)
LONGEST_NICKNAME = 24
_ANIMALS = "🦊🐼🦉🐸🦁🐯🐨🐙🦋🐝🐞🐢🐬🐳🦀🦜🦔🦦🦩🐧🐿️🦄🐴🐮🐷🐰🐹🐻🐺🦝"
_THINGS = "🌵🌻🍀🍎🍊🍋🍓🍉🥕🌽🎈🎺🎸🎲⚽🏀🚲🚀⛵🎩🧢🧦🔔🔑💡📚✏️🧭⛺🌙"
WEEK, MONTH, TERM = timedelta(days=7), timedelta(days=30), timedelta(days=120)
ENOUGH = 6
"""So many answers are needed on each side of the middle before growth is told from chance."""
GROWN = 0.15
"""By so much more a share must be right in the second half to be named."""
STEADY = 3
"""Days with answers from which somebody is called steady."""
NAMED = 3


class Names(StrEnum):
    """What stands in a class's tables: Telegram's names, or nicknames alone."""

    NAMES = "names"
    NICKNAMES = "nicknames"


class Period(StrEnum):
    WEEK = "week"
    MONTH = "month"
    TERM = "term"

    @property
    def length(self) -> timedelta:
        """A term is told in days, for no two countries have the same."""
        return {Period.WEEK: WEEK, Period.MONTH: MONTH, Period.TERM: TERM}[self]


@dataclass(frozen=True, slots=True)
class Classroom:
    """A group as remembered. `daily` and `zone` are None until an admin chooses; `next_daily` is a UTC instant."""

    id: int
    telegram_id: int
    title: str
    language: str | None = None
    zone: ZoneInfo | None = None
    daily: time | None = None
    next_daily: datetime | None = None
    size: int = 3
    """Questions in the class's daily quiz."""
    topics: tuple[str, ...] = ()
    """Keys of the topics that are asked about; none chosen means all."""
    names: Names = Names.NAMES
    speed: bool = True
    """Whether quick answers get a bonus."""
    talk: bool = False
    """Whether there is time to talk after each question."""
    thread: int | None = None
    """The topic of the forum that the daily quiz goes to."""

    @property
    def clock(self) -> ZoneInfo:
        """Their zone; UTC until one is chosen."""
        return self.zone or ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a class. `hidden`: in no table; `inside` is None where it was never seen."""

    learner: int
    name: str
    nickname: str | None = None
    hidden: bool = False
    inside: bool | None = None
    digest: bool = False


def called(name: str, nickname: str | None, names: Names, learner: int) -> str:
    """How a class sees a member: a nickname wins; where names are not wished for, two pictures stand for it."""
    if nickname:
        return nickname
    return _pictures(learner) if names is Names.NICKNAMES else name


def _pictures(learner: int) -> str:
    animals, things = _signs(_ANIMALS), _signs(_THINGS)
    return animals[learner % len(animals)] + things[learner // len(animals) % len(things)]


def _signs(text: str) -> list[str]:
    # A sign may be followed by the selector that makes it a picture.
    signs: list[str] = []
    for letter in text:
        if letter == "\ufe0f":
            signs[-1] += letter
        else:
            signs.append(letter)
    return signs


def nickname_of(text: str) -> str | None:
    """A nickname out of what was written: one line of visible letters; None when nothing is left."""
    seen = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return seen[:LONGEST_NICKNAME].strip() or None


@dataclass(frozen=True, slots=True)
class ClassAnswer:
    """An answer in a class quiz, with the local day it came on."""

    learner: int
    day: date
    at: datetime
    right: bool
    bonus: int


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """A row of the leaderboard; right answers and points for speed stay apart."""

    learner: int
    name: str
    rank: int
    right: int
    answered: int
    bonus: int

    @property
    def points(self) -> int:
        return RIGHT * self.right + self.bonus


@dataclass(frozen=True, slots=True)
class Leaders:
    """A class over a period; `grown` and `steady` are names, honoured beside points: most grown and most days first."""

    title: str
    period: Period
    rows: tuple[LeaderRow, ...]
    grown: tuple[tuple[str, int], ...] = ()
    """Who grew, and by how many percentage points."""
    steady: tuple[tuple[str, int], ...] = ()
    """Who came on many days, and on how many."""


def leaders(
    title: str, period: Period, members: Mapping[int, Member], names: Names, answers: Sequence[ClassAnswer]
) -> Leaders:
    """The table of those who are in the class, wish to be seen, and had something right."""
    by_learner: dict[int, list[ClassAnswer]] = {}
    for answer in answers:
        member = members.get(answer.learner)
        if member is not None and not member.hidden and member.inside is not False:
            by_learner.setdefault(answer.learner, []).append(answer)
    shown = {key: called(members[key].name, members[key].nickname, names, key) for key in by_learner}
    rows = [
        LeaderRow(key, shown[key], 0, sum(a.right for a in own), len(own), sum(a.bonus for a in own))
        for key, own in by_learner.items()
    ]
    rows = sorted((row for row in rows if row.right), key=lambda row: (-row.points, row.name.casefold()))
    ranked = tuple(
        LeaderRow(r.learner, r.name, 1 + sum(o.points > r.points for o in rows), r.right, r.answered, r.bonus)
        for r in rows
    )
    growth = {key: grown for key, own in by_learner.items() if (grown := growth_of(own)) >= GROWN}
    days = {key: n for key, own in by_learner.items() if (n := len({a.day for a in own})) >= STEADY}
    return Leaders(
        title,
        period,
        ranked,
        tuple((shown[key], round(100 * growth[key])) for key in _most(growth)),
        tuple((shown[key], days[key]) for key in _most(days)),
    )


def growth_of(answers: Iterable[ClassAnswer]) -> float:
    """By how much the share right grew from the first half of somebody's answers to the second; 0 while it is early."""
    own = sorted(answers, key=lambda answer: answer.at)
    middle = len(own) // 2
    if middle < ENOUGH:
        return 0.0
    return fmean(a.right for a in own[middle:]) - fmean(a.right for a in own[:middle])


def _most(values: Mapping[int, float]) -> list[int]:
    return sorted(values, key=lambda key: -values[key])[:NAMED]
