"""What a teacher sees of a class. Who may see it is the caller's to check, each time anew."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tutor_bot.domain.classes import Classroom
from tutor_bot.domain.clock import Clock
from tutor_bot.domain.item_analysis import AnalysedItem, Attempt, analyse, cronbach_alpha
from tutor_bot.domain.live import RIGHT, Mode
from tutor_bot.domain.report import ClassReport, FactRow, Line, PersonRow, hardest_first
from tutor_bot.domain.schedule import local_day
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.classes import Vote
from tutor_bot.usecases.knowledge import Knowledge

DEFAULT_DAYS, MOST_DAYS = 30, 366
QUIET = 2
"""Whoever took part before and left out the last so many quizzes has gone quiet."""


@dataclass(frozen=True)
class Reporting:
    storage: Storage
    knowledge: Knowledge
    clock: Clock

    async def of(self, group: int, days: int = DEFAULT_DAYS) -> tuple[ClassReport, list[Line]] | None:
        """A class's last days: the report and a line for each answer; None for a group nobody has seen."""
        async with self.storage.read() as work:
            chat = await work.people.known_group(group)
            if chat is None:
                return None
            classroom = await work.classes.one(chat)
            votes = await self._votes(work, classroom, days)
            report = await self._report(work, classroom, votes, days)
            return report, self._lines(classroom, votes)

    async def digest(self, work: Work, chat: int) -> tuple[Classroom, ClassReport]:
        """The last week of a class."""
        classroom = await work.classes.one(chat)
        return classroom, await self._report(work, classroom, await self._votes(work, classroom, 7), 7)

    async def _votes(self, work: Work, classroom: Classroom, days: int) -> list[Vote]:
        return await work.classes.votes(classroom.id, self.clock.now() - timedelta(days=days))

    async def _report(self, work: Work, classroom: Classroom, votes: Sequence[Vote], days: int) -> ClassReport:
        now = self.clock.now()
        quizzes = await work.classes.quizzes_since(classroom.id, now - timedelta(days=days))
        first = local_day(quizzes[0][1] if quizzes else now, classroom.clock)
        items, attempts = _items(votes)
        return ClassReport(
            title=classroom.title,
            first=first,
            last=local_day(now, classroom.clock),
            quizzes=len(quizzes),
            people=_people(classroom, votes, [quiz for quiz, _ in quizzes]),
            facts=self._facts(votes),
            items=analyse(items, attempts),
            alpha=cronbach_alpha(attempts),
        )

    def _facts(self, votes: Iterable[Vote]) -> tuple[FactRow, ...]:
        answered, right, titles = Counter[str](), Counter[str](), {}
        for vote in votes:
            answered[vote.fact] += 1
            right[vote.fact] += vote.right
            # A fact that is no longer in the packs keeps the words it was asked under.
            titles[vote.fact] = vote.snapshot.title
        return hardest_first(FactRow(0, key, titles[key], answered[key], right[key]) for key in answered)

    def _lines(self, classroom: Classroom, votes: Iterable[Vote]) -> list[Line]:
        return [
            Line(
                class_title=classroom.title,
                at=vote.began.astimezone(classroom.clock),
                learner=vote.name,
                question=vote.snapshot.stem,
                fact=vote.snapshot.title,
                chosen=_words(vote),
                right=vote.right,
                seconds=_seconds(vote),
                points=RIGHT * vote.right,
                bonus=vote.bonus,
            )
            for vote in votes
        ]


def _people(classroom: Classroom, votes: Sequence[Vote], quizzes: Sequence[int]) -> tuple[PersonRow, ...]:
    by_learner: dict[int, list[Vote]] = {}
    for vote in votes:
        by_learner.setdefault(vote.learner, []).append(vote)
    recent = set(quizzes[-QUIET:])
    rows = []
    for own in by_learner.values():
        played = {vote.live for vote in own}
        last = max(vote.at for vote in own)
        # Somebody whose first quiz is among the last ones is new, not quiet; so is a class with few quizzes.
        quiet = len(quizzes) > QUIET and not played & recent
        rows.append(
            PersonRow(
                0,
                own[-1].name,
                len(own),
                sum(v.right for v in own),
                len(played),
                last.astimezone(classroom.clock).date(),
                quiet,
            )
        )
    rows.sort(key=lambda row: row.name.casefold())
    return tuple(
        PersonRow(place, r.name, r.answered, r.right, r.quizzes, r.last, r.quiet)
        for place, r in enumerate(rows, start=1)
    )


def _items(votes: Iterable[Vote]) -> tuple[list[AnalysedItem], list[Attempt]]:
    """Items with their options in one order, for each question showed them in another."""
    votes = list(votes)
    options: dict[str, dict[str, None]] = {}
    keys: dict[str, set[str]] = {}
    stems: dict[str, tuple[str, str]] = {}
    for vote in votes:
        item = _item(vote)
        options.setdefault(item, {}).update(dict.fromkeys(sorted(vote.snapshot.options)))
        keys.setdefault(item, set()).update(vote.snapshot.options[place] for place in vote.snapshot.right)
        stems[item] = (vote.fact, vote.snapshot.stem)
    order = {item: {option: place for place, option in enumerate(own)} for item, own in options.items()}
    analysed = [
        AnalysedItem(item, *stems[item], tuple(order[item]), tuple(sorted(order[item][key] for key in keys[item])))
        for item in order
    ]
    attempts = [
        Attempt(
            vote.learner,
            _item(vote),
            vote.question,
            tuple(sorted(order[_item(vote)][option] for option in _words(vote))),
            vote.right,
            vote.at,
        )
        for vote in votes
    ]
    return analysed, attempts


def _item(vote: Vote) -> str:
    """An item whose key or options were changed meanwhile is another one."""
    right = sorted(vote.snapshot.options[place] for place in vote.snapshot.right)
    return "\n".join([vote.item, *sorted(vote.snapshot.options), "", *right])


def _words(vote: Vote) -> tuple[str, ...]:
    return tuple(vote.snapshot.options[place] for place in vote.chosen if place < len(vote.snapshot.options))


def _seconds(vote: Vote) -> float | None:
    """How long a learner took; a vote carries no time but its arrival's, and homework has no clock."""
    if vote.sent is None or Mode(vote.mode).by_date:
        return None
    return max(0.0, (vote.at - vote.sent).total_seconds())
