"""What we teach: pack files to facts, with every fault named by file and line."""

from tutor_bot.content.faults import Fault
from tutor_bot.content.loader import Loaded, load

__all__ = ["Fault", "Loaded", "load"]
