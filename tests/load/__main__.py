"""`make load`: how fast everything is on this machine, and how much memory it takes.

`python -m tests.load PART...` measures some of it alone: `memories` the daily quiz with 100,000 learners and 5 million
memories, `live` classes that play, `process` the real process beside an echo bot. The databases are made in a temporary
folder (about 1 GB).
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

PARTS = ("memories", "live", "process")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="memories, live, process; all of them without any")
    parser.add_argument("--learners", type=int, default=100_000, help="in the database of `memories`")
    parser.add_argument("--short", action="store_true", help="`process` in a minute, to see that it works")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: it may be {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="tutor-bot-load-") as made:
        for part in chosen.parts or PARTS:
            asyncio.run(_measure(part, Path(made), chosen))


async def _measure(part: str, folder: Path, chosen: argparse.Namespace) -> None:
    # Each part is heavy to import, and most runs want one of them.
    match part:
        case "memories":
            from tests.load import memories

            await memories.measure(folder, chosen.learners)
        case "live":
            from tests.load import live

            await live.play(folder)
        case _:
            from tests.load import process

            await process.measure(folder, short=chosen.short)


if __name__ == "__main__":
    # As the bot itself does: more threads would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
