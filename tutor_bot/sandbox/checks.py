"""What Telegram checks in a call before it does anything: types, lengths, keyboards."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tutor_bot.sandbox.entities import Entity, formatted
from tutor_bot.sandbox.refused import bad

TEXT, CAPTION = 4096, 1024
CALLBACK_DATA = 64
"""Bytes."""
MOST_BUTTONS = 100


class Call:
    """One call's parameters, which may come as text, as JSON or as uploaded files."""

    def __init__(self, method: str, values: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]) -> None:
        self.method, self.values, self.files = method, values, files

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def number(self, name: str, default: int | None = None) -> int:
        value = self.values.get(name)
        if value in (None, ""):
            if default is None:
                raise bad(f"parameter {name} is required")
            return default
        try:
            return int(str(value))
        except ValueError:
            raise bad(f"can't parse {name}: a number is expected") from None

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.values.get(name)
        return default if value is None else str(value).lower() in ("true", "1", "yes")

    def data(self, name: str, default: Any = None) -> Any:
        """A parameter in JSON, already read or still as text."""
        value = self.values.get(name)
        if value in (None, ""):
            return default
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError:
                raise bad(f"can't parse {name} JSON object") from None
        return value

    def listed(self, name: str) -> list[Any]:
        value = self.data(name, [])
        if not isinstance(value, list):
            raise bad(f"can't parse {name}: expected an Array")
        return value

    def words(self, name: str, most: int, too_long: str, mode: str = "parse_mode") -> tuple[str, list[Entity]]:
        """A text with its entities, within `most` characters."""
        given = self.data("entities" if name == "text" else f"{name}_entities", [])
        text, entities = formatted(self.text(name), self.text(mode), given)
        if len(text) > most:
            raise bad(too_long)
        return text, entities

    def keyboard(self) -> dict[str, Any] | None:
        """The inline keyboard, checked; other kinds of markup are taken as they are."""
        markup = self.data("reply_markup")
        if markup is None:
            return None
        if not isinstance(markup, dict):
            raise bad("can't parse reply keyboard markup JSON object")
        if "inline_keyboard" not in markup:
            return markup
        rows = markup["inline_keyboard"]
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise bad('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
        for button in (button for row in rows for button in row):
            _check_button(button)
        if sum(len(row) for row in rows) > MOST_BUTTONS:
            raise bad("reply markup is too long")
        return {"inline_keyboard": [row for row in rows if row]}


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad("inline keyboard button text must be non-empty")
    actions = [name for name in button if name not in ("text", "style", "icon_custom_emoji_id")]
    if not actions or button.get("callback_data") == "":
        raise bad("text buttons are unallowed in the inline keyboard")
    if len(str(button.get("callback_data", "")).encode()) > CALLBACK_DATA:
        raise bad("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not re.match(r"(https?|tg)://\S+$", str(url)):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
