"""Which fact is meant: text, index, score, calibrated decision."""

from tutor_bot.matching.engine import Engine, default_cache, load_engine

__all__ = ["Engine", "default_cache", "load_engine"]
