"""/progress in words: the caption that says what the picture shows, the weakest facts, the calendar."""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from tutor_bot.domain.facts import Catalogue, Fact
from tutor_bot.domain.progress import PictureWords, Progress
from tutor_bot.wording.answers import shortened
from tutor_bot.wording.exams import exam_line
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.reference import fact_mark
from tutor_bot.wording.streaks import rest_days_line, streak_line
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import Voice

CAPTION_LIMIT = 1024
"""Characters that Telegram takes under a picture."""


def _e(text: str) -> str:
    return escape(text, quote=False)


def nothing_yet_view(v: Voice) -> View:
    return View(_e(v.gettext("Nothing yet: ask me something, or send /quiz. Then I show you here what you know.")))


def picture_words(progress: Progress, v: Voice) -> PictureWords:
    today = progress.today
    return PictureWords(
        title=v.gettext("What you know"),
        known=v.gettext("known"),
        fading=v.gettext("fading"),
        met=v.gettext("to learn"),
        new=v.gettext("new"),
        activity=v.gettext("Questions answered in the last 12 weeks"),
        ahead=v.gettext("Coming back in the next 7 days"),
        weekdays=v.weekdays(),
        next_days=(v.gettext("today"), *(v.weekday(today + timedelta(days=n)) for n in range(1, 7))),
    )


def progress_views(progress: Progress, v: Voice) -> tuple[View, View | None]:
    """The same in words: a caption, and what of it no caption can hold."""
    lines = [
        "<b>"
        + _e(v.gettext("You know {known} of {total} facts.").format(known=progress.known, total=progress.total))
        + "</b>"
    ]
    if progress.fading:
        fading = v.ngettext("{n} more is fading.", "{n} more are fading.", progress.fading)
        lines[0] += " " + _e(fading.format(n=progress.fading))
    lines.append(
        _e(
            v.ngettext(
                "Quiz: {right} of {n} answer right.", "Quiz: {right} of {n} answers right.", progress.answered
            ).format(right=progress.right, n=progress.answered)
        )
    )
    lines += [line for line in (streak_line(progress.streak, v), rest_days_line(progress.streak, v)) if line]
    if sum(progress.ahead):
        week = v.ngettext(
            "{n} fact comes back within 7 days, {today} of them today.",
            "{n} facts come back within 7 days, {today} of them today.",
            sum(progress.ahead),
        )
        lines.append(_e(week.format(n=sum(progress.ahead), today=progress.ahead[0])))
    if progress.exam:
        lines.append(exam_line(progress.exam, v))
    rows = _topic_lines(progress, v)
    buttons = (
        (
            Button(v.gettext("Weakest facts"), press(Verb.WEAKEST)),
            Button(v.gettext("Calendar"), press(Verb.CALENDAR, 0)),
        ),
        (Button(v.gettext("Practise a topic"), press(Verb.PRACTISE)),),
    )
    whole = "\n".join([*lines, "", *rows])
    if len(whole) <= CAPTION_LIMIT:
        return View(whole, buttons), None
    return View("\n".join(lines), buttons), View("\n".join(rows)[:4000])


def _topic_lines(progress: Progress, v: Voice) -> list[str]:
    """A line for each topic that is begun, numbered as in the picture; the others are counted."""
    lines = []
    for number, row in enumerate(progress.topics, start=1):
        counts = (
            (row.known, v.gettext("{n} known")),
            (row.fading, v.gettext("{n} fading")),
            (row.met, v.gettext("{n} to learn")),
        )
        words = ", ".join(word.format(n=n) for n, word in counts if n)
        if words:
            of_total = v.gettext("of {total}").format(total=row.total)
            lines.append(_e(f"{number}. {row.title}: {words} {of_total}"))
    if untouched := len(progress.topics) - len(lines):
        words = v.ngettext("{n} topic not begun yet: /topics", "{n} topics not begun yet: /topics", untouched)
        lines.append(_e(words.format(n=untouched)))
    return lines


def weakest_view(facts: Sequence[tuple[Fact, float]], v: Voice) -> View:
    """The least sure facts, each to be read again, and a quiz on them."""
    if not facts:
        return View(_e(v.gettext("Nothing is weak: all that was asked is known.")))
    text = v.gettext("What you are least sure of now. Read it again, or have me ask you:")
    rows = [(Button(shortened(fact.question), press(Verb.FACT, word=fact_mark(fact))),) for fact, _ in facts]
    return View(_e(text), (*rows, (Button(v.gettext("Quiz me on these"), press(Verb.WEAK_QUIZ)),)))


def practise_view(catalogue: Catalogue, v: Voice) -> View:
    rows = tuple(
        (Button(shortened(topic.title), press(Verb.TOPIC, place)),) for place, topic in enumerate(catalogue.topics)
    )
    return View(_e(v.gettext("Which topic shall I ask you about?")), rows[:30])


def calendar_view(
    first: date,
    today: date,
    back: int,
    *,
    active: Sequence[date],
    rested: Sequence[date],
    ahead: Sequence[int],
    exam: date | None,
    streak_words: str,
    v: Voice,
) -> View:
    """A month as letters of equal width: what was done, what rested; below it what is to come."""
    marks = dict.fromkeys(rested, "·") | dict.fromkeys(active, "✓")
    if exam:
        marks[exam] = "!"
    head = " ".join(f"{name[:2]:>3}" for name in v.weekdays())
    weeks, day = [], first - timedelta(days=first.weekday())
    while day < first or day.month == first.month:
        cells = []
        for n in range(7):
            here = day + timedelta(days=n)
            cells.append(f"{here.day:>2}{marks.get(here, ' ')}" if here.month == first.month else "   ")
        weeks.append(" ".join(cells).rstrip())
        day += timedelta(weeks=1)
    grid = _e("\n".join([head, *weeks]))
    lines = [f"<b>{_e(v.month(first))}</b>"]
    legend = [v.gettext("✓ learned")]
    if any(first <= d and d.month == first.month for d in rested):
        legend.append(v.gettext("· rest day"))
    if exam and (exam.year, exam.month) == (first.year, first.month):
        legend.append(v.gettext("! exam"))
    # No break behind the grid: it is a block by itself.
    lines.append(f"<pre>{grid}</pre>" + _e(", ".join(legend)))
    if streak_words:
        lines.append(streak_words)
    if not back and any(ahead):
        days = [v.gettext("today"), *(v.weekday(today + timedelta(days=n)) for n in range(1, 7))]
        counts = ", ".join(f"{name} {n}" for name, n in zip(days, ahead, strict=True) if n)
        lines.append(_e(v.gettext("Coming back: {days}").format(days=counts)))
    turns = [Button("◀ " + v.gettext("Earlier"), press(Verb.CALENDAR, back + 1))]
    if back:
        turns.append(Button(v.gettext("Later") + " ▶", press(Verb.CALENDAR, back - 1)))
    return View("\n".join(lines), (tuple(turns),))
