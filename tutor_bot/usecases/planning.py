"""What a learner's next quiz is for: the course they chose, an exam they work towards."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from tutor_bot.domain.choosing import Wish, wanted_retention
from tutor_bot.domain.exam import ExamPlan, plan
from tutor_bot.domain.facts import Catalogue, FactKey
from tutor_bot.domain.memory import Memory
from tutor_bot.domain.people import Learner


def new_facts(catalogue: Catalogue, learner: Learner, memories: Iterable[FactKey]) -> list[FactKey]:
    """What is still to be met, in order: of the chosen topics (all, if none is), before an exam the core first."""
    met = set(memories)
    if not learner.topics and not learner.exam:
        return [key for key in catalogue.course if key not in met]
    chosen = {key for topic in catalogue.topics if topic.key in learner.topics for key in topic.facts}
    facts = [fact for fact in catalogue.quizzable(chosen or None) if fact.key not in met]
    if learner.exam:
        facts.sort(key=lambda fact: not fact.core)
    return [fact.key for fact in facts]


def exam_plan(
    catalogue: Catalogue, learner: Learner, memories: Mapping[FactKey, Memory], today: date, *, done_today: bool = False
) -> ExamPlan | None:
    """The plan for this learner's exam, from today or, after today's quiz, from tomorrow; None without one ahead."""
    if learner.exam is None or learner.exam < today:
        return None
    first = max(today + timedelta(days=done_today), learner.paused_until or today)
    new = len(new_facts(catalogue, learner, memories))
    return plan(learner.exam, today, first=first, size=learner.size, new=new, met=len(memories))


def daily_wish(learner: Learner, today: date, exam: ExamPlan | None) -> Wish:
    """What today's quiz is to do: before an exam, to know most on its day."""
    if exam is None or learner.exam is None:
        return Wish(learner.size)
    left = (learner.exam - today).days
    return Wish(
        learner.size,
        horizon=float(max(1, left)),
        wanted=wanted_retention(left),
        new_at_least=exam.new_a_day,
        new_at_most=exam.new_a_day,
    )
