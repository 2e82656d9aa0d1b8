"""From a nearness to a probability, and from that to an outcome."""

from dataclasses import dataclass

import numpy as np

from tutor_bot.matching.weights import BIAS, WEIGHTS


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the best candidate; all from 0 to 1.

    `best`: its nearness. `margin`: how much nearer it is than the next fact. `covered`: share of the
    question's content (by idf) that the fact's own words have. `known`: share that the base knows at
    all. `strange`: a name or number in the question that the fact does not have. `exact`: the question
    is one of its phrasings, word for word.
    """

    best: float
    margin: float
    covered: float
    known: float
    strange: float
    exact: float

    def row(self) -> tuple[float, ...]:
        return (self.best, self.margin, self.covered, self.known, self.strange, self.exact)


FOUND = 0.6
"""Probability from which the fact is told without asking back."""
UNSURE = 0.25
"""Probability from which it is worth asking back."""
CLOSE = 0.035
"""Nearness by which the runner-up must be behind, unless the first is nearly certain."""
CERTAIN = 0.93


def probability(evidence: Evidence) -> float:
    """Probability that the best candidate is what was meant (a logistic fitted by `calibrate`)."""
    return float(1 / (1 + np.exp(-(BIAS + float(np.dot(WEIGHTS, evidence.row()))))))
