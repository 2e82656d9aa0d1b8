"""Packs from a folder: read, check, and hand out as one catalogue."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tutor_bot.content import checks
from tutor_bot.content.faults import Fault
from tutor_bot.content.models import FactFile, ItemFile, PackFile, SourceFile, TopicFile
from tutor_bot.content.yaml_files import Document, Where, read
from tutor_bot.domain.facts import Catalogue, Fact, Item, ItemKind, KeyPerson, Moment, Pack, Source, Term, Topic

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The catalogue, None when there is an error; and all faults, sorted by file and line."""

    catalogue: Catalogue | None
    faults: tuple[Fault, ...]


def load(folder: Path, *, thorough: bool = True) -> Loaded:
    """Load every pack below `folder` (or the one that `folder` is). Names all faults at once, raises nothing.

    What only could be better is looked for when `thorough`: a bot that starts has no use for it.
    """
    packs: list[checks.LoadedPack] = []
    faults: list[Fault] = []
    homes = _homes(folder)
    if not homes:
        what = "holds no pack; a pack is a folder with a pack.yaml in it" if folder.is_dir() else "is not a folder"
        faults.append(Fault(folder, 1, what))
    digest = hashlib.sha256()
    for home in homes:
        pack, found = _load_pack(home, digest, thorough)
        faults += found
        if pack:
            packs.append(pack)
    faults += checks.across_packs(packs)
    faults.sort()
    if any(fault.is_error for fault in faults):
        return Loaded(None, tuple(faults))
    facts = {fact.key: fact for pack in packs for fact in _facts(pack)}
    return Loaded(Catalogue(tuple(_pack(pack) for pack in packs), facts, digest.hexdigest()[:16]), tuple(faults))


def _homes(folder: Path) -> list[Path]:
    if (folder / "pack.yaml").is_file():
        return [folder]
    if not folder.is_dir():
        return []
    return sorted(home for home in folder.iterdir() if (home / "pack.yaml").is_file())


def _load_pack(home: Path, digest: Any, thorough: bool) -> tuple[checks.LoadedPack | None, list[Fault]]:
    document = read(home / "pack.yaml")
    files = sorted((home / "topics").glob("*.yaml"))
    for file in (home / "pack.yaml", *files):
        digest.update(file.relative_to(home.parent).as_posix().encode() + b"\0")
        digest.update(file.read_bytes() if file.is_file() else b"")
    model = _validated(document, PackFile)
    topics = []
    faults: list[Fault] = []
    for file in files:
        topic_document = read(file)
        topic = _validated(topic_document, TopicFile)
        if topic:
            topics.append((topic_document, topic))
        else:
            faults += topic_document.faults
    if model is None:
        return None, [*document.faults, *faults]
    pack = checks.LoadedPack(document, model, topics)
    if not files:
        document.fault((), "the pack has no topics; put at least one file into topics/")
    checks.within_pack(pack, thorough=thorough)
    for checked in (document, *(d for d, _ in topics)):
        faults += checked.faults
    return pack, faults


def _validated(document: Document, model: type[Model]) -> Model | None:
    """The file's data in its form; what does not fit becomes faults."""
    if document.data is None:
        return None
    if not isinstance(document.data, dict):
        document.fault((), "must begin with keys such as `id:`; it is a list or a bare text")
        return None
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        for found in error.errors():
            where: Where = tuple(part for part in found["loc"] if part != "function-before[_text(), str]")
            document.fault(where, _what(found, where, model))
        return None


_FIELDS = {name for model in (PackFile, TopicFile, FactFile, ItemFile, SourceFile) for name in model.model_fields}


def _what(found: Any, where: Where, model: type[BaseModel]) -> str:
    """A schema error in words that say what to do."""
    name = ".".join(str(part) for part in where if isinstance(part, str)) or "the file"
    match found["type"]:
        case "missing":
            return f"{name} is missing; add it"
        case "extra_forbidden":
            near = get_close_matches(str(where[-1]), sorted(_FIELDS), n=1)
            return f"{name} is not a key I know" + (f"; did you mean {near[0]}?" if near else "; remove it")
        case "string_too_long":
            return f"{name} is longer than {found['ctx']['max_length']} characters; shorten it"
        case "string_too_short":
            return f"{name} is empty; fill or remove it"
        case "too_short":
            return f"{name} is empty; add at least one"
        case "string_pattern_mismatch":
            return (
                f"{name} may hold small letters a-z, digits and single dashes between them: {found['input']!r} does not"
            )
        case "enum":
            return f"{name} may be {found['ctx']['expected']}, not {found['input']!r}"
        case "value_error":
            return f"{name}: {found['ctx']['error']}"
        case _:
            return f"{name}: {found['msg'][:1].lower()}{found['msg'][1:]}"


def _pack(pack: checks.LoadedPack) -> Pack:
    model = pack.model
    return Pack(
        id=model.id,
        title=model.title,
        language=model.language,
        licence=model.licence,
        synonyms={name: tuple(others) for name, others in model.synonyms.items()},
        glossary={
            word: Term(told) if isinstance(told, str) else Term(told.meaning, told.example, told.native)
            for word, told in model.glossary.items()
        },
        outline=model.outline,
        claims=tuple(model.claims),
        misconceptions=tuple(model.misconceptions),
        timeline=tuple(Moment(m.date, m.event) for m in model.timeline),
        people=tuple(KeyPerson(p.name, p.life, p.role) for p in model.people),
        topics=tuple(
            Topic(model.id, topic.id, topic.title, tuple(f"{model.id}/{fact.id}" for fact in topic.facts))
            for _, topic in pack.topics
        ),
    )


def _key(pack: str, name: str) -> str:
    """A fact's key from its id, which may name another pack; empty stays empty."""
    return name if "/" in name or not name else f"{pack}/{name}"


def _facts(pack: checks.LoadedPack) -> Iterator[Fact]:
    sources = {
        name: Source(name, source.author, source.title, source.year)
        for name, source in (pack.model.sources or {}).items()
    }
    for _, topic in pack.topics:
        for fact in topic.facts:
            yield Fact(
                pack=pack.model.id,
                id=fact.id,
                topic=topic.id,
                question=fact.question,
                answer=fact.answer,
                also_asked=tuple(fact.also_asked),
                more=fact.more or "",
                note=fact.note or "",
                certainty=fact.certainty,
                sources=tuple(sources[name] for name in fact.sources),
                see_also=tuple(_key(pack.model.id, name) for name in fact.see_also),
                items=tuple(_item(pack.model.id, item) for item in fact.quiz),
                was=tuple(fact.was),
                core=fact.core,
                covers=tuple(fact.covers),
                claims=tuple(fact.claims),
                corrects=tuple(fact.corrects),
                persons=_several(fact.person),
                terms=_several(fact.term),
            )


def _several(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _item(pack: str, item: ItemFile) -> Item:
    right, wrong = checks.options_of(item)
    return Item(
        id=f"{pack}/{checks.id_of(item)}",
        stem=item.ask,
        right=tuple(right),
        wrong=tuple(wrong),
        why=item.why or "",
        kind=ItemKind(item.kind),
        accepted=tuple(item.accepted or ()),
        hints=tuple(item.hints or ()),
    )
