"""What must reach people without being asked for: the rows of the outbox, as plain values."""

from dataclasses import dataclass
from enum import StrEnum

from tutor_bot.domain.quiz import Snapshot, Summary


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
class FeedbackOut:
    """What was right, after a wrong answer or a typed one."""

    question: int
    quiz: int
    position: int
    snapshot: Snapshot
    right: bool = False


@dataclass(frozen=True, slots=True)
class SummaryOut:
    summary: Summary


@dataclass(frozen=True, slots=True)
class CloseOut:
    """A poll that takes no more votes."""

    message_id: int


Content = QuestionOut | FeedbackOut | SummaryOut | CloseOut


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed row: whom it goes to, in which language, and what; `tries` counts this one."""

    row: int
    chat: int
    language: str
    urgency: Urgency
    tries: int
    content: Content | None
    """None when there is nothing left to say: the quiz was ended meanwhile."""
