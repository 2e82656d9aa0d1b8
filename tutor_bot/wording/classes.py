"""A class group: welcome and set-up by buttons, how members are named, the leaderboard."""

from collections.abc import Sequence
from datetime import datetime, time
from html import escape
from zoneinfo import ZoneInfo

from tutor_bot.domain.classes import DAILY_SIZES, Classroom, Leaders, Member, Names, Period
from tutor_bot.domain.facts import Topic
from tutor_bot.wording.answers import shortened
from tutor_bot.wording.daily import ZONES, place
from tutor_bot.wording.live import MEDALS, shown_name
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import LANGUAGES, Voice

HOURS = (8, 9, 10, 12, 14, 15, 16, 17, 18, 19)
SHOWN = 10


def _e(text: str) -> str:
    return escape(text, quote=False)


def _page(name: str, label: str) -> Button:
    return Button(label, press(Verb.CLASS, word=name))


def _back(v: Voice) -> tuple[Button, ...]:
    return (_page("all", "◀ " + v.gettext("All settings")),)


def welcome_view(subject: str, *, is_admin: bool, v: Voice) -> View:
    """What the bot does here, in two lines, and the way to set it up."""
    lines = [
        v.gettext("Hello! Ask me about {subject}: /ask and your question, or reply to one of my messages.").format(
            subject=subject
        ),
        v.gettext("Admins begin a live quiz for all with /quiz; each day I can bring back what the class forgets."),
    ]
    if not is_admin:
        lines.append(
            v.gettext(
                "Make me an admin (I need no rights) if only members of this group shall score: "
                "otherwise Telegram does not always tell me who is one."
            )
        )
    return View(_e("\n".join(lines)), ((_page("all", "⚙️ " + v.gettext("Set up this class (admins)")),),))


def settings_view(
    classroom: Classroom, topics: int, now: datetime, *, bot: str, is_admin: bool | None, v: Voice
) -> View:
    """What is set for a class, line by line, and a button for each.

    `bot` is the bot's own name; `is_admin` whether it is one, None when that is not known.
    """
    on, off = v.gettext("on"), v.gettext("off")
    daily = off
    if classroom.daily:
        daily = v.ngettext("{hour}, {n} question", "{hour}, {n} questions", classroom.size).format(
            hour=v.hour(classroom.daily), n=classroom.size
        )
    zone = v.gettext("not chosen yet")
    if classroom.zone:
        zone = v.gettext("{zone}, where it is {hour} now").format(
            zone=place(classroom.zone.key), hour=f"{now.astimezone(classroom.zone):%H:%M}"
        )
    chosen = v.gettext("all")
    if classroom.topics:
        chosen = v.gettext("{n} of {total}").format(n=len(classroom.topics), total=topics)
    names = v.gettext("names") if classroom.names is Names.NAMES else v.gettext("nicknames alone")
    lines = [
        (v.gettext("Quiz of the day"), daily),
        (v.gettext("Time zone"), zone),
        (v.gettext("Topics"), chosen),
        (v.gettext("On the table"), names),
        (v.gettext("Points for speed"), on if classroom.speed else off),
        (v.gettext("A minute to talk after each question"), on if classroom.talk else off),
        (v.gettext("Language"), LANGUAGES[v.language]),
    ]
    head = v.gettext("Settings of this class")
    html = f"<b>{_e(head)}</b>\n\n"
    html += "\n".join(f"{_e(name)}: <b>{_e(value)}</b>" for name, value in lines)
    if is_admin is False:
        text = v.gettext(
            "I am no admin here, so I cannot always check who is a member; what I cannot check counts, with a star. "
            "As an admin I could. I need no other rights for it."
        )
        html += "\n\n" + _e(text)
    speed = v.gettext("No points for speed") if classroom.speed else v.gettext("Points for speed")
    talk = v.gettext("No minute to talk") if classroom.talk else v.gettext("A minute to talk")
    rights = Button(v.gettext("Make me an admin"), url=f"https://t.me/{bot}?startgroup=class&admin=manage_chat")
    return View(
        html,
        (
            *(((rights,),) if is_admin is False else ()),
            (_page("hour", v.gettext("Quiz of the day")), _page("zone", v.gettext("Time zone"))),
            (_page("size", v.gettext("Questions a day")), _page("topics", v.gettext("Topics"))),
            (_page("names", v.gettext("Names on the table")), _page("language", v.gettext("Language"))),
            (
                Button(speed, press(Verb.CLASS_SPEED, int(not classroom.speed))),
                Button(talk, press(Verb.CLASS_TALK, int(not classroom.talk))),
            ),
        ),
    )


