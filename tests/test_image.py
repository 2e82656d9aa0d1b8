"""The image: what goes into it, its steps in a clean directory, and what it runs as."""

import shutil
import signal
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_telegram import a_message
from tests.image import ROOT, Image, context, read
from tests.test_run import TOKEN, Servers, free_port, servers, until_logged
from tutor_bot.matching import default_cache

__all__ = ["servers"]
"""A fixture."""


def test_what_goes_into_it() -> None:
    """What the build needs; no secret, no history, no tests, nothing that was made here."""
    files = [str(file) for file in context(ROOT)]
    assert {file.partition("/")[0] for file in files} == {
        *("LICENSE", "README.md", "constraints.txt", "pyproject.toml"),
        *("content", "migrations", "tutor_bot"),
    }
    assert "content/stalins-rise/pack.yaml" in files
    assert "tutor_bot/sandbox/static/index.html" in files
    assert not [file for file in files if "__pycache__" in file]


def test_what_it_is() -> None:
    """Pinned, by nobody special, and healthy by its own word."""
    steps = read(ROOT / "Dockerfile")
    assert steps.copied == (". .", "--from=build /opt/tutor-bot /opt/tutor-bot")
    assert "-c constraints.txt" in steps.runs[0]
    assert f"--uid 10001 {steps.user}" in steps.runs[1]
    assert steps.user == "tutor"
    assert all(
        value.startswith(("/data", "sqlite:////data")) for name, value in steps.environment.items() if "/data" in value
    )
    assert "/healthz" in steps.healthcheck[-1]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own, which is closed to others: somebody without rights is to go through it."""
    with tempfile.TemporaryDirectory(prefix="image-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_its_steps_in_a_clean_directory(folder: Path, servers: Servers) -> None:
    """Built from what goes into it, started without rights, healthy, stopped; the same steps as in the Dockerfile."""
    # The libraries of this environment instead of those of the network, without this checkout and this pip.
    libraries = folder / "libraries"
    libraries.mkdir()
    for found in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not found.name.startswith(("tutor_bot", "_tutor_bot", "pip", "_virtualenv", "distutils")):
            (libraries / found.name).symlink_to(found)
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_COMPILE": "1"}
    image = Image(folder, free_port(), {**offline, "PYTHONPATH": str(libraries), "PYTHONDONTWRITEBYTECODE": "1"})
    image.build()
    assert not image.healthy()
    # The index that set-up has made: to make it anew takes longer than all the rest.
    shutil.copytree(default_cache(), image.data / "cache" / default_cache().name)
    servers.updates = [{"update_id": 1, **a_message("who was trotsky")}]
    process = image.start(TOKEN=TOKEN, API_URL=servers.address)
    try:
        until_logged(process, "serving as @tutor_bot")
        assert servers.answered.wait(30)
        assert image.healthy()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=15)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "Traceback" not in log
    assert (image.data / "tutor.db").exists()
