"""Questions that say nearly the same, in groups."""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from tutor_bot.matching.normalise import FUNCTION_WORDS, words

ALIKE = 80
"""Token-sort ratio, 0 to 100, of content words from which two questions count as one."""


def grouped(texts: Sequence[str]) -> list[list[int]]:
    """Places of texts that belong together, the largest group first, then by the earliest place.

    Single linkage: each text joins the group of the first earlier one that it is alike.
    """
    bare = [_bare(text) for text in texts]
    if not bare:
        return []
    near = process.cdist(bare, bare, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, dtype=np.float32)
    groups: list[list[int]] = []
    group_of: dict[int, int] = {}
    for place in range(len(bare)):
        alike = next((other for other in range(place) if near[place, other] >= ALIKE), None)
        if alike is None:
            group_of[place] = len(groups)
            groups.append([place])
        else:
            group_of[place] = group_of[alike]
            groups[group_of[alike]].append(place)
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def _bare(text: str) -> str:
    found = words(text)
    return " ".join([w for w in found if w not in FUNCTION_WORDS] or found)
