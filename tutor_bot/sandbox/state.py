"""All that the sandbox holds, for those who act on it."""

from dataclasses import dataclass, field

from tutor_bot.sandbox.limits import Limits
from tutor_bot.sandbox.updates import Updates
from tutor_bot.sandbox.world import World


@dataclass
class State:
    """The world, what the bot has yet to hear of it, and the limits."""

    world: World
    updates: Updates
    limits: Limits = field(default_factory=Limits)
