"""What must reach people without being asked for: the rows of the outbox, as plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tutor_bot.domain.facts import Fact
from tutor_bot.domain.live import LOBBY, Mode, Row, TeamRow
from tutor_bot.domain.progress import Week
from tutor_bot.domain.quiz import Snapshot, Summary
from tutor_bot.domain.report import ClassReport


class Urgency(StrEnum):
    """Which sends overtake which: quiz questions overtake broadcasts, replies (no row) overtake both."""

    QUIZ = "quiz"
    BROADCAST = "broadcast"


@dataclass(frozen=True, slots=True)
class QuestionOut:
    """A quiz question; `position` of `size` counts from 1."""

    question: int
    snapshot: Snapshot
    position: int
    size: int
    daily: bool


@dataclass(frozen=True, slots=True)
class Stubborn:
    """A fact that is missed again and again: told in other words, and with what it hangs together."""

    fact: Fact
    why: str
    """Another item's explanation."""
    see_also: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class FeedbackOut:
    """What was right, after a wrong answer or a typed one."""

    question: int
    quiz: int
    position: int
    snapshot: Snapshot
    right: bool = False
    stubborn: Stubborn | None = None


@dataclass(frozen=True, slots=True)
class SummaryOut:
    summary: Summary


@dataclass(frozen=True, slots=True)
class ReminderOut:
    """Today's quiz is not done: so many of its questions are left."""

    quiz: int
    left: int
    size: int


@dataclass(frozen=True, slots=True)
class WeeklyOut:
    week: Week


@dataclass(frozen=True, slots=True)
class CloseOut:
    """A poll that takes no more votes."""

    message_id: int


@dataclass(frozen=True, slots=True)
class LobbyOut:
    """A class gathers for a live quiz. `left` is the time to its beginning, None when an admin begins it.

    `teams` holds how many have joined each team, and is empty without teams. With `message_id` that message is changed.
    """

    live: int
    size: int
    seconds: int
    thread: int | None
    mode: Mode = Mode.CLOCK
    left: timedelta | None = LOBBY
    players: int = 0
    teams: tuple[int, ...] = ()
    speed: bool = True
    talk: bool = False
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class StartedOut:
    """The lobby is over: its message loses its buttons."""

    message_id: int
    players: int


@dataclass(frozen=True, slots=True)
class HomeworkOut:
    """Questions that stay open until `closes`, told in the class's zone."""

    size: int
    closes: datetime
    zone: ZoneInfo
    thread: int | None


@dataclass(frozen=True, slots=True)
class LiveQuestionOut:
    """A question for the class, open for `seconds`, or until an admin goes on (None)."""

    question: int
    snapshot: Snapshot
    position: int
    size: int
    seconds: int | None
    thread: int | None
    mode: Mode = Mode.CLOCK


@dataclass(frozen=True, slots=True)
class LiveStandingOut:
    """What was right, how many knew it, and the table so far. With `message_id` that message is corrected."""

    question: int
    position: int
    size: int
    snapshot: Snapshot
    rows: tuple[Row, ...]
    right: int
    answered: int
    thread: int | None
    teams: tuple[TeamRow, ...] = ()
    mode: Mode = Mode.CLOCK
    talk: bool = False
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Podium:
    """The end of a live quiz; `missed` holds question, answer, how many were right, of how many."""

    rows: tuple[Row, ...]
    asked: int
    refused: int
    missed: tuple[tuple[str, str, int, int], ...]
    skipped: int = 0
    teams: tuple[TeamRow, ...] = ()
    mode: Mode = Mode.CLOCK


@dataclass(frozen=True, slots=True)
class LivePodiumOut:
    podium: Podium
    thread: int | None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class DigestOut:
    """A week of a class, for an admin; `group` is Telegram's id, by which they are checked to be one still."""

    classroom: int
    group: int
    report: ClassReport


@dataclass(frozen=True, slots=True)
class NewsOut:
    """A question that could not be answered when it was asked, and the fact that answers it now."""

    asked: str
    fact: Fact


LiveContent = LobbyOut | StartedOut | HomeworkOut | LiveQuestionOut | LiveStandingOut | LivePodiumOut
Content = (
    QuestionOut | FeedbackOut | SummaryOut | ReminderOut | WeeklyOut | CloseOut | NewsOut | DigestOut | LiveContent
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed row: whom it goes to, in which language, and what; `tries` counts this one."""

    row: int
    chat: int
    """Telegram's id."""
    language: str
    urgency: Urgency
    tries: int
    content: Content | None
    """None when there is nothing left to say: the quiz was ended meanwhile."""
    group: int | None = None
    """Our id of the group that it goes to."""
