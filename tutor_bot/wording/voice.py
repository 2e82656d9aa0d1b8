"""The one catalogue of interface words, by language."""

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

Voice = NullTranslations
"""Speaks one language: `gettext(message)` and `ngettext(one, many, n)`."""

LOCALE = Path(__file__).parent / "locale"


@cache
def voice(language: str) -> Voice:
    """The words of a language tag such as `en` or `pt-br`; English where there is no translation."""
    base = language.split("-")[0]
    return translation("tutor_bot", LOCALE, [language.replace("-", "_"), base], fallback=True)
