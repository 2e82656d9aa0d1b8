"""How Telegram says no."""

from typing import Any

_WORDS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class Refused(Exception):
    """A call that Telegram would refuse: an error code, its words, and sometimes parameters."""

    def __init__(self, code: int, why: str = "", **parameters: Any) -> None:
        word = _WORDS.get(code, "Too Many Requests" if code == 429 else "Internal Server Error")
        self.code = code
        self.description = f"{word}: {why}" if why else word
        self.parameters = parameters
        super().__init__(self.description)

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return {**answer, "parameters": self.parameters} if self.parameters else answer


def bad(why: str, **parameters: Any) -> Refused:
    """400, the usual one."""
    return Refused(400, why, **parameters)


def forbidden(why: str) -> Refused:
    return Refused(403, why)
