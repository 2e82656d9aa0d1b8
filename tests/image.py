"""The Dockerfile's own steps, in a clean directory instead of an image. `python -m tests.image`: with the network.

What the Dockerfile puts at the root of the image goes below a folder of ours, and the port is a free one. What it asks
of the image's system, to make a user, is left out: whoever runs what was built is given.
"""

import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
WITHOUT_RIGHTS = 10001
"""The user's number in the image."""


@dataclass(frozen=True)
class Dockerfile:
    """What is done, in order; the last CMD, HEALTHCHECK and ENV are those of the image."""

    copied: tuple[str, ...]
    runs: tuple[str, ...]
    environment: Mapping[str, str]
    user: str
    healthcheck: tuple[str, ...]
    command: tuple[str, ...]


def read(file: Path) -> Dockerfile:
    """Reads the instructions that ours has, and refuses others."""
    copied: list[str] = []
    runs: list[str] = []
    environment: dict[str, str] = {}
    user = ""
    healthcheck: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    for line in re.sub(r"\\\n\s*", "", file.read_text(encoding="utf-8")).splitlines():
        instruction, _, rest = line.partition(" ")
        match instruction:
            case "" | "FROM" | "WORKDIR" | "VOLUME" | "EXPOSE":
                continue
            case "COPY":
                copied.append(rest)
            case "RUN":
                runs.append(rest)
            case "ENV":
                environment |= dict(part.split("=", 1) for part in shlex.split(rest))
            case "USER":
                user = rest
            case "HEALTHCHECK":
                healthcheck = tuple(json.loads(rest.partition(" CMD ")[2]))
            case "CMD":
                command = tuple(json.loads(rest))
            case _:
                raise ValueError(f"a step that is not known here: {line}")
    return Dockerfile(tuple(copied), tuple(runs), environment, user, healthcheck, command)


def context(root: Path) -> list[Path]:
    """The files that `COPY . .` copies, as `.dockerignore` says; relative paths."""
    patterns = [
        line for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]

    def ignored(path: Path) -> bool:
        found = False
        for pattern in patterns:
            wanted = pattern.removeprefix("!")
            parts = [path, *path.parents][:-1]
            if wanted.startswith("**/"):
                hit = any(part.name == wanted[3:] for part in parts)
            else:
                hit = any(fnmatch.fnmatch(str(part), wanted) for part in parts if "/" not in str(part))
            found = (pattern[0] != "!") if hit else found
        return found

    # What is ignored at the top has nothing below it that is not: a `.venv` need not be walked through.
    tops = [top for top in root.iterdir() if not ignored(top.relative_to(root))]
    files = [file for top in tops for file in ([top] if top.is_file() else top.rglob("*")) if file.is_file()]
    return sorted(found for file in files if not ignored(found := file.relative_to(root)))


@dataclass
class Image:
    """What is built below `folder`. `more` goes into the environment of its steps."""

    folder: Path
    port: int
    more: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = read(ROOT / "Dockerfile")
        self.source = self.folder / "src"
        self.data = self.folder / "data"

    def _here(self, text: str) -> str:
        for path in ("/opt/tutor-bot", "/data"):
            text = re.sub(rf"(?<![\w/]){path}|(?<=sqlite:///){path}", f"{self.folder}{path}", text)
        return text.replace("8080", str(self.port))

    def build(self) -> None:
        """Copy what is to be copied, and run what is to be run."""
        for file in context(ROOT):
            (self.source / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, self.source / file)
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "python").symlink_to(sys.executable)
        (tools / "useradd").write_text("#!/bin/sh\n", encoding="utf-8")
        (tools / "useradd").chmod(0o755)
        environment = {**_clean(), "PATH": f"{tools}:{os.environ['PATH']}", **self.more}
        for run in self.steps.runs:
            as_whoever_runs_it = run.replace(f"-o {self.steps.user} ", f"-o {self.owner} ")
            done = subprocess.run(
                ["sh", "-ec", self._here(as_whoever_runs_it)],
                cwd=self.source,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(f"{run}\n{done.stdout}{done.stderr}")

    @cached_property
    def owner(self) -> int:
        """Whose the data is: the user's number in the image, where we may become that and it can run Python."""
        if os.getuid() != 0:
            return os.getuid()
        # Python begins another one: to begin the first, setpriv still has the rights that it lays down.
        another = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
        tried = subprocess.run(
            [*self._as(WITHOUT_RIGHTS), sys.executable, "-c", another],
            cwd="/",
            capture_output=True,
            check=False,
        )
        return WITHOUT_RIGHTS if tried.returncode == 0 else 0

    def start(self, **settings: str) -> subprocess.Popen[str]:
        """The image's CMD with the image's ENV, by somebody without rights."""
        given = {f"TUTOR_BOT_{name}": value for name, value in settings.items()}
        return subprocess.Popen(
            [*self._lowered(), *map(self._here, self.steps.command)],
            env=self._environment() | given,
            cwd="/",
            stderr=subprocess.PIPE,
            text=True,
        )

    def healthy(self) -> bool:
        """As HEALTHCHECK says."""
        asked = [*self._lowered(), *map(self._here, self.steps.healthcheck)]
        return subprocess.run(asked, env=self._environment(), capture_output=True, check=False).returncode == 0

    def run(self, *arguments: str) -> str:
        """What the installed program says."""
        called = [*self._lowered(), self.steps.command[0], *arguments]
        return subprocess.run(
            called, env=self._environment(), cwd="/", check=True, stdout=subprocess.PIPE
        ).stdout.decode()

    def _lowered(self) -> list[str]:
        if os.getuid() != 0:
            return []
        # Where the user of the image cannot reach this Python, root who may do no more than others.
        return self._as(self.owner)

    def _as(self, owner: int) -> list[str]:
        whose = [f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
        return ["setpriv", *whose, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]

    def _environment(self) -> dict[str, str]:
        here = {name: self._here(value) for name, value in self.steps.environment.items()}
        here["PATH"] = here["PATH"].replace("$PATH", os.environ["PATH"])
        return _clean() | dict(self.more) | here


def _clean() -> dict[str, str]:
    dropped = ("TUTOR_BOT_", "PYTHON", "PIP_", "XDG_", "MPL", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


def main() -> None:
    """Build it with the network, as Docker would, and see it run, be healthy and stop."""
    from tests.test_run import Servers, free_port, until_logged

    with tempfile.TemporaryDirectory(prefix="image-") as folder:
        # So that the user without rights may go through it.
        Path(folder).chmod(0o755)
        image = Image(Path(folder), free_port())
        image.build()
        print(image.run("--version"), end="")
        image.run("content", "check")
        servers = Servers()
        threading.Thread(target=servers.serve_forever, daemon=True).start()
        process = image.start(TOKEN="42:AAsecret-token_value", API_URL=servers.address)
        try:
            until_logged(process, "serving as")
            assert image.healthy(), "not healthy"
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=15)
        finally:
            process.kill()
            servers.closing.set()
            servers.shutdown()
        assert process.returncode == 0, process.returncode
    print("the image's steps work")


if __name__ == "__main__":
    main()
