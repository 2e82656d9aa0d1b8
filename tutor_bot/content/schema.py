"""JSON Schemas of pack files, for editors."""

import json
from pathlib import Path

from pydantic import BaseModel

from tutor_bot.content.models import PackFile, TopicFile

SCHEMAS: dict[str, type[BaseModel]] = {"pack.json": PackFile, "topic.json": TopicFile}


def schema_text(name: str) -> str:
    """The schema as it is shipped."""
    return json.dumps(SCHEMAS[name].model_json_schema(), indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> None:
    """Write all schemas into a folder. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        (folder / name).write_text(schema_text(name), encoding="utf-8")
