"""The one catalogue of interface words, by language: gettext's, read from the file that translators edit."""

from collections.abc import Mapping
from datetime import date, time
from functools import cache, cached_property
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "ru": "Русский"}
"""Those that the interface speaks, by their own names."""


class Voice:
    """Speaks one language: `gettext(message)`, `ngettext(one, many, n)`, and dates as they are written there."""

    def __init__(self, language: str, words: NullTranslations) -> None:
        self.language = language
        self.gettext = words.gettext
        self.ngettext = words.ngettext

    def day(self, day: date) -> str:
        """Wednesday, 20 January 2027"""
        from babel.dates import format_date

        return format_date(day, "full", locale=self._locale)

    def short_day(self, day: date) -> str:
        """20 January"""
        from babel.dates import format_skeleton

        return format_skeleton("MMMMd", day, locale=self._locale)

    def weekday(self, day: date) -> str:
        """Wed"""
        from babel.dates import format_date

        return format_date(day, "EEE", locale=self._locale)

    def month(self, day: date) -> str:
        """January 2027"""
        from babel.dates import format_skeleton

        return format_skeleton("yMMMM", day, locale=self._locale)

    def weekdays(self) -> tuple[str, ...]:
        """Two letters or so for each day of the week, from Monday."""
        from babel.dates import get_day_names

        names = get_day_names("short", context="stand-alone", locale=self._locale)
        return tuple(names[day] for day in range(7))

    def hour(self, hour: time) -> str:
        return f"{hour:%H:%M}"

    @cached_property
    def months(self) -> Mapping[str, int]:
        """Names of months in this language and in English, as they may stand in a date, in small letters."""
        from babel.dates import get_month_names

        return {
            name.lower().rstrip("."): number
            for locale in ("en", self._locale)
            for context in ("stand-alone", "format")
            for width in ("abbreviated", "wide")
            for number, name in get_month_names(width, context, locale).items()
        }

    @property
    def _locale(self) -> str:
        # English as it is written in most of the world, with the day before the month.
        return "en_GB" if self.language == "en" else self.language


@cache
def voice(language: str) -> Voice:
    """The words of a language tag such as `en` or `ru-RU`; English where there is no translation."""
    base = language.lower().replace("_", "-").split("-")[0]
    if base not in LANGUAGES or base == "en":
        return Voice("en", NullTranslations())
    return Voice(base, _translations(base))


def _translations(language: str) -> GNUTranslations:
    # The file itself and no compiled copy of it: the two could differ.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (LOCALE / language / "LC_MESSAGES" / "tutor_bot.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