def hour_view(classroom: Classroom, v: Voice) -> View:
    buttons = [Button(f"{hour}:00", press(Verb.CLASS_HOUR, hour * 60)) for hour in HOURS]
    rows = [tuple(buttons[:5]), tuple(buttons[5:])]
    if classroom.daily is not None:
        rows.append((Button(v.gettext("No quiz of the day"), press(Verb.CLASS_NO_HOUR)),))
    text = v.gettext("At what time shall the day's questions come? Or write, say, /daily 14:30 Europe/Berlin")
    return View(_e(text), (*rows, _back(v)))


def zone_view(default: str, now: datetime, v: Voice) -> View:
    guessed = ZONES.get(v.language, ZONES["en"])
    zones = dict.fromkeys([*([default] if default != "UTC" else []), *guessed])
    rows = [
        (Button(f"{place(zone)} · {now.astimezone(ZoneInfo(zone)):%H:%M}", press(Verb.CLASS_ZONE, word=zone)),)
        for zone in zones
    ]
    text = v.gettext("By which clock does this class live? If yours is not here, write: /daily 14:30 Area/City")
    return View(_e(text), (*rows, _back(v)))


def size_view(classroom: Classroom, v: Voice) -> View:
    buttons = tuple(
        Button(f"✓ {size}" if size == classroom.size else str(size), press(Verb.CLASS_SIZE, size))
        for size in DAILY_SIZES
    )
    return View(_e(v.gettext("How many questions a day for the class?")), (buttons, _back(v)))


def topics_view(classroom: Classroom, topics: Sequence[Topic], v: Voice) -> View:
    rows = []
    for number, topic in enumerate(topics):
        chosen = topic.key in classroom.topics
        label = ("✓ " if chosen else "") + shortened(topic.title, 50)
        rows.append((Button(label, press(Verb.CLASS_TOPIC, number, int(not chosen))),))
    if classroom.topics:
        rows.append((Button(v.gettext("All topics"), press(Verb.CLASS_ALL_TOPICS)),))
    text = v.gettext("Which topics shall this class be asked about? None chosen means all.")
    return View(_e(text), (*rows[:60], _back(v)))


def names_view(classroom: Classroom, v: Voice) -> View:
    labels = {Names.NAMES: v.gettext("Names as in Telegram"), Names.NICKNAMES: v.gettext("Nicknames alone")}
    rows = [
        (
            Button(
                ("✓ " if classroom.names is names else "") + label,
                press(Verb.CLASS_NAMES, word=names),
            ),
        )
        for names, label in labels.items()
    ]
    text = v.gettext(
        "What stands on the tables of this group? With nicknames alone, whoever has none is shown as two pictures. "
        "Everybody chooses with /nickname, and /nickname hide stands on no table. The report for admins has names."
    )
    return View(_e(text), (*rows, _back(v)))


def language_view(v: Voice) -> View:
    rows = [
        (Button(("✓ " if code == v.language else "") + name, press(Verb.CLASS_LANGUAGE, word=code)),)
        for code, name in LANGUAGES.items()
    ]
    return View(_e(v.gettext("In which language shall I speak in this group?")), (*rows, _back(v)))


def daily_view(classroom: Classroom, v: Voice) -> View:
    if classroom.daily is None or classroom.zone is None:
        text = v.gettext("This class has no quiz of the day. Admins choose one: /daily 14:30 Europe/Berlin")
        return View(_e(text), ((_page("hour", v.gettext("Choose a time (admins)")),),))
    text = v.ngettext(
        "The quiz of the day comes at {hour}, {zone} time, with {n} question.",
        "The quiz of the day comes at {hour}, {zone} time, with {n} questions.",
        classroom.size,
    ).format(hour=v.hour(classroom.daily), zone=place(classroom.zone.key), n=classroom.size)
    return View(_e(text), ((_page("all", v.gettext("Settings of this class")),),))


def daily_set_view(hour: time, zone: ZoneInfo, first: datetime, now: datetime, v: Voice) -> View:
    local, today = first.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    day = v.gettext("today") if days == 0 else v.gettext("tomorrow") if days == 1 else v.day(local.date())
    text = v.gettext("Done: the day's questions come at {hour}, {zone} time; the first ones {day}.").format(
        hour=v.hour(hour), zone=place(zone.key), day=day
    )
    more = v.gettext("They stay open until an hour before the next ones, so nobody is too late.")
    return View(_e(f"{text} {more}"))


