"""How we are reached: Telegram's webhook, and what whoever watches over the bot may ask."""

from tutor_bot.web.meter import PrometheusMeter
from tutor_bot.web.server import AddressInUseError, NotTakenError, Web, Webhook

__all__ = ["AddressInUseError", "NotTakenError", "PrometheusMeter", "Web", "Webhook"]
