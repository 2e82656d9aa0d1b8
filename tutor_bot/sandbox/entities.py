"""Formatted text as Telegram reads it: HTML to text and entities, and what it finds in plain text by itself.

Offsets and lengths are in UTF-16 code units, as the Bot API counts them.
"""

import re
from html import unescape
from typing import Any

from tutor_bot.sandbox.refused import Refused, bad

Entity = dict[str, Any]

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_TOKEN = re.compile(r"<(?P<close>/?)(?P<name>[^\s<>/]*)(?P<rest>[^<>]*)>|&(?:#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))|([a-zA-Z-]+)""")
_PLAIN = (
    ("bot_command", re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("url", re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z]\w{2,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d]\w*")),
)


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def formatted(text: str, parse_mode: str | None, given: list[Entity] | None = None) -> tuple[str, list[Entity]]:
    """The text to show and its entities. Raises Refused as Telegram would."""
    mode = (parse_mode or "").lower()
    if mode == "html":
        shown, entities = _html(text)
    elif mode in ("markdown", "markdownv2"):
        raise bad("can't parse entities: the sandbox reads HTML; set parse_mode to HTML")
    elif mode:
        raise bad("unsupported parse_mode")
    else:
        shown, entities = text, list(given or [])
    shown, entities = _trimmed(shown, entities)
    return shown, sorted([*entities, *_found(shown, entities)], key=lambda e: (e["offset"], -e["length"]))


def _html(text: str) -> tuple[str, list[Entity]]:
    out: list[str] = []
    length = done = 0
    open_tags: list[tuple[str, int, dict[str, str]]] = []
    entities: list[Entity] = []

    def add(piece: str) -> None:
        nonlocal length
        out.append(piece)
        length += units(piece)

    def at(place: int) -> int:
        return len(text[:place].encode())

    for token in _TOKEN.finditer(text):
        _no_loose_tag(text, done, token.start(), at)
        add(text[done : token.start()])
        done = token.end()
        if token.group().startswith("&"):
            add(unescape(token.group()))
            continue
        name, rest = token["name"].lower(), token["rest"]
        if not token["close"]:
            attributes = {(m[1] or m[5]).lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(rest)}
            _check_start(name, attributes, at(token.start()))
            open_tags.append((name, length, attributes))
            continue
        if not open_tags:
            raise _unparsable(f"Unexpected end tag at byte offset {at(token.start())}")
        opened, start, attributes = open_tags.pop()
        if name and name != opened:
            what = f'Unmatched end tag at byte offset {at(token.start())}, expected "</{opened}>", found "</{name}>"'
            raise _unparsable(what)
        if length > start:
            entities.append(_entity(opened, start, length, attributes))
    _no_loose_tag(text, done, len(text), at)
    add(text[done:])
    if open_tags:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return "".join(out), entities


def _no_loose_tag(text: str, start: int, end: int, at: Any) -> None:
    loose = text.find("<", start, end)
    if loose >= 0:
        raise _unparsable(f"Unclosed start tag at byte offset {at(loose)}")


def _check_start(name: str, attributes: dict[str, str], offset: int) -> None:
    if name not in _TAGS:
        raise _unparsable(f'Unsupported start tag "{name}" at byte offset {offset}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')


def _entity(name: str, start: int, end: int, attributes: dict[str, str]) -> Entity:
    entity: Entity = {"type": _TAGS[name], "offset": start, "length": end - start}
    if name == "a":
        entity["url"] = unescape(attributes.get("href", ""))
    elif name == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    elif name == "code" and attributes.get("class", "").startswith("language-"):
        entity.update(type="pre", language=attributes["class"].removeprefix("language-"))
    return entity


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Telegram cuts blanks at both ends; entities move along, and links to nowhere are dropped."""
    lead = units(text) - units(text.lstrip())
    shown = text.strip()
    room = units(shown)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(room, entity["offset"] + entity["length"] - lead)
        if end > start and not (entity["type"] == "text_link" and not _is_link(entity.get("url", ""))):
            kept.append({**entity, "offset": start, "length": end - start})
    return shown, kept


def _is_link(url: str) -> bool:
    return re.match(r"(https?|tg)://[^\s/]+|mailto:|[\w.-]+\.\w{2,}", url) is not None


def _found(text: str, known: list[Entity]) -> list[Entity]:
    """Commands, links, mentions and hashtags outside code and links."""
    taken = [(e["offset"], e["offset"] + e["length"]) for e in known if e["type"] in ("code", "pre", "text_link")]
    found = []
    for kind, pattern in _PLAIN:
        for match in pattern.finditer(text):
            start, end = units(text[: match.start()]), units(text[: match.end()])
            if all(end <= low or start >= high for low, high in taken):
                found.append({"type": kind, "offset": start, "length": end - start})
                taken.append((start, end))
    return found


def _unparsable(why: str) -> Refused:
    return bad(f"can't parse entities: {why}")
