"""Constants of the calibrated decision.

Printed on 2026-11-23 by `python -m tests.matching.calibrate DIR` for the shipped pack and three public sets
of questions, a fifth of the facts hidden in turn; see docs/matching.md for how well the probabilities hold.
"""

WEIGHTS: dict[str, tuple[float, tuple[float, ...]]] = {
    "words": (-3.82, (0.35, 3.92, 2.45, -1.15, 0.78, 0.00, 0.00, 1.36, -0.07)),
    "sense": (-3.76, (1.51, 2.66, 2.75, -0.53, 1.28, 0.30, 0.78, 1.22, -0.19)),
    "foreign": (-7.59, (0.92, 5.62, -1.38, -2.87, 2.48, 3.29, 7.32, 2.44, 2.00)),
}
"""Bias and weights for chance, power, margin, words, words_lead, sense, sense_lead, covered, known."""
