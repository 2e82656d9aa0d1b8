import re
from pathlib import Path
from typing import Any

import typer

from tutor_bot.cli import app
from tutor_bot.settings import PREFIX, Settings
from tutor_bot.wording.general import commands, group_commands
from tutor_bot.wording.voice import voice

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_readme() -> None:
    """What an operator may set is documented."""
    for name in Settings.model_fields:
        assert f"`{PREFIX}{name.upper()}`" in README
    assert set(re.findall(r"`(TUTOR_BOT_\w+)`", README)) == {PREFIX + n.upper() for n in Settings.model_fields}


def test_every_command_stands_in_the_readme() -> None:
    """Every command of the program is documented."""

    def walk(command: Any, path: str) -> list[str]:
        if hasattr(command, "commands"):
            return [p for name, sub in command.commands.items() for p in walk(sub, f"{path} {name}")]
        return [] if command.hidden else [path]

    for path in walk(typer.main.get_command(app), "tutor-bot"):
        assert f"`{path}" in README, path


def test_every_chat_command_stands_in_the_readme() -> None:
    """What stands in a menu stands in the README, and what is not built stands in neither."""
    menu = {name for name, _ in (*commands(voice("en")), *group_commands(voice("en")))}
    table = README.partition("## In the chat")[2].partition("## Settings")[0]
    assert {f"/{name}" for name in menu} <= set(re.findall(r"`(/\w+)`", table))


def test_make_targets_of_the_readme_exist() -> None:
    """Every `make` command that the README names is there."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", README)) - {"and"} <= targets
