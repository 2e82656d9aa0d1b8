"""A live quiz in words: lobby, standing, podium."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from tutor_bot.domain.live import MOST_TEAMS, PODIUM, RIGHT, Mode, Row, TeamRow
from tutor_bot.domain.outgoing import HomeworkOut, LiveQuestionOut, LiveStandingOut, LobbyOut, Podium, QuestionOut
from tutor_bot.wording.answers import shortened
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.quizzes import question_poll, right_words
from tutor_bot.wording.view import Button, Buttons, PollView, View
from tutor_bot.wording.voice import Voice

SHOWN, SHOWN_BETWEEN = 10, 5
MEDALS = ("🥇", "🥈", "🥉")
TEAMS = ("🔴", "🔵", "🟢", "🟡")
NAME = 30
# Isolates keep a right-to-left name from turning its line round.
FIRST_STRONG, POP = "\u2068", "\u2069"
_DIRECTIONS = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Signs that end an isolate or turn what stands behind them; a name needs none."""


def _e(text: str) -> str:
    return escape(text, quote=False)


def shown_name(name: str) -> str:
    """A name as HTML: one line, not too long, and kept from turning its line round."""
    seen = " ".join(name.translate(_DIRECTIONS).split())
    return f"{FIRST_STRONG}{_e(shortened(seen or '?', NAME))}{POP}"


def _name(row: Row) -> str:
    return shown_name(row.player.name) + (" *" if row.player.member is None else "")


def lobby_view(out: LobbyOut, v: Voice) -> View:
    """Who plays and when it begins; for admins a way to change how it is played."""
    n = v.ngettext("{n} question", "{n} questions", out.size).format(n=out.size)
    if out.mode is Mode.RELAXED:
        text = v.gettext("A live quiz begins: {questions}, without a clock. Who plays?").format(questions=n)
    else:
        text = v.gettext("A live quiz begins: {questions}, {seconds} seconds each. Who plays?").format(
            questions=n, seconds=out.seconds
        )
    lines = [f"🎓 <b>{_e(text)}</b>", _e(v.gettext("You can also just vote when the questions come."))]
    if out.players:
        lines.append("👥 " + _e(v.ngettext("{n} plays so far.", "{n} play so far.", out.players).format(n=out.players)))
    if out.left is None:
        lines.append("⏳ " + _e(v.gettext("An admin begins it.")))
    else:
        seconds = max(1, round(out.left.total_seconds()))
        text = v.ngettext("It begins in {n} second.", "It begins in {n} seconds.", seconds)
        lines.append("⏳ " + _e(text.format(n=seconds)))
    rows: list[tuple[Button, ...]] = []
    if out.teams:
        for team, size in enumerate(out.teams, start=1):
            label = f"{TEAMS[team - 1]} {team_name(team, v)} · {size}"
            rows.append((Button(label, press(Verb.LIVE_TEAM, out.live, team)),))
    else:
        rows.append((Button(v.gettext("I play"), press(Verb.LIVE_JOIN, out.live)),))
    rows.append((Button(v.gettext("Start now (admins)"), press(Verb.LIVE_START, out.live)),))
    if out.left is None:
        rows += _options(out, v)
    else:
        rows.append((Button("⚙️ " + v.gettext("Choose how to play (admins)"), press(Verb.LIVE_OPTIONS, out.live)),))
    return View("\n".join(lines), tuple(rows))


