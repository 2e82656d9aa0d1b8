"""The teacher's view in words: caption and tables, the words of the picture, weekly news."""

from html import escape

from tutor_bot.domain.estimates import Estimate
from tutor_bot.domain.item_analysis import Alpha, Doubt, ItemFigures
from tutor_bot.domain.outgoing import DigestOut
from tutor_bot.domain.report import ClassReport, ReportWords, TableWords
from tutor_bot.wording.answers import shortened
from tutor_bot.wording.live import shown_name
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import Voice

PEOPLE, FACTS, DOUBTFUL = 60, 8, 8
LETTERS = 4000
"""Telegram takes 4,096 in a message."""


def _e(text: str) -> str:
    return escape(text, quote=False)


def _head(text: str) -> str:
    return f"<b>{_e(text)}</b>"


def _days(report: ClassReport, v: Voice) -> str:
    quizzes = v.ngettext("{n} quiz", "{n} quizzes", report.quizzes).format(n=report.quizzes)
    days = v.short_day(report.last)
    if report.first != report.last:
        days = f"{v.short_day(report.first)} – {days}"
    return f"{days} · {quizzes}"


def _alpha(alpha: Alpha, v: Voice) -> str:
    of = v.ngettext("{n} learner", "{n} learners", alpha.learners).format(n=alpha.learners)
    questions = v.ngettext("{n} question", "{n} questions", alpha.items).format(n=alpha.items)
    return v.gettext("Cronbach's alpha {alpha} ({learners}, {questions})").format(
        alpha=_interval(alpha.estimate), learners=of, questions=questions
    )


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} [{estimate.low:.2f}–{estimate.high:.2f}]"


def caption(report: ClassReport, v: Voice) -> str:
    """Under the picture: HTML of at most 1,024 letters."""
    head = v.gettext("Report: {title}").format(title=shortened(report.title, 60))
    lines = [f"<b>{_e(head)}</b>", _e(_days(report, v))]
    if report.alpha:
        lines.append(_e(_alpha(report.alpha, v)))
    lines.append(_e(v.gettext("Numbers and letters stand for the lines of the message below.")))
    return "\n".join(lines)


def report_view(report: ClassReport, group: int, days: int, v: Voice) -> View:
    """Who took part, who has gone quiet, what is not known yet, which questions deserve a second look."""
    if not report.people:
        text = v.gettext("Nobody has answered anything in class in these days. The first quiz begins with /quiz.")
        return View(_e(text))
    lines = [_head(v.gettext("Who took part"))]
    for row in report.people[:PEOPLE]:
        right = v.gettext("{right} of {n} right").format(right=row.right, n=row.answered)
        quiet = " · " + _e(v.gettext("gone quiet")) if row.quiet else ""
        lines.append(f"{row.number}. {shown_name(row.name)} · {_e(right)}{quiet}")
    lines += _more(len(report.people) - PEOPLE, v)
    missed = [fact for fact in report.facts if fact.right < fact.answered]
    if missed:
        lines += ["", _head(v.gettext("Not known yet, the hardest first"))]
        for fact in missed[:FACTS]:
            knew = v.gettext("{right} of {n} right").format(right=fact.right, n=fact.answered)
            lines.append(f"{fact.number}. {_e(shortened(fact.question, 90))} · {_e(knew)}")
        lines += _more(len(missed) - FACTS, v)
    if report.doubtful:
        lines += ["", _head(v.gettext("Questions worth a second look"))]
        for letter, figures in report.doubtful[:DOUBTFUL]:
            lines += [f"<b>{letter}</b>. {_e(shortened(figures.item.stem, 120))}", *_doubts(figures, v)]
        lines += _more(len(report.doubtful) - DOUBTFUL, v)
    html = _within(lines)
    return View(
        html,
        (
            (Button("📎 " + v.gettext("All answers as CSV and xlsx"), press(Verb.REPORT_FILES, abs(group), days)),),
            (Button(v.gettext("Send me such news every week"), press(Verb.DIGEST, abs(group), 1)),),
        ),
    )


def _within(lines: list[str]) -> str:
    """As many whole lines as a message holds: a tag that is cut in two would be refused."""
    shown, length = [], 0
    for line in lines:
        length += len(line) + 1
        if length > LETTERS:
            shown.append("…")
            break
        shown.append(line)
    return "\n".join(shown)


def _more(n: int, v: Voice) -> list[str]:
    if n <= 0:
        return []
    return ["<i>" + _e(v.ngettext("{n} more in the tables", "{n} more in the tables", n).format(n=n)) + "</i>"]


def _doubts(figures: ItemFigures, v: Voice) -> list[str]:
    lines = []
    for doubt in figures.doubts:
        rival = ""
        if doubt in (Doubt.KEY_MAY_BE_WRONG, Doubt.TWO_GOOD_ANSWERS) and figures.rival is not None:
            rival = f" ({_e(shortened(figures.item.options[figures.rival], 60))})"
        lines.append(f"   {_e(doubt_sentence(doubt, v))}{rival}")
    facts = v.ngettext("{n} answer", "{n} answers", figures.n).format(n=figures.n)
    share = f"{100 * figures.facility.value:.0f} % [{100 * figures.facility.low:.0f}–{100 * figures.facility.high:.0f}]"
    told = v.gettext("{answers}, right {share}").format(answers=facts, share=share)
    if figures.discrimination:
        told += ", " + v.gettext("discrimination {r}").format(r=_interval(figures.discrimination))
    return [*lines, f"   <i>{_e(told)}</i>"]


