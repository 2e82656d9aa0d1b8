"""Questions that lean on the one before."""

from collections.abc import Sequence

from tutor_bot.matching.normalise import FUNCTION_WORDS, PRONOUNS

_OPENERS = frozenset("and but so then also ok okay wait".split())
_MORE = frozenset(
    """more detail details further go on continue elaborate expand source sources sure certain simpler simple easier
    easy understand clear again repeat example""".split()
)
LONGEST = 12
"""Words; a longer question stands on its own feet."""


def leans(tokens: Sequence[str]) -> bool:
    """Whether the question may need what was asked before: it opens with "and", or has a pronoun, or is tiny."""
    if not tokens or len(tokens) > LONGEST:
        return False
    return tokens[0] in _OPENERS or any(token in PRONOUNS for token in tokens) or is_bare(tokens)


def is_bare(tokens: Sequence[str]) -> bool:
    """Whether nothing in it says what it is about: "why?", "when was that?", "tell me more"."""
    return bool(tokens) and all(token in FUNCTION_WORDS or token in _MORE for token in tokens)
