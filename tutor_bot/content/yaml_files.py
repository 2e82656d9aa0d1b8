"""YAML as plain data, with the line of every part."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tutor_bot.content.faults import Fault

MAX_BYTES = 5_000_000
MAX_DEPTH = 20
Where = tuple[str | int, ...]
"""The way to a part: keys and places, as pydantic gives them."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COLLECTIONS = {"tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}
_TRUE = {"true", "yes", "on"}
_INTEGER: Callable[[str], Any] = lambda text: int(text.replace("_", ""), 10)  # noqa: E731


@dataclass
class Document:
    """A file's data (None where it cannot be read), the line of each part, and what is wrong with the YAML itself."""

    file: Path
    data: Any = None
    lines: dict[Where, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line_of(self, where: Where) -> int:
        """The line of a part, or of the nearest part around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def fault(self, where: Where, what: str, *, is_error: bool = True) -> None:
        self.faults.append(Fault(self.file, self.line_of(where), what, is_error))


def read(file: Path) -> Document:
    """Read a YAML file; never raises for what is in it."""
    document = Document(file)
    try:
        raw = file.read_bytes()
    except OSError as error:
        document.fault((), f"cannot be read ({error.strerror}); check its permissions")
        return document
    if len(raw) > MAX_BYTES:
        document.fault((), f"is larger than {MAX_BYTES // 1_000_000} MB; split the topic into several files")
        return document
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        document.faults.append(Fault(file, line, "is not UTF-8; save the file as UTF-8"))
        return document
    try:
        # The C composer calls itself for each level, and a file of brackets would crash the process.
        node = None if _is_too_deep(text) else yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"YAML: {error.problem or error.context}; a text with a colon or a quote in it wants quotes around it"
        document.faults.append(Fault(file, mark.line + 1 if mark else 1, what))
    except yaml.YAMLError as error:
        document.fault((), f"YAML: {' '.join(str(error).split())}")
    else:
        if node is None:
            empty = all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())
            document.fault((), "is empty; remove it or fill it" if empty else "YAML: nested too deeply")
        else:
            _Builder(document).build(node)
    return document


def _is_too_deep(text: str) -> bool:
    """Whether collections stand in each other more than `MAX_DEPTH` deep."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


class _Builder:
    """Nodes to data. Aliases are refused: a few of them can stand for gigabytes."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def build(self, node: Any) -> None:
        self._document.data = self._value(node, ())

    def _value(self, node: Any, where: Where) -> Any:
        self._document.lines[where] = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, where)
        if id(node) in self._seen:
            self._document.fault(where, "YAML aliases (&, *) are not read; write the text out")
            return None
        self._seen.add(id(node))
        if node.tag not in _COLLECTIONS:
            self._document.fault(where, f"the YAML tag {node.tag} is not read; remove it")
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, (*where, place)) for place, child in enumerate(node.value)]
        return self._mapping(node, where)

    def _mapping(self, node: Any, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key_node.tag)
            here = (*where, key)
            if key in found:
                line = key_node.start_mark.line + 1
                self._document.faults.append(
                    Fault(self._document.file, line, f"{key} stands here twice; keep one of them")
                )
                continue
            found[key] = self._value(value_node, here)
            self._document.lines[here] = key_node.start_mark.line + 1
        return found

    def _scalar(self, node: Any, where: Where) -> Any:
        tag, text = node.tag.rpartition(":")[2], node.value
        if tag == "int":
            try:
                return _INTEGER(text)
            except ValueError:
                return text
        if tag == "bool":
            return text.lower() in _TRUE
        if tag == "null":
            return None
        if not tag.isalpha():
            self._document.fault(where, f"the YAML tag {node.tag} is not read; remove it")
        return text