def _options(out: LobbyOut, v: Voice) -> list[tuple[Button, ...]]:
    """Buttons that say what they set, and which is set."""
    live = out.live
    clock = out.mode is Mode.CLOCK
    rows = [
        (
            Button(_marked(clock, v.gettext("By the clock")), press(Verb.LIVE_MODE, live, word=Mode.CLOCK)),
            Button(_marked(not clock, v.gettext("Without a clock")), press(Verb.LIVE_MODE, live, word=Mode.RELAXED)),
        )
    ]
    if clock:
        speed = v.gettext("Points for speed: on") if out.speed else v.gettext("Points for speed: off")
        talk = v.gettext("Time to talk: on") if out.talk else v.gettext("Time to talk: off")
        rows.append(
            (
                Button(speed, press(Verb.LIVE_SPEED, live, int(not out.speed))),
                Button(talk, press(Verb.LIVE_TALK, live, int(not out.talk))),
            )
        )
    teams = [Button(_marked(not out.teams, v.gettext("No teams")), press(Verb.LIVE_TEAMS, live, 0))]
    for number in range(2, MOST_TEAMS + 1):
        label = v.ngettext("{n} team", "{n} teams", number).format(n=number)
        teams.append(Button(_marked(len(out.teams) == number, label), press(Verb.LIVE_TEAMS, live, number)))
    return [*rows, tuple(teams)]


def _marked(on: bool, label: str) -> str:
    return f"✓ {label}" if on else label


def team_name(team: int, v: Voice) -> str:
    """Colours have names too, for whoever cannot tell them apart."""
    return (v.gettext("Red"), v.gettext("Blue"), v.gettext("Green"), v.gettext("Yellow"))[team - 1]


def started_view(players: int, v: Voice) -> View:
    text = v.ngettext(
        "The live quiz has begun; {n} plays so far.", "The live quiz has begun; {n} play so far.", players
    )
    return View(f"🎓 {_e(text.format(n=players))}")


def homework_view(out: HomeworkOut, v: Voice) -> View:
    n = v.ngettext("{n} question", "{n} questions", out.size).format(n=out.size)
    local = out.closes.astimezone(out.zone)
    text = v.gettext("Homework: {questions}, open until {day}, {hour}.").format(
        questions=n, day=v.day(local.date()), hour=v.hour(local.time())
    )
    hint = v.gettext("Vote when you like, once each; the table comes when it closes.")
    return View(f"📚 <b>{_e(text)}</b>\n{_e(hint)}")


def live_poll(out: LiveQuestionOut, v: Voice) -> PollView:
    poll = question_poll(QuestionOut(out.question, out.snapshot, out.position, out.size, out.mode is Mode.DAILY), v)
    # A pupil could not flag what all are being asked, and would only see the button.
    buttons: Buttons = ()
    if out.mode is Mode.RELAXED:
        buttons = ((Button("⏭ " + v.gettext("Show the answer (admins)"), press(Verb.LIVE_NEXT, 1, out.question)),),)
    elif out.mode is Mode.CLOCK:
        buttons = ((Button("⏭ " + v.gettext("Skip (admins)"), press(Verb.LIVE_SKIP, out.question)),),)
    return replace(poll, buttons=buttons)


def standing_view(out: LiveStandingOut, v: Voice) -> View:
    right = v.gettext("Right: {right}").format(right=f"<b>{_e(right_words(out.snapshot, v))}</b>")
    knew = v.gettext("Nobody voted this time.")
    if out.answered:
        knew = v.gettext("{right} of {n} knew it.").format(right=out.right, n=out.answered)
    lines = [f"{out.position}/{out.size} · {right}", _e(knew)]
    if out.talk and out.snapshot.why:
        lines += ["", "💬 " + _e(v.gettext("A minute to talk: why is it so?"))]
    lines += _team_lines(out.teams, v)
    ranked = [row for row in out.rows if row.rank is not None and row.points]
    if ranked:
        lines += ["", *(_line(row) for row in ranked[:SHOWN_BETWEEN])]
    if out.mode is Mode.RELAXED:
        button = Button("▶ " + v.gettext("Next question (admins)"), press(Verb.LIVE_NEXT, 0, out.question))
    elif out.talk:
        button = Button("▶ " + v.gettext("Go on now (admins)"), press(Verb.LIVE_NEXT, 0, out.question))
    else:
        button = Button("⏸ " + v.gettext("Pause (admins)"), press(Verb.LIVE_PAUSE))
    return View("\n".join(lines), ((button,),))


