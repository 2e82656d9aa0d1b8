"""What is counted while the bot works, for whoever watches over it."""

from typing import Protocol


class Meter(Protocol):
    """Told as things happen. Nothing told here names a person or quotes their words."""

    def received(self, kind: str) -> None:
        """An update was stored; `kind` is Telegram's name for what it holds, such as `message`."""

    def handled(self, seconds: float) -> None:
        """An update has been acted on, so long after it was taken up."""

    def called(self, method: str, seconds: float) -> None:
        """Telegram took a call that sends or edits, and answered after so long."""

    def slowed(self) -> None:
        """Telegram answered 429."""

    def takes_part(self, of: int, *, leads: bool) -> None:
        """So many replicas live, and whether this one leads; 0 when it is cut off from them."""


class NoMeter:
    """Where nobody watches."""

    def received(self, kind: str) -> None: ...

    def handled(self, seconds: float) -> None: ...

    def called(self, method: str, seconds: float) -> None: ...

    def slowed(self) -> None: ...

    def takes_part(self, of: int, *, leads: bool) -> None: ...
