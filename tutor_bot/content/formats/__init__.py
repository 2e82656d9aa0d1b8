"""Questions from and for other programs: each format a module with `read`, `write` or both."""

from tutor_bot.content.formats.entry import Entry, FormatError, Refusal, Taken
from tutor_bot.content.formats.registry import READERS, WRITERS, read_file, write_file

__all__ = ["READERS", "WRITERS", "Entry", "FormatError", "Refusal", "Taken", "read_file", "write_file"]
