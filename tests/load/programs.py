"""The programs that are measured: processes of their own, looked at from outside (Linux's /proc)."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fake_telegram import TOKEN

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
TO_STOP = 15
LEARNT = "facts learnt"
"""What the bot logs when everything is there that it finds answers by."""


@dataclass
class Program:
    """A process that runs."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def memory(self) -> float:
        """What it holds in memory, in MB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    @property
    def cpu(self) -> float:
        """Seconds of a processor that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    async def says(self, words: str, patience: float = 120.0) -> None:
        """Wait until its log has these words."""
        async with asyncio.timeout(patience):
            while words not in self.log.read_text(encoding="utf-8"):
                self.check()
                await asyncio.sleep(0.1)

    def check(self) -> None:
        """Raises when it has ended."""
        if self.process.returncode is not None:
            raise RuntimeError(f"the program has ended:\n{self.log.read_text(encoding='utf-8')[-3000:]}")

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(TO_STOP):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def start(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Program:
    """Python with these arguments, as an operator would start it; in a folder that holds no `.env`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TUTOR_BOT_")}
    log = folder / "log"
    with log.open("w") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,
            env={**clean, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    return Program(process, log)


async def start_tutor(address: str, folder: Path, file: Path, **settings: str) -> Program:
    """`tutor-bot run` on this database; `settings` are variables of the environment."""
    given = {
        "TUTOR_BOT_TOKEN": TOKEN,
        "TUTOR_BOT_API_URL": address,
        "TUTOR_BOT_DATABASE_URL": f"sqlite:///{file}",
    }
    return await start(("-m", "tutor_bot", "run"), folder, {**given, **settings})


async def start_echo(address: str, folder: Path) -> Program:
    return await start(("-m", "tests.load.echo", address), folder)


def slow_disk(folder: Path) -> Path | None:
    """The library that makes the disk slow; None without a C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "slow_disk.so"
    source = Path(__file__).with_name("slow_disk.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
    return library
