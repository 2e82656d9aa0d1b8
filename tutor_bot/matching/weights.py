"""Constants of the calibrated decision.

Printed on 2026-11-23 by `python -m tests.matching.calibrate DIR` for the shipped pack and three public sets
of questions, a fifth of the facts hidden in turn; see docs/matching.md for how well the probabilities hold.
"""

WEIGHTS: dict[str, tuple[float, tuple[float, ...]]] = {
    "words": (-3.22, (0.39, 3.01, 2.65, -0.94, 1.26, 0.00, 0.00, 1.53, -0.25)),
    "sense": (-3.61, (0.88, 3.06, 2.83, -0.52, 1.42, 0.46, 0.61, 1.36, -0.67)),
    "foreign": (-4.52, (2.62, 4.19, 3.29, -1.90, 1.84, 3.47, 3.87, 0.38, 0.07)),
}
"""Bias and weights for chance, power, margin, words, words_lead, sense, sense_lead, covered, known."""
