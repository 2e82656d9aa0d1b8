"""What may become of a question: a fact, a doubt, not knowing, or small talk."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tutor_bot.domain.facts import Catalogue, FactKey


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact that may be meant; `score` is a calibrated probability, 0 to 1."""

    fact: FactKey
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """The fact that is meant. `candidates` are the five best, best first, as in every outcome.

    `foreign`: the question is in another language than the answer. `more`: the fact was told just before, and
    more of it is wished for.
    """

    fact: FactKey
    score: float
    candidates: tuple[Candidate, ...]
    foreign: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """One of a few facts is meant; `offered` (two or three) are worth asking back about."""

    offered: tuple[FactKey, ...]
    score: float
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing in the fact base answers this; `topics` are the nearest topics' keys (may be empty)."""

    score: float
    candidates: tuple[Candidate, ...]
    topics: tuple[str, ...] = ()


class TalkKind(StrEnum):
    """Small talk, and wishes that are routed to a command."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABUSE = "abuse"
    DISTRESS = "distress"
    ABILITIES = "abilities"
    WANTS_QUIZ = "wants_quiz"
    WANTS_PROGRESS = "wants_progress"
    WANTS_STOP = "wants_stop"
    CHAT = "chat"
    """Idle talk: a joke is wished for, somebody is bored, a bare yes or no."""
    EMPTY = "empty"
    """Nothing to read: no letters and no digits (emoji, punctuation)."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Not a question about the subject, but understood."""

    kind: TalkKind
    score: float = 1.0
    candidates: tuple[Candidate, ...] = ()


Outcome = Found | Unsure | Unknown | Talk


@dataclass(frozen=True, slots=True)
class Context:
    """The conversation so far: facts lately answered to this learner, newest first."""

    facts: Sequence[FactKey] = ()


class Matcher(Protocol):
    """Finds the fact that a question means, in the catalogue it was built for."""

    catalogue: Catalogue

    def find(self, text: str, context: Context = Context()) -> Outcome: ...

    def questions(self, text: str) -> Sequence[str]:
        """The questions of a message: more than one only where each has an answer of its own."""
        ...

    def suggest(self, text: str, limit: int) -> Sequence[FactKey]:
        """Facts that a text still being typed may mean, best first."""
        ...
