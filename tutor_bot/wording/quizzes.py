"""Quiz questions, what was right, and the summary."""

from html import escape

from tutor_bot.domain.facts import ItemKind
from tutor_bot.domain.outgoing import FeedbackOut, QuestionOut
from tutor_bot.domain.quiz import QuizKind, Snapshot, Summary
from tutor_bot.wording.answers import shortened
from tutor_bot.wording.daily import offer_rows
from tutor_bot.wording.exams import exam_line
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.reference import fact_mark
from tutor_bot.wording.streaks import streak_line
from tutor_bot.wording.view import Button, PollView, View
from tutor_bot.wording.voice import Voice

QUESTION_LIMIT = 300
EXPLANATION_LIMIT = 200


def _e(text: str) -> str:
    return escape(text, quote=False)


def option_words(snapshot: Snapshot, v: Voice) -> tuple[str, ...]:
    """Options as they are read: those that are mere signs get words."""
    words = {
        "true": v.gettext("True"),
        "false": v.gettext("False"),
        "fact": v.gettext("Fact"),
        "disputed": v.gettext("Disputed"),
        "legend": v.gettext("Legend"),
    }
    if snapshot.kind in (ItemKind.TRUE_FALSE, ItemKind.FACT_OR_LEGEND):
        return tuple(words[option] for option in snapshot.options)
    return snapshot.options


def question_poll(out: QuestionOut, v: Voice) -> PollView:
    snapshot = out.snapshot
    # Kept within Telegram's limit whatever the pack: the stem is never cut.
    head = f"{out.position}/{out.size} · " if out.size > 1 else ""
    under = [Button(v.gettext("This seems wrong"), press(Verb.FLAG_ITEM, out.question))]
    if out.daily and out.position == 1:
        under.append(Button(v.gettext("Not today"), press(Verb.NOT_TODAY)))
    stem = snapshot.stem if len(head) + len(snapshot.stem) > QUESTION_LIMIT else head + snapshot.stem
    return PollView(
        question=stem,
        options=option_words(snapshot, v),
        right=snapshot.right,
        explanation=shortened(snapshot.why, EXPLANATION_LIMIT),
        several=len(snapshot.right) > 1,
        buttons=(tuple(under),),
    )


def typed_view(question: int, position: int, size: int, snapshot: Snapshot, v: Voice, *, hints: int = 0) -> View:
    """A question that wants words, with so many of its hints."""
    head = f"{position}/{size} · " if size > 1 else ""
    html = f"✍️ <b>{_e(head + snapshot.stem)}</b>\n\n" + _e(v.gettext("Write your answer in a word or two."))
    for shown in snapshot.hints[:hints]:
        html += f"\n\n💡 {_e(shown)}"
    ways = [Button(v.gettext("I don't know"), press(Verb.GIVE_UP, question))]
    if hints < len(snapshot.hints):
        ways.insert(0, Button(v.gettext("Hint"), press(Verb.HINT, question, hints + 1)))
    return View(html, (tuple(ways), (Button(v.gettext("Stop the quiz"), press(Verb.STOP_QUIZ)),)))


def right_words(snapshot: Snapshot, v: Voice) -> str:
    """What was right, in words: of an order the events, for its letters say nothing by themselves."""
    if snapshot.kind is ItemKind.ORDER:
        events = dict(line.split(". ", 1) for line in snapshot.stem.splitlines() if ". " in line[:3])
        letters = snapshot.options[snapshot.right[0]].split(", ")
        return " → ".join(events.get(letter, letter) for letter in letters)
    words = option_words(snapshot, v)
    return "; ".join(words[place] for place in snapshot.right) if words else snapshot.right_answer


