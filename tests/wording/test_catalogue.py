"""The catalogue of interface words: complete, and the same in every language."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tutor_bot import wording
from tutor_bot.wording.voice import LANGUAGES, LOCALE, voice

WORDING = Path(wording.__file__).parent
OTHERS = [language for language in LANGUAGES if language != "en"]


@cache
def said() -> dict[str, tuple[str, ...]]:
    """Every message of the interface by its first form: one form, or one and many."""
    found = {}
    for _, _, message, _, _ in extract_from_dir(WORDING):
        forms = message if isinstance(message, tuple) else (message,)
        found[forms[0]] = tuple(forms)
    return found


def translations(language: str) -> dict[str, Message]:
    text = (LOCALE / language / "LC_MESSAGES" / "tutor_bot.po").read_text(encoding="utf-8")
    catalogue = read_po(StringIO(text), locale=language)
    assert not catalogue.obsolete
    return {str(m.id[0] if isinstance(m.id, list | tuple) else m.id): m for m in catalogue if m.id}


def forms_of(message: Message) -> tuple[str, ...]:
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return tuple(str(string or "") for string in strings)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_message_is_found() -> None:
    """What is said is seen by the tools: they do not look into f-strings, nor see words that are put together."""
    for path in WORDING.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("gettext", "ngettext"):
                assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}"
                assert node.args[0].value in said(), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str) -> None:
    """No message is missing, empty, unsure or left over; `make words` shows what is."""
    there = translations(language)
    assert said().keys() - there.keys() == set()
    assert there.keys() - said().keys() == set()
    assert [key for key, message in there.items() if message.fuzzy or not all(forms_of(message))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_say_the_same(language: str) -> None:
    """They hold the same fields, commands and breaks; plural messages have every form of the language."""
    forms = said()
    plurals = 3 if language == "ru" else 2
    for key, message in translations(language).items():
        many = len(forms[key]) > 1
        assert len(forms_of(message)) == (plurals if many else 1), key
        for form in forms_of(message):
            assert fields(form) == fields(forms[key][-1]), key
            assert set(re.findall(r"/[a-z]+\b", form)) == set(re.findall(r"/[a-z]+\b", forms[key][-1])), key
            assert form.count("\n") == key.count("\n"), key
            # What is marked up is put together by us; words hold none.
            assert not re.search(r"[<>]", form), key


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (1, "1 день подряд."),
        (2, "2 дня подряд."),
        (5, "5 дней подряд."),
        (11, "11 дней подряд."),
        (21, "21 день подряд."),
        (22, "22 дня подряд."),
        (112, "112 дней подряд."),
    ],
)
def test_russian_plurals(n: int, words: str) -> None:
    """One, few and many, as Russian counts."""
    assert voice("ru").ngettext("{n} day in a row.", "{n} days in a row.", n).format(n=n) == words


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("ru", "ru"),
        ("ru-RU", "ru"),
        ("RU_ru", "ru"),
        ("en", "en"),
        ("en-gb", "en"),
        ("de", "en"),
        ("", "en"),
        ("x", "en"),
    ],
)
def test_which_language_is_spoken(tag: str, language: str) -> None:
    """Telegram's language if there is a translation, English otherwise."""
    assert voice(tag).language == language


def _literals() -> Iterator[str]:
    """Texts in wording that look like words for people and pass the catalogue by."""
    for path in WORDING.glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if found := re.search(r'View\(_e\("[A-Za-z]|Button\("[A-Za-z]|lines\.append\("[A-Za-z]', line):
                yield f"{path.name}: {found[0]}"


def test_no_words_pass_the_catalogue_by() -> None:
    """What people read goes through gettext."""
    assert list(_literals()) == []
