"""Learners whose memory is not FSRS's, to try schedules on: two models that forget by a power law.

Neither has its parameters from this project's subject; what counts is the order of the schedules, not the figures.
"""

from math import exp, log
from random import Random
from typing import Protocol

GUESS = 0.25
"""One option of four is right by chance; feedback is given either way."""


class Remembering(Protocol):
    """One learner's memory of many facts; days count from 0."""

    def recall(self, fact: int, day: float) -> float:
        """Probability, 0 to 1, that the fact is recalled without help."""
        ...

    def study(self, fact: int, day: float, *, known: bool) -> None:
        """The fact was asked and its answer shown; `known`: it had been recalled."""
        ...


class Traces:
    """Pavlik and Anderson (2005), "Practice and forgetting effects on vocabulary memory", Cognitive Science 29.

    Each time a fact is met leaves a trace that decays as a power of its age; the activation is the logarithm of their
    sum. A trace laid down while the fact is still active decays faster, which gives the spacing effect. Rates differ
    from learner to learner (log-normal), thresholds from fact to fact. Days instead of seconds, so the decay, the
    threshold and the noise are scaled to lose half of a first meeting within about five days.
    """

    SPACING, THRESHOLD, NOISE, LAPSE = 0.25, -0.9, 0.35, 0.05
    SESSION = 1 / 48
    """Days: nothing is younger than the half hour in which it was asked."""

    def __init__(self, facts: int, rng: Random) -> None:
        self._decay = min(0.8, max(0.1, rng.lognormvariate(log(0.30), 0.35)))
        self._ease = [rng.gauss(0, 0.40) for _ in range(facts)]
        self._traces: list[list[tuple[float, float]]] = [[] for _ in range(facts)]

    def _activation(self, fact: int, day: float) -> float:
        return log(sum(max(day - then, self.SESSION) ** -decay for then, decay in self._traces[fact]))

    def recall(self, fact: int, day: float) -> float:
        if not self._traces[fact]:
            return 0.0
        return 1 / (1 + exp((self.THRESHOLD - self._activation(fact, day) - self._ease[fact]) / self.NOISE))

    def study(self, fact: int, day: float, *, known: bool) -> None:
        decay = self._decay + (0.0 if known else self.LAPSE)
        if self._traces[fact]:
            decay += self.SPACING * exp(min(3.0, self._activation(fact, day)))
        self._traces[fact].append((day, min(1.5, decay)))


class Strength:
    """A bare power law: recall falls as (1 + t / strength) ** -rate, with a rate for each learner.

    Recalling a fact makes it stronger, the more the nearer it was to being forgotten; a lapse costs most of it.
    """

    def __init__(self, facts: int, rng: Random) -> None:
        self._rate = min(1.2, max(0.15, rng.lognormvariate(log(0.45), 0.35)))
        self._first = [exp(rng.gauss(0, 0.58)) for _ in range(facts)]
        self._strength = [0.0] * facts
        self._last = [0.0] * facts

    def recall(self, fact: int, day: float) -> float:
        strength = self._strength[fact]
        return float((1 + max(0.0, day - self._last[fact]) / strength) ** -self._rate) if strength else 0.0

    def study(self, fact: int, day: float, *, known: bool) -> None:
        before, recalled = self._strength[fact], self.recall(fact, day)
        if not before:
            self._strength[fact] = self._first[fact]
        elif known:
            self._strength[fact] = before * (1 + 2.2 * (1 - recalled) ** 0.6 + 0.15)
        else:
            self._strength[fact] = max(self._first[fact], before * 0.35)
        self._last[fact] = day
