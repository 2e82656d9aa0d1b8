"""Promises about the whole code that no single room can keep."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "tutor_bot").rglob("*.py"))


def test_time_comes_from_the_clock() -> None:
    """Nothing a user can see is timed past the one Clock: no asyncio.sleep, no datetime.now, no time.time."""
    forbidden = re.compile(r"asyncio\.sleep\(|datetime\.now\(|datetime\.utcnow\(|date\.today\(|time\.time\(")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        if path.name != "clock.py" or path.parent.name != "tutor_bot"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert found == []


def test_nothing_that_matters_runs_unwatched() -> None:
    """No handler is registered with block=False, so that no update is struck off before it was handled."""
    assert [path for path in SOURCES if "block=False" in path.read_text(encoding="utf-8")] == []


def test_use_cases_speak_no_language() -> None:
    """Words for people stand in wording alone: use cases and storage call no gettext and send nothing."""
    for room in ("usecases", "storage", "domain"):
        for path in (ROOT / "tutor_bot" / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            calls = {
                node.func.attr
                for node in ast.walk(tree)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            }
            assert not calls & {"gettext", "ngettext", "send_message", "send_poll", "reply_text", "reply_html"}, path


def test_no_addresses_of_package_registries() -> None:
    """The pinned versions name no place to get them from."""
    for name in ("constraints.txt", "pyproject.toml", "Makefile", "Dockerfile"):
        # No addresses, and no lines that are options of the installer.
        assert not re.search(r"://[^/]|^\s*-", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE), name
