"""/exam: the date, the plan, and honestly what will not fit."""

from collections.abc import Sequence
from datetime import date
from html import escape

from tutor_bot.domain.exam import ExamPlan
from tutor_bot.domain.quiz import DAILY_SIZES
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import Voice

SPANS = (14, 30, 60, 90)


def _e(text: str) -> str:
    return escape(text, quote=False)


def days_to(plan: ExamPlan, v: Voice) -> str:
    if plan.ahead <= 0:
        return v.gettext("Your exam is today. Good luck!")
    if plan.ahead == 1:
        return v.gettext("Your exam is tomorrow.")
    return v.ngettext("{n} day to your exam.", "{n} days to your exam.", plan.ahead).format(n=plan.ahead)


def exam_line(plan: ExamPlan, v: Voice) -> str:
    """The exam in a line, as HTML."""
    words = days_to(plan, v)
    if plan.left_out and plan.days:
        words += " " + v.ngettext(
            "At {size} questions a day {n} fact will not fit: /exam",
            "At {size} questions a day {n} facts will not fit: /exam",
            plan.left_out,
        ).format(size=plan.size, n=plan.left_out)
    return "🎓 " + _e(words)


def plan_view(plan: ExamPlan, v: Voice, *, daily: bool) -> View:
    """What fits into the days that are left, what does not, and what would help."""
    lines = ["🎓 <b>" + _e(v.gettext("Exam on {day}").format(day=v.day(plan.day))) + "</b>"]
    rows: list[tuple[Button, ...]] = []
    if not plan.days:
        lines.append(_e(v.gettext("There is no daily quiz left before it. /quiz asks you what you are least sure of.")))
        return View("\n".join(lines), ((Button(v.gettext("No exam"), press(Verb.EXAM, 0)),),))
    lines.append(
        _e(
            v.ngettext("{n} daily quiz is left until then", "{n} daily quizzes are left until then", plan.days).format(
                n=plan.days
            )
            + ", "
            + v.ngettext("with {n} question.", "with {n} questions.", plan.size).format(n=plan.size)
        )
    )
    if not plan.new:
        lines.append(_e(v.gettext("You have met every fact already: all questions go to making them last.")))
    elif not plan.left_out:
        fits = v.ngettext(
            "The {n} fact that is new to you fits in, {a_day} a day at first.",
            "The {n} facts that are new to you fit in, {a_day} a day at first.",
            plan.new,
        )
        lines.append(_e(fits.format(n=plan.new, a_day=plan.new_a_day)))
    else:
        fits = v.ngettext(
            "Of {new} facts that are new to you {n} fits in, the main ones first.",
            "Of {new} facts that are new to you {n} fit in, the main ones first.",
            plan.fit,
        )
        over = v.ngettext("{n} will not fit.", "{n} will not fit.", plan.left_out)
        lines.append(_e(f"{fits.format(new=plan.new, n=plan.fit)} {over.format(n=plan.left_out)}"))
    if plan.again:
        again = v.ngettext(
            "{n} question is left to bring facts back.", "{n} questions are left to bring facts back.", plan.again
        )
        lines.append(_e(again.format(n=plan.again)))
    if plan.left_out:
        rows += _more_a_day(plan, lines, v)
    lines.append(_e(v.gettext("The nearer the day, the surer I want you to be before I leave a fact alone.")))
    if not daily:
        lines.append(_e(v.gettext("The daily quiz is off, though: /daily switches it on.")))
    rows.append((Button(v.gettext("No exam"), press(Verb.EXAM, 0)),))
    return View("\n\n".join(lines), tuple(rows))


def _more_a_day(plan: ExamPlan, lines: list[str], v: Voice) -> list[tuple[Button, ...]]:
    """The number of questions a day that would be enough, as a button, or the highest one."""
    enough = next((size for size in DAILY_SIZES if size >= plan.size_needed), None)
    if enough:
        lines.append(_e(v.gettext("With more questions a day all would fit.")))
    else:
        words = v.gettext("Not even {n} questions a day would be enough for all; /quiz adds more at any time.")
        lines.append(_e(words.format(n=DAILY_SIZES[-1])))
    size = enough or DAILY_SIZES[-1]
    if size <= plan.size:
        return []
    label = v.ngettext("{n} question a day", "{n} questions a day", size).format(n=size)
    return [(Button(label, press(Verb.SET_SIZE, size)),)]


def ask_exam_view(today: date, v: Voice) -> View:
    text = v.gettext("When is your exam? Write the date, say /exam {day}, or choose:").format(
        day=date(today.year + 1, 1, 20).isoformat()
    )
    buttons = [
        Button(v.ngettext("in {n} day", "in {n} days", span).format(n=span), press(Verb.EXAM, today.toordinal() + span))
        for span in SPANS
    ]
    return View(_e(text), (tuple(buttons[:2]), tuple(buttons[2:])))


def no_exam_view(v: Voice) -> View:
    return View(_e(v.gettext("No exam is set. What you know comes back when it is about to fade, as always.")))


def bad_date_view(text: str, near: Sequence[date], verb: Verb, today: date, v: Voice) -> View:
    """A date that cannot be, and the nearest that can. For a pause the button carries days from today."""
    words = v.gettext("“{text}” is not a day I can use.").format(text=text[:40])
    if near:
        words += " " + v.gettext("Did you mean one of these?")
    else:
        words += " " + v.gettext("Write year, month and day, say 2027-01-20.")
    return View(_e(words), tuple((_day_button(day, verb, today, v),) for day in near))


def either_day_view(text: str, days: Sequence[date], verb: Verb, today: date, v: Voice) -> View:
    """A date that may be read with the day first or the month first."""
    words = v.gettext("“{text}” can be read in two ways. Which day is it?").format(text=text[:40])
    return View(_e(words), tuple((_day_button(day, verb, today, v),) for day in days))


def _day_button(day: date, verb: Verb, today: date, v: Voice) -> Button:
    return Button(v.day(day), press(verb, (day - today).days if verb is Verb.PAUSE else day.toordinal()))


def past_date_view(day: date, nearest: date, verb: Verb, today: date, v: Voice) -> View:
    words = v.gettext("{day} is past. Did you mean this?").format(day=v.day(day))
    return View(_e(words), ((_day_button(nearest, verb, today, v),),))


def too_far_view(v: Voice) -> View:
    return View(_e(v.gettext("That is more than two years off. Come back to it nearer the time.")))
