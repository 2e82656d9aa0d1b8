"""Which fact is meant: text, index, score, calibrated decision."""

from tutor_bot.matching.cache import drop_earlier
from tutor_bot.matching.encoders import Encoder, load_encoder
from tutor_bot.matching.engine import Engine, default_cache, kept_engine, load_engine
from tutor_bot.matching.prepare import prepare

__all__ = [
    "Encoder",
    "Engine",
    "default_cache",
    "drop_earlier",
    "kept_engine",
    "load_encoder",
    "load_engine",
    "prepare",
]