def feedback_view(out: FeedbackOut, v: Voice) -> View:
    """After a wrong answer, or a typed one: what is right, why, and where it stands. Here the learning happens."""
    snapshot = out.snapshot
    right = right_words(snapshot, v)
    told = v.gettext("Right: {right}") if out.right else v.gettext("Not quite. Right is: {right}")
    lines = [("✅ " if out.right else "") + told.format(right=f"<b>{_e(right)}</b>")]
    if snapshot.why:
        lines.append(_e(snapshot.why))
    if snapshot.sources:
        lines.append("📚 " + _e(snapshot.sources[0]))
    more = Button(v.gettext("More on this"), press(Verb.MISSED, out.quiz, out.position))
    if out.stubborn is None:
        return View("\n\n".join(lines), ((more,),))
    # Told the same way once more it would be missed again.
    lines.append("🔁 <b>" + _e(v.gettext("This one is stubborn, so here it is in other words:")) + "</b>")
    told = out.stubborn.fact.more or out.stubborn.fact.answer
    lines += [_e(shortened(text, 1500)) for text in (out.stubborn.why, told)]
    if out.stubborn.see_also:
        lines.append(_e(v.gettext("It hangs together with:")))
    rows = [
        (Button(shortened(fact.question), press(Verb.FACT, word=fact_mark(fact))),) for fact in out.stubborn.see_also
    ]
    return View("\n\n".join(line for line in lines if line), (*rows, (more,)))


def summary_view(summary: Summary, v: Voice) -> View:
    lines = [
        v.ngettext("{right} of {n} question right.", "{right} of {n} questions right.", summary.asked).format(
            right=summary.right, n=summary.asked
        )
    ]
    if not summary.missed:
        lines[0] = "🎉 " + lines[0]
    html = _e(lines[0])
    if line := streak_line(summary.streak, v):
        html += " " + line
    if summary.exam:
        html += "\n" + exam_line(summary.exam, v)
    rows: list[tuple[Button, ...]] = []
    if summary.missed:
        html += "\n\n" + _e(v.gettext("Worth another look:"))
        for missed in summary.missed:
            html += f"\n• {_e(missed.title)}"
            label = v.gettext("More: {title}").format(title=shortened(missed.title, 50))
            rows.append((Button(label, press(Verb.MISSED, summary.quiz, missed.position)),))
        rows = [*rows[:6], (Button(v.gettext("Ask me these again"), press(Verb.AGAIN, summary.quiz)),)]
    if summary.kind is QuizKind.DAILY:
        html += "\n\n" + _e(v.gettext("What you missed comes back soon. See /progress."))
    if summary.offer_daily:
        html += "\n\n" + _e(v.gettext("Shall I ask you a few questions every day? Then you forget less. At what time?"))
        rows += offer_rows(v)
    return View(html, tuple(rows))


def begun_html(size: int, v: Voice) -> str:
    return _e(v.ngettext("Here is {n} question.", "Here come {n} questions.", size).format(n=size))


def still_open_view(position: int, size: int, wanted: int, topic: int, v: Voice) -> View:
    """`wanted` questions of topic number `topic` (from 1; 0 is any) are what "new" begins."""
    text = v.gettext("Your last quiz waits at question {position} of {size}.").format(position=position, size=size)
    return View(
        _e(text),
        (
            (
                Button(v.gettext("Go on"), press(Verb.GO_ON)),
                Button(v.gettext("New quiz"), press(Verb.NEW_QUIZ, wanted, topic)),
            ),
        ),
    )


def nothing_to_ask_view(v: Voice) -> View:
    return View(_e(v.gettext("There are no quiz questions on this yet. /topics shows what there is.")))


def how_to_quiz_view(v: Voice) -> View:
    return View(
        _e(v.gettext("Send /quiz for five questions, /quiz 10 for ten (1 to 20), or /quiz 5 and a topic from /topics."))
    )


def unknown_topic_view(asked: str, near: list[tuple[int, str]], v: Voice) -> View:
    text = v.gettext("I have no topic “{topic}”. Did you mean one of these?").format(topic=shortened(asked))
    return View(_e(text), tuple((Button(title, press(Verb.TOPIC, place)),) for place, title in near))


def no_open_quiz_view(v: Voice) -> View:
    return View(_e(v.gettext("No quiz is open. /quiz begins one.")))


def stopped_view(v: Voice) -> View:
    return View(_e(v.gettext("The quiz is ended. /quiz begins a new one whenever you like.")))
