"""A live quiz in words: lobby, standing, podium."""

from collections.abc import Sequence
from html import escape

from tutor_bot.domain.live import PODIUM, Row
from tutor_bot.domain.outgoing import LiveQuestionOut, LiveStandingOut, LobbyOut, Podium, QuestionOut
from tutor_bot.wording.answers import shortened
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.quizzes import question_poll, right_words
from tutor_bot.wording.view import Button, PollView, View
from tutor_bot.wording.voice import Voice

SHOWN = 10
MEDALS = ("🥇", "🥈", "🥉")
NAME = 30
# Isolates keep a right-to-left name from turning its line round.
FIRST_STRONG, POP = "\u2068", "\u2069"


def _e(text: str) -> str:
    return escape(text, quote=False)


def _name(row: Row) -> str:
    name = " ".join(row.player.name.split()) or "?"
    return f"{FIRST_STRONG}{_e(shortened(name, NAME))}{POP}"


def lobby_view(out: LobbyOut, v: Voice) -> View:
    n = v.ngettext("{n} question", "{n} questions", out.size).format(n=out.size)
    text = v.gettext("A live quiz begins: {questions}, {seconds} seconds each. Who plays?").format(
        questions=n, seconds=out.seconds
    )
    hint = v.gettext("You can also just vote when the questions come.")
    return View(
        f"🎓 <b>{_e(text)}</b>\n{_e(hint)}",
        (
            (Button(v.gettext("I play"), press(Verb.LIVE_JOIN, out.live)),),
            (Button(v.gettext("Start now (admins)"), press(Verb.LIVE_START, out.live)),),
        ),
    )


def started_view(players: int, v: Voice) -> View:
    text = v.ngettext(
        "The live quiz has begun; {n} plays so far.", "The live quiz has begun; {n} play so far.", players
    )
    return View(f"🎓 {_e(text.format(n=players))}")


def live_poll(out: LiveQuestionOut, v: Voice) -> PollView:
    return question_poll(QuestionOut(out.question, out.snapshot, out.position, out.size, daily=False), v)


def standing_view(out: LiveStandingOut, v: Voice) -> View:
    right = v.gettext("Right: {right}").format(right=f"<b>{_e(right_words(out.snapshot, v))}</b>")
    knew = v.gettext("Nobody voted this time.")
    if out.answered:
        knew = v.gettext("{right} of {n} knew it.").format(right=out.right, n=out.answered)
    lines = [f"{out.position}/{out.size} · {right}", _e(knew)]
    ranked = [row for row in out.rows if row.rank is not None and row.points]
    if ranked:
        lines += ["", *(_line(row) for row in ranked[:5])]
    return View("\n".join(lines))


def _line(row: Row) -> str:
    unchecked = " *" if row.player.member is None else ""
    return f"{row.rank}. {_name(row)}{unchecked} · {row.points}"


def podium_view(podium: Podium, v: Voice) -> View:
    rows = podium.rows
    ranked = [row for row in rows if row.rank is not None and (row.right or row.bonus)]
    lines = ["🏁 <b>" + _e(v.gettext("The quiz is over.")) + "</b>"]
    if ranked:
        lines += ["", *(_medal_line(row, podium.asked, v) for row in ranked[:SHOWN])]
    else:
        # Nobody is named for having had nothing right.
        nobody = v.gettext("Nobody had a right answer this time.") if rows else v.gettext("Nobody voted this time.")
        lines.append(_e(nobody))
    lines += _footnotes(rows, podium, v)
    if podium.missed:
        lines += ["", "<b>" + _e(v.gettext("Worth another look:")) + "</b>"]
        for question, answer, right, answered in podium.missed:
            knew = v.gettext("{right} of {n} knew it.").format(right=right, n=answered)
            lines += [f"• <b>{_e(question)}</b> ({_e(knew)})", _e(shortened(answer, 400))]
    return View("\n".join(lines))


def _medal_line(row: Row, asked: int, v: Voice) -> str:
    assert row.rank is not None
    place = MEDALS[row.rank - 1] if row.rank <= PODIUM else f"{row.rank}."
    right = v.gettext("{right} of {n} right").format(right=row.right, n=asked)
    unchecked = " *" if row.player.member is None else ""
    return f"{place} {_name(row)}{unchecked} · {row.points} ({_e(right)})"


def _footnotes(rows: Sequence[Row], podium: Podium, v: Voice) -> list[str]:
    notes = []
    late = [row for row in rows if row.rank is None]
    if late:
        names = ", ".join(f"{_name(row)} ({row.right})" for row in late[:SHOWN])
        notes.append(_e(v.gettext("Joined later, with right answers:")) + f" {names}")
    if any(row.player.member is None for row in rows):
        notes.append(_e(v.gettext("* not checked whether in this group")))
    if podium.refused:
        n = podium.refused
        text = v.ngettext("{n} question could not be sent.", "{n} questions could not be sent.", n)
        notes.append(_e(text.format(n=n)))
    return ["", *notes] if notes else []


def running_view(v: Voice) -> View:
    return View(_e(v.gettext("A quiz is running here already. /stop ends it.")))


def admins_only_view(v: Voice) -> View:
    return View(
        _e(v.gettext("Here only admins of the group can do that. In our private chat everybody can have a quiz."))
    )


def how_to_view(v: Voice) -> View:
    return View(
        _e(
            v.gettext(
                "Send /quiz for five questions of 30 seconds, /quiz 10 20 for ten of 20 seconds "
                "(1 to 20 questions, 10 to 600 seconds), and a topic from /topics behind it if you like."
            )
        )
    )


def nothing_running_view(v: Voice) -> View:
    return View(_e(v.gettext("No quiz is running here. /quiz begins one.")))


def joined_text(players: int, *, again: bool, v: Voice) -> str:
    if again:
        return v.gettext("You are in already.")
    return v.ngettext("You are in; {n} plays.", "You are in; {n} play.", players).format(n=players)


def over_text(v: Voice) -> str:
    return v.gettext("This quiz is over.")


def admins_only_text(v: Voice) -> str:
    return v.gettext("Only admins of the group can start it now.")
