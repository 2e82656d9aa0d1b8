"""Text from a file in whatever encoding a teacher's program has written."""

import codecs
from pathlib import Path

from tutor_bot.content.formats.entry import FormatError

MOST = 8_000_000
"""Bytes; ten thousand questions take about three million."""


def read_bytes(file: Path, most: int = MOST) -> bytes:
    """The file's bytes. Raises FormatError."""
    try:
        size = file.stat().st_size
        if size > most:
            raise FormatError(f"{file}: larger than {most // 1_000_000} MB; split it into several files")
        return file.read_bytes()
    except IsADirectoryError:
        raise FormatError(f"{file}: is a folder; give a file") from None
    except OSError as error:
        raise FormatError(f"{file}: {error.strerror}") from None


def read_text(file: Path) -> str:
    """The file as text with Unix line ends. Raises FormatError with the place of what is no text."""
    raw = read_bytes(file)
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if wide else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FormatError(f"{file}:{line}: is not UTF-8; save the file as UTF-8") from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise FormatError(f"{file}:{line}: holds a zero byte, so it is no text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")
