"""The trained head: which fact a question means, from its nearness to every phrasing.

A kernel softmax (multinomial logistic regression): the score of a fact is the sum over all phrasings of
kernel(question, phrasing) * weight[phrasing, fact]. The weights are found in the dual, block by block of
phrasings (Shalev-Shwartz and Zhang 2013, "Stochastic dual coordinate ascent"), which needs about ten passes
where plain gradient descent needs over a hundred.
"""

import numpy as np

from tutor_bot.matching.index import Floats, Ints

PASSES = 12
BLOCK = 32
STEP = 1.0
RIDGE = 2e-5
MOST_ROWS = 10_500
"""Phrasings; the kernel of more would take over half a gigabyte, and so many need a head least."""
MOST_WORK = 2e10
"""Phrasings squared times facts: half a minute on one slow core."""
SENSE = 2.0
"""How much the encoder's cosine counts beside the cosine of words."""


def kernel(words: Floats, sense: Floats | None) -> Floats:
    """One kernel of both cosines; the exponential lets near phrasings count more than far ones."""
    found: Floats = np.exp(words - 1)
    if sense is not None:
        found += np.float32(SENSE) * np.exp(sense - 1)
    return found


def trainable(rows: int, facts: int) -> bool:
    """Whether a head can be trained in a time and memory that a small machine has."""
    return facts > 1 and rows <= MOST_ROWS and rows * rows * facts <= MOST_WORK


def train(kernels: Floats, owner: Ints, facts: int, heed: Floats) -> Floats:
    """Weights (rows, facts) from kernels (rows, rows); `heed` is how much each row counts."""
    rows = len(owner)
    weights = np.zeros((rows, facts), dtype=np.float32)
    rng = np.random.default_rng(1)
    for _ in range(PASSES):
        order = rng.permutation(rows)
        for start in range(0, rows, BLOCK):
            block = order[start : start + BLOCK]
            error = softmax(kernels[block] @ weights)
            error[np.arange(len(block)), owner[block]] -= 1
            weights[block] -= STEP * (heed[block, None] * error + np.float32(RIDGE * rows) * weights[block])
    return weights


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    found: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return found
