"""Streaks in words: glad of what was done, silent about what was not."""

from html import escape

from tutor_bot.domain.streak import Streak
from tutor_bot.wording.voice import Voice


def streak_line(streak: Streak, v: Voice) -> str:
    """A line as HTML; empty below two days."""
    if streak.days < 2:
        return ""
    words = v.ngettext("{n} day in a row.", "{n} days in a row.", streak.days).format(n=streak.days)
    if streak.rested:
        words += " " + v.ngettext("{n} rest day kept it.", "{n} rest days kept it.", len(streak.rested)).format(
            n=len(streak.rested)
        )
    return "🔥 " + escape(words, quote=False)


def rest_days_line(streak: Streak, v: Voice) -> str:
    """How many days may be left out without an end of the streak; empty where there is none."""
    if not streak.days or not streak.left:
        return ""
    words = v.ngettext(
        "You have {n} rest day in hand: it is used by itself.",
        "You have {n} rest days in hand: they are used by themselves.",
        streak.left,
    )
    return "🧊 " + escape(words.format(n=streak.left), quote=False)
