"""The form of pack files. The JSON Schema for editors is made from these."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from tutor_bot.domain.facts import Certainty, ItemKind

# Telegram's limits, in characters.
STEM, OPTION, WHY = 300, 100, 200
MOST_OPTIONS = 10
ANSWER, MORE, NOTE = 1000, 2000, 500
"""Ours: with sources and certainty these stay within one message of 4,096."""


def _text(value: Any) -> Any:
    """A number where words are wanted is taken as it is written; yes and no are not what they look like."""
    if isinstance(value, bool):
        raise ValueError("put quotes around yes, no, true and false where they are words")
    if isinstance(value, int):
        return str(value)
    return " ".join(value.split()) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
Id = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=80)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SourceFile(_Model):
    """A book, article or document."""

    author: Annotated[str, BeforeValidator(_text)] = ""
    title: Text
    year: int | None = None


class TermFile(_Model):
    """A word of the glossary; a bare text is its meaning."""

    meaning: Text
    example: Annotated[str, BeforeValidator(_text)] = ""
    native: Annotated[str, BeforeValidator(_text)] = ""


class MomentFile(_Model):
    """An entry of the timeline, in the order in which it is shown."""

    date: Text
    event: Text


class PersonFile(_Model):
    """A key person, with years of life and a line."""

    name: Text
    life: Text
    role: Text


class PackFile(_Model):
    """`pack.yaml`: what the subject is, its bibliography, spellings and terms, and what it plans to cover.

    `years` are the first and the last that may be an option; `not_before` maps a word to the year from which
    it may be used; `outline` is how many numbered facts are planned.
    """

    id: Id
    title: Text
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
    licence: str = ""
    sources: dict[Id, SourceFile] | None = None
    synonyms: dict[str, list[Text]] = {}
    years: list[int] = []
    not_before: dict[str, int] = {}
    outline: int = 0
    claims: list[Text] = []
    misconceptions: list[Id] = []
    glossary: dict[str, Text | TermFile] = {}
    timeline: list[MomentFile] = []
    people: list[PersonFile] = []


class ItemFile(_Model):
    """A quiz item. Which keys it has follows from its kind."""

    id: Id | None = None
    kind: ItemKind = ItemKind.CHOICE
    ask: Text
    right: Text | list[Text] | bool | None = None
    wrong: list[Text] | None = None
    order: list[Text] | None = None
    accepted: list[Text] | None = None
    hints: list[Text] | None = None
    why: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _bool_only_where_it_is_one(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("kind") == "true_false" and isinstance(data.get("right"), str):
            word = data["right"].strip().lower()
            if word in ("true", "false"):
                return {**data, "right": word == "true"}
        return data


class FactFile(_Model):
    """One idea: how it is asked for, the answer, where it stands, how sure it is, and its quiz items."""

    id: Id
    question: Text
    also_asked: list[Text] = []
    answer: Annotated[Text, Field(max_length=ANSWER)]
    more: Annotated[Text, Field(max_length=MORE)] | None = None
    note: Annotated[Text, Field(max_length=NOTE)] | None = None
    sources: list[Id] = []
    certainty: Certainty = Certainty.ESTABLISHED
    see_also: list[str] = []
    quiz: list[ItemFile] = []
    was: list[Id] = []
    core: bool = False
    covers: list[int] = []
    claims: list[str] = []
    corrects: list[Id] = []
    person: Text | list[Text] = []
    term: Text | list[Text] = []


class TopicFile(_Model):
    """A chapter: `topics/*.yaml`, in the order of their file names."""

    id: Id
    title: Text
    facts: Annotated[list[FactFile], Field(min_length=1)]
