"""A Telegram of our own: the Bot API on loopback, and a page to talk to the bot as anybody."""

from tutor_bot.sandbox.bot import Bot
from tutor_bot.sandbox.server import TEACHER_ID, TOKEN, PortInUseError, Sandbox

__all__ = ["TEACHER_ID", "TOKEN", "Bot", "PortInUseError", "Sandbox"]
