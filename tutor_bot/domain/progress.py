"""What a learner knows, by topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tutor_bot.domain.facts import Catalogue, FactKey
from tutor_bot.domain.memory import Memory, is_known


@dataclass(frozen=True, slots=True)
class TopicProgress:
    """Facts of one topic: known, fading (known once), `met` and still to learn; the rest is not met."""

    title: str
    known: int
    fading: int
    met: int
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole picture; `right` of `answered` questions, `due` facts now or earlier, `streak` in days."""

    topics: tuple[TopicProgress, ...]
    answered: int
    right: int
    due: int
    streak: int
    questions_asked: int


def by_topic(catalogue: Catalogue, memories: Mapping[FactKey, Memory], now: datetime) -> tuple[TopicProgress, ...]:
    """One row per topic, in the order of the course; facts that have left the pack are not counted."""
    rows = []
    for topic in catalogue.topics:
        known = fading = met = 0
        for key in topic.facts:
            memory = memories.get(key)
            if memory is None:
                continue
            if is_known(memory, now):
                known += 1
            elif memory.right:
                fading += 1
            else:
                # Only read, or answered wrongly the last time: what was not known cannot fade.
                met += 1
        rows.append(TopicProgress(topic.title, known, fading, met, len(topic.facts)))
    return tuple(rows)
