"""Where the files that come with the program are."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _shipped(name: str) -> Path:
    """A folder that the wheel carries in `_shipped`; in a checkout it stands at the top level."""
    packed = _PACKAGE / "_shipped" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name


def content_folder() -> Path:
    """The packs."""
    return _shipped("content")


def migrations_folder() -> Path:
    """Alembic's scripts."""
    return _shipped("migrations")
