"""What a person sees, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `data` is at most 64 bytes and comes back when it is pressed."""

    text: str
    data: str = ""
    url: str = ""


Buttons = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class View:
    """A message: HTML as Telegram takes it, and rows of buttons."""

    html: str
    buttons: Buttons = ()


@dataclass(frozen=True, slots=True)
class PollView:
    """A native quiz poll: plain text, `right` as rising indices into `options`."""

    question: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    explanation: str
    several: bool
    buttons: Buttons = ()