def paused_view(v: Voice) -> View:
    """A pause was wished for; whoever wished for it ends it."""
    text = v.gettext("The quiz pauses. An open question runs to its end.")
    return View("⏸ " + _e(text), ((Button("▶ " + v.gettext("Go on (admins)"), press(Verb.LIVE_NEXT, 0, 0)),),))


def _points(row: Row) -> str:
    """Points for right answers and for speed stay apart."""
    return f"{RIGHT * row.right} + {row.bonus} ⚡" if row.bonus else str(row.points)


def _line(row: Row) -> str:
    team = f"{TEAMS[row.player.team - 1]} " if row.player.team else ""
    return f"{row.rank}. {team}{_name(row)} · {_points(row)}"


def _team_lines(teams: Sequence[TeamRow], v: Voice) -> list[str]:
    if not teams:
        return []
    lines = [f"{t.rank}. {TEAMS[t.team - 1]} {_e(team_name(t.team, v))} · {t.points}" for t in teams]
    return ["", *lines, "<i>" + _e(v.gettext("A team's points are the mean of its players'.")) + "</i>"]


def podium_view(podium: Podium, v: Voice) -> View:
    rows = podium.rows
    ranked = [row for row in rows if row.rank is not None and (row.right or row.bonus)]
    head = v.gettext("The quiz is over.")
    if podium.mode is Mode.HOMEWORK:
        head = v.gettext("The homework is closed.")
    elif podium.mode is Mode.DAILY:
        head = v.gettext("The day's questions are closed.")
    lines = ["🏁 <b>" + _e(head) + "</b>", *_team_lines(podium.teams, v)]
    if ranked:
        lines += ["", *(_medal_line(row, podium.asked, v) for row in ranked[:SHOWN])]
        if any(row.bonus for row in ranked):
            lines.append("<i>" + _e(v.gettext("⚡ is for speed.")) + "</i>")
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
    team = f"{TEAMS[row.player.team - 1]} " if row.player.team else ""
    return f"{place} {team}{_name(row)} · {_points(row)} ({_e(right)})"


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
    if podium.skipped:
        n = podium.skipped
        text = v.ngettext("{n} question was skipped.", "{n} questions were skipped.", n)
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
                "(1 to 20 questions, 10 to 600 seconds), and a topic from /topics behind it if you like. "
                "/quiz 5 homework 3 stays open for three days (1 to 30)."
            )
        )
    )


def homework_words(v: Voice) -> tuple[str, ...]:
    """What may stand behind /quiz for homework, in small letters."""
    return ("homework", v.gettext("homework").casefold())


def relaxed_words(v: Voice) -> tuple[str, ...]:
    """What may stand behind /quiz for a quiz without a clock, in small letters."""
    return ("relaxed", v.gettext("relaxed").casefold())


def nothing_running_view(v: Voice) -> View:
    return View(_e(v.gettext("No quiz is running here. /quiz begins one.")))


def joined_text(players: int, *, again: bool, name: str | None, team: int | None, v: Voice) -> str:
    """`name` is what the table will show; None when somebody wishes to be in no table."""
    if again:
        said = v.gettext("You are in already.")
    else:
        said = v.ngettext("You are in; {n} plays.", "You are in; {n} play.", players).format(n=players)
    if team:
        said += " " + v.gettext("Your team: {team}.").format(team=f"{TEAMS[team - 1]} {team_name(team, v)}")
    if name is None:
        said += " " + v.gettext("The table does not show you.")
    else:
        said += " " + v.gettext("The table shows you as {name}.").format(name=shortened(" ".join(name.split()), NAME))
    return said[:200]


def over_text(v: Voice) -> str:
    return v.gettext("This quiz is over.")


def admins_only_text(v: Voice) -> str:
    return v.gettext("Only admins of the group can do that.")
