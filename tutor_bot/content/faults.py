"""What is wrong in a pack, where, and what to do."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault at a line (from 1) of a file. An error keeps a pack from loading, a warning does not."""

    file: Path
    line: int
    what: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'' if self.is_error else 'warning: '}{self.what}"