def doubt_sentence(doubt: Doubt, v: Voice) -> str:
    """A doubt as a plain sentence."""
    match doubt:
        case Doubt.KEY_MAY_BE_WRONG:
            return v.gettext("The key may be wrong: strong learners chose another answer.")
        case Doubt.TWO_GOOD_ANSWERS:
            return v.gettext("There may be two good answers: strong learners are divided.")
        case Doubt.NO_DISCRIMINATION:
            return v.gettext("It does not tell who knows the subject from who does not.")
        case Doubt.TOO_HARD:
            return v.gettext("It is too hard for this class, or its words mislead.")
        case Doubt.TOO_EASY:
            return v.gettext("It is too easy: nearly everybody has it right.")
        case Doubt.UNUSED_OPTION:
            return v.gettext("It has an option that nobody takes.")


def picture_words(report: ClassReport, v: Voice) -> ReportWords:
    subtitle = _days(report, v)
    if report.alpha:
        subtitle += f" · α {report.alpha.estimate.value:.2f}"
    return ReportWords(
        title=v.gettext("Your class"),
        subtitle=subtitle,
        people=v.gettext("Learners"),
        right=v.gettext("right"),
        dot=v.gettext("larger dot: more answers"),
        quiet=v.gettext("gone quiet"),
        facts=v.gettext("Facts, the hardest first"),
        interval=v.gettext("the truth lies within the line, 19 times in 20"),
        items=v.gettext("Questions"),
        facility=v.gettext("right on the first attempt"),
        discrimination=v.gettext("tells strong from weak"),
        sound=v.gettext("no doubt"),
        doubtful=v.gettext("worth a second look"),
        unknown=v.gettext("cannot be told yet"),
        nothing=v.gettext("Nothing yet."),
        more=v.gettext("… and {n} more, in the tables"),
        doubts={
            Doubt.KEY_MAY_BE_WRONG: v.gettext("the key may be wrong"),
            Doubt.TWO_GOOD_ANSWERS: v.gettext("two good answers"),
            Doubt.NO_DISCRIMINATION: v.gettext("does not tell who knows"),
            Doubt.TOO_HARD: v.gettext("too hard"),
            Doubt.TOO_EASY: v.gettext("too easy"),
            Doubt.UNUSED_OPTION: v.gettext("an option nobody takes"),
        },
    )


def table_words(v: Voice) -> TableWords:
    return TableWords(
        sheet=v.gettext("Answers"),
        headings=(
            v.gettext("Class"),
            v.gettext("Quiz"),
            v.gettext("Learner"),
            v.gettext("Question"),
            v.gettext("Fact"),
            v.gettext("Chosen"),
            v.gettext("Right"),
            v.gettext("Seconds"),
            v.gettext("Points"),
            v.gettext("For speed"),
        ),
        yes=v.gettext("yes"),
        no=v.gettext("no"),
    )


def file_name(report: ClassReport, ending: str) -> str:
    """Plain letters: the title of a group may hold anything."""
    return f"report-{report.first:%Y-%m-%d}-{report.last:%Y-%m-%d}.{ending}"


def digest_view(out: DigestOut, v: Voice) -> View:
    """A week of a class, for an admin who wished for it."""
    report = out.report
    head = v.gettext("The week of {title}").format(title=shortened(report.title, 60))
    lines = [f"🗓 <b>{_e(head)}</b>"]
    if report.people:
        answered, right = sum(p.answered for p in report.people), sum(p.right for p in report.people)
        learners = v.ngettext("{n} learner", "{n} learners", len(report.people)).format(n=len(report.people))
        told = v.gettext("{right} of {n} right").format(right=right, n=answered)
        lines.append(_e(f"{_days(report, v)} · {learners} · {told}"))
        hard = [fact for fact in report.facts if fact.right < fact.answered][:3]
        if hard:
            lines += ["", _e(v.gettext("Worth another look:"))]
            lines += [f"• {_e(shortened(f.question, 100))} ({f.right}/{f.answered})" for f in hard]
        if report.doubtful:
            n = len(report.doubtful)
            text = v.ngettext("{n} question deserves a second look.", "{n} questions deserve a second look.", n)
            lines += ["", _e(text.format(n=n))]
    else:
        lines.append(_e(v.gettext("No quiz was played this week.")))
    return View(
        "\n".join(lines),
        (
            (Button(v.gettext("The whole report"), press(Verb.REPORT, abs(out.group), 30)),),
            (Button(v.gettext("No weekly news"), press(Verb.DIGEST, abs(out.group), 0)),),
        ),
    )


def digest_set_view(title: str, v: Voice) -> View:
    return View(_e(v.gettext("Every Sunday I tell you how the week of {title} went.")).format(title=shown_name(title)))


def no_digest_view(v: Voice) -> View:
    """Said to whoever presses, so it names no class."""
    return View(_e(v.gettext("No more weekly news of that class.")))


def sent_view(v: Voice) -> View:
    return View(_e(v.gettext("The report is in our private chat.")))


def open_in_private_view(link: str, v: Voice) -> View:
    text = v.gettext("The report goes to admins of this group, in private.")
    return View(_e(text), ((Button(v.gettext("Open the report in private"), url=link),),))


def not_an_admin_view(v: Voice) -> View:
    return View(_e(v.gettext("Only admins of that group see its report.")))


def not_now_view(v: Voice) -> View:
    return View(_e(v.gettext("Telegram does not tell me just now whether you are an admin there. Try again soon.")))


def choose_group_view(v: Voice) -> View:
    return View(_e(v.gettext("Send /report in your class's group, and I answer here.")))
