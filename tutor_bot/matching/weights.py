"""Constants of the calibrated decision, printed by `python -m tutor_bot.matching.calibrate`."""

BIAS = -4.2
WEIGHTS = (5.0, 4.0, 2.6, 1.2, -3.0, 3.0)
"""For best, margin, covered, known, strange, exact."""
