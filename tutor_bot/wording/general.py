"""Welcome, help, topics, progress, and kind words for what the bot cannot do."""

from html import escape

from tutor_bot.domain.facts import Catalogue
from tutor_bot.wording.answers import shortened
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import Voice


def _e(text: str) -> str:
    return escape(text, quote=False)


def welcome_view(name: str, catalogue: Catalogue, examples: list[str], v: Voice) -> View:
    subject = "; ".join(pack.title for pack in catalogue.packs)
    hello = v.gettext("Hello {name}!").format(name=f"<b>{_e(name)}</b>")
    text = v.gettext(
        "Ask me anything about: {subject}. I answer briefly and say where it stands; "
        "what I do not know I do not invent.\n\nTry one of these, or type your own question:"
    ).format(subject=subject)
    rows = tuple((Button(shortened(q), press(Verb.EXAMPLE, place)),) for place, q in enumerate(examples))
    return View(f"{hello} {_e(text)}", rows)


def help_view(v: Voice) -> View:
    lines = [
        v.gettext("Just type your question. Misspellings are fine."),
        v.gettext("/quiz: five questions; /quiz 10 asks ten, /quiz 5 and a topic stays with that topic"),
        v.gettext("/daily 18:00: a short quiz every day, with what you are about to forget"),
        v.gettext("/exam: a date by which you want to know it all"),
        v.gettext("/progress: what you know and what is fading"),
        v.gettext("/settings: hour, zone, topics, language; /pause: a break"),
        v.gettext("/topics: what I can tell you about"),
        v.gettext("/timeline, /people, /glossary: what happened when, who was who, what a word means"),
        v.gettext("/stop: end a quiz"),
        v.gettext("/privacy: what I keep; /export sends it to you, /forget erases it"),
        v.gettext("In a group: /ask and your question, or reply to one of my messages."),
    ]
    return View(_e("\n".join(lines)))


def group_help_view(v: Voice) -> View:
    return View(
        _e(
            v.gettext(
                "In this group I answer questions: write /ask and your question, or reply to one of my messages.\n"
                "Admins begin a live quiz for all with /quiz and set up the class with /settings; "
                "/leaderboard shows who knows most."
            )
        )
    )


def private_only_view(link: str, v: Voice) -> View:
    return View(
        _e(v.gettext("That works in our private chat.")),
        ((Button(v.gettext("Open the private chat"), url=link),),),
    )


def private_is_faster_view(link: str, v: Voice) -> View:
    text = v.gettext(
        "Telegram lets me send 20 messages a minute in a group, so answers come slowly now. "
        "In private I answer at once."
    )
    return View(_e(text), ((Button(v.gettext("Ask in private"), url=link),),))


def ask_in_private_text(v: Voice) -> str:
    return v.gettext("Ask me in private")


def slowly_view(v: Voice) -> View:
    return View(_e(v.gettext("Slowly, please: that is more than anybody can read. Ask on in a minute.")))


def ask_what_view(v: Voice) -> View:
    return View(_e(v.gettext("Write your question behind the command: /ask what was Lenin's Testament")))


def topics_view(catalogue: Catalogue, v: Voice) -> View:
    lines, rows = [], []
    for place, topic in enumerate(catalogue.topics):
        n = len(topic.facts)
        count = v.ngettext("{n} fact", "{n} facts", n).format(n=n)
        lines.append(f"• <b>{_e(topic.title)}</b> ({_e(count)})")
        rows.append((Button(shortened(topic.title), press(Verb.TOPIC, place)),))
    head = _e(v.gettext("What I can tell you about. A button begins a quiz on that topic."))
    return View("\n".join([head, "", *lines])[:4000], tuple(rows[:30]))


def only_words_view(v: Voice) -> View:
    return View(_e(v.gettext("I can only read text so far. Type your question, or send /help to see what I can do.")))


def unknown_command_view(command: str, v: Voice) -> View:
    return View(_e(v.gettext("I do not know {command}. /help shows what I can do.").format(command=command[:40])))


def old_button_view(v: Voice) -> View:
    return View(_e(v.gettext("This button is too old. Ask me anew, or send /help.")))


def not_your_button_text(v: Voice) -> str:
    return v.gettext("This button is for the person who asked. Ask your own question with /ask.")


def trouble_view(v: Voice) -> View:
    return View(_e(v.gettext("Something went wrong on my side. I try again in a moment.")))


def commands(v: Voice) -> list[tuple[str, str]]:
    """The command menu of the private chat."""
    return [
        ("quiz", v.gettext("Five quiz questions")),
        ("daily", v.gettext("A short quiz every day")),
        ("progress", v.gettext("What you know")),
        ("exam", v.gettext("Learn for a date")),
        ("settings", v.gettext("Hour, zone, topics, language")),
        ("pause", v.gettext("A break from the daily quiz")),
        ("topics", v.gettext("What I can tell you about")),
        ("timeline", v.gettext("What happened when")),
        ("people", v.gettext("Who was who")),
        ("glossary", v.gettext("What a word means")),
        ("ask", v.gettext("Ask a question")),
        ("stop", v.gettext("End a quiz")),
        ("nickname", v.gettext("How your groups' tables call you")),
        ("privacy", v.gettext("What I keep, for how long, who sees it")),
        ("export", v.gettext("All that I keep about you, as a file")),
        ("forget", v.gettext("Erase all that I keep about you")),
        ("help", v.gettext("What I can do")),
    ]


def group_commands(v: Voice) -> list[tuple[str, str]]:
    """The command menu of groups."""
    return [
        ("ask", v.gettext("Ask a question")),
        ("quiz", v.gettext("A live quiz for the class (admins)")),
        ("leaderboard", v.gettext("Who knows most, who has grown")),
        ("nickname", v.gettext("How the tables call you")),
        ("daily", v.gettext("The quiz of the day (admins)")),
        ("report", v.gettext("What the class knows (admins)")),
        ("settings", v.gettext("Set up this class (admins)")),
        ("pause", v.gettext("Pause the live quiz (admins)")),
        ("next", v.gettext("Go on with it (admins)")),
        ("skip", v.gettext("Pass over a question (admins)")),
        ("stop", v.gettext("End the live quiz (admins)")),
        ("help", v.gettext("What I can do")),
    ]
