"""From what speaks for a fact to a probability, and from that to an outcome."""

from dataclasses import astuple, dataclass
from enum import StrEnum

import numpy as np

from tutor_bot.matching.weights import WEIGHTS


class Mode(StrEnum):
    """What the evidence rests on; each has constants of its own."""

    WORDS = "words"
    SENSE = "sense"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against the best candidate; all from 0 to 1, leads from -1.

    `chance`: the head's probability, and `power` its logarithm (0 for a thousandth). `margin`: how far the chance
    is ahead of the next fact's. `words`, `sense`:
    cosine to its nearest phrasings; `words_lead`, `sense_lead`: how much nearer they are than any other
    fact's. `covered`: share of the question's content (by idf) that the fact's own words have. `known`: share
    that the base knows at all.
    Not learnt but set, for no data shows them: `strange`: a name or number in the question that the fact
    does not have. `negated`: the question denies and the fact's phrasings do not. `exact`: the question is
    one of its phrasings, word for word.
    """

    chance: float
    power: float
    margin: float
    words: float
    words_lead: float
    sense: float
    sense_lead: float
    covered: float
    known: float
    strange: float = 0.0
    negated: float = 0.0
    exact: float = 0.0

    def row(self) -> tuple[float, ...]:
        return astuple(self)


LEARNT = 9
"""Of a row's places, how many the calibration learns; the others are set."""
SET_WEIGHTS = (-3.0, -0.8, 4.0)
"""Log-odds of `strange`, `negated` and `exact`."""

FOUND = 0.4
"""Probability from which the fact is told without asking back."""
UNSURE = 0.15
"""Probability from which it is worth asking back."""
FOUND_ABROAD, UNSURE_ABROAD = 0.3, 0.06
"""The same for a question in another language: the answer is told with its question above it, so a slip is seen."""


def probability(evidence: Evidence, mode: Mode, odds: float = 0.0) -> float:
    """Probability that the best candidate is what was meant (a logistic fitted by `calibrate`).

    `odds` are log-odds known beforehand.
    """
    bias, weights = WEIGHTS[mode]
    odds += bias + float(np.dot((*weights, *SET_WEIGHTS), evidence.row()))
    return float(1 / (1 + np.exp(-odds)))