def daily_off_view(had: bool, v: Voice) -> View:
    text = v.gettext("No quiz of the day any more.") if had else v.gettext("There was no quiz of the day.")
    return View(_e(text))


def bad_zone_view(asked: str, near: Sequence[str], v: Voice) -> View:
    """A zone nobody knows, with those that look like it."""
    text = v.gettext("I do not know the zone {zone}.").format(zone=shortened(asked, 40))
    rows = [(Button(place(zone), press(Verb.CLASS_ZONE, word=zone)),) for zone in near]
    if near:
        text += " " + v.gettext("Did you mean one of these?")
    else:
        text += " " + v.gettext("Write it as Area/City, say Europe/Berlin.")
    return View(_e(text), tuple(rows))


# Names


def named_view(member: Member, v: Voice) -> View:
    if member.hidden:
        text = v.gettext("You stand on no table of this group now. /nickname show brings you back.")
        return View(_e(text))
    text = _e(v.gettext("The tables of this group show you as {name}."))
    return View(text.format(name=shown_name(member.name)))


def named_everywhere_view(groups: Sequence[Classroom], nickname: str | None, wish: str, v: Voice) -> View:
    """Set in private, for all classes that somebody is in."""
    if not groups:
        return View(_e(v.gettext("I have not seen you in a group yet. Write there, or press a button, and try again.")))
    if wish == "hide":
        text = _e(v.gettext("You stand on no table of these groups now. /nickname show brings you back:"))
    elif wish == "show":
        text = _e(v.gettext("The tables of these groups show you again:"))
    elif nickname:
        text = _e(v.gettext("The tables of these groups show you as {name}:")).format(name=shown_name(nickname))
    else:
        text = _e(v.gettext("The tables of these groups show you without a nickname:"))
    return View("\n".join([text, *(f"• {shown_name(group.title)}" for group in groups[:SHOWN])]))


def how_to_name_view(v: Voice) -> View:
    return View(
        _e(
            v.gettext(
                "Write /nickname and how this group's tables shall call you, at most 24 letters. "
                "/nickname off goes back, /nickname hide takes you off the tables, /nickname show puts you on again. "
                "In our private chat it works too, for all your groups, and nobody looks on."
            )
        )
    )


# The leaderboard


def leaders_view(found: Leaders, v: Voice) -> View:
    """Points, then who grew and who was steady; buttons for other periods."""
    periods = {
        Period.WEEK: v.gettext("7 days"),
        Period.MONTH: v.gettext("30 days"),
        Period.TERM: v.gettext("120 days"),
    }
    head = v.gettext("Leaderboard, last {days}").format(days=periods[found.period])
    lines = [f"🏆 <b>{_e(head)}</b>", ""]
    if not found.rows:
        lines.append(_e(v.gettext("Nothing yet: the first quiz begins with /quiz.")))
    for row in found.rows[:SHOWN]:
        medal = MEDALS[row.rank - 1] if row.rank <= len(MEDALS) else f"{row.rank}."
        right = v.gettext("{right} of {n} right").format(right=row.right, n=row.answered)
        speed = f", ⚡ {row.bonus}" if row.bonus else ""
        lines.append(f"{medal} {shown_name(row.name)} · {row.points} ({_e(right)}{speed})")
    if len(found.rows) > SHOWN:
        lines.append("…")
    if found.grown:
        grown = ", ".join(f"{shown_name(name)} (+{points} %)" for name, points in found.grown)
        lines += ["", "📈 " + _e(v.gettext("Grown most:")) + f" {grown}"]
    if found.steady:
        counted = [(name, v.ngettext("{n} day", "{n} days", n).format(n=n)) for name, n in found.steady]
        days = ", ".join(f"{shown_name(name)} ({_e(told)})" for name, told in counted)
        lines += ["", "🌱 " + _e(v.gettext("Steady:")) + f" {days}"]
    buttons = tuple(
        Button(f"✓ {label}" if period is found.period else label, press(Verb.LEADERS, word=period))
        for period, label in periods.items()
    )
    return View("\n".join(lines), (buttons,))


def choose_class_view(classes: Sequence[Classroom], v: Voice) -> View:
    """In private: the leaderboard is a group's."""
    if not classes:
        return View(_e(v.gettext("The leaderboard is a class's: send /leaderboard in your group.")))
    names = "\n".join(f"• {shown_name(c.title)}" for c in classes[:SHOWN])
    return View(_e(v.gettext("The leaderboard is a class's: send /leaderboard in one of your groups.")) + "\n" + names)
