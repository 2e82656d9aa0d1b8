"""/privacy, /export and /forget in plain words."""

from html import escape

from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import Voice


def _e(text: str) -> str:
    return escape(text, quote=False)


def privacy_view(v: Voice) -> View:
    """What is kept, for how long, who sees it, and what can be done about it."""
    lines = [
        v.gettext(
            "What I keep: your Telegram number and name, what you set, your answers, and how well you know each fact."
        ),
        v.gettext(
            "Your questions' words are erased after 90 days. "
            "Of a location that you send only the time zone is kept, if you choose it."
        ),
        v.gettext(
            "Who sees it: you. In a class its tables show your points (/nickname changes or hides your name there), "
            "and its admins see your answers to the class's quizzes, no others."
        ),
        v.gettext(
            "Curators see questions that I could not answer, without names. Nothing is analysed elsewhere or given on."
        ),
        v.gettext("/export sends you all of it as a file. /forget erases it."),
    ]
    return View("🔒 " + _e("\n\n".join(lines)))


def export_caption(v: Voice) -> str:
    return v.gettext("All that I keep about you, as JSON.")


def ask_forget_view(v: Voice) -> View:
    text = v.gettext("Erase all that I keep about you: memory, streak, answers, settings? This cannot be undone.")
    more = v.gettext("Your votes in class quizzes stay as nobody's, so that the class's totals stay right.")
    return View(_e(f"{text} {more}"), _rows(Button(v.gettext("Yes, erase it"), press(Verb.FORGET)), v))


def ask_again_view(v: Voice) -> View:
    text = v.gettext("Really? With /export you could take it along first.")
    return View(_e(text), _rows(Button(v.gettext("Erase it for good"), press(Verb.FORGET_FOR_GOOD)), v))


def _rows(button: Button, v: Voice) -> tuple[tuple[Button, ...], ...]:
    return ((button,), (Button(v.gettext("No, keep it"), press(Verb.FORGET_NOT)),))


def forgotten_view(v: Voice) -> View:
    return View(_e(v.gettext("Done. I know nothing about you any more. Whenever you write, we begin anew.")))


def kept_view(v: Voice) -> View:
    return View(_e(v.gettext("Nothing was erased.")))
