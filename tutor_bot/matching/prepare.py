"""Learning in a process of its own, so that no reply waits for it."""

import asyncio
import logging
import multiprocessing
import os
from pathlib import Path

from tutor_bot.domain.facts import Catalogue
from tutor_bot.matching.encoders import load_encoder
from tutor_bot.matching.engine import load_engine

log = logging.getLogger(__name__)


def _learn(catalogue: Catalogue, cache: Path, semantic: bool) -> None:
    if hasattr(os, "nice"):
        os.nice(10)  # replies come first, also on one core
    load_engine(catalogue, cache, load_encoder() if semantic else None)


async def prepare(catalogue: Catalogue, cache: Path, *, semantic: bool) -> None:
    """Leave in `cache` what `load_engine` needs for this catalogue; the process dies with whoever waits for it."""
    # A forked process would share our connections; a fresh one shares nothing.
    process = multiprocessing.get_context("spawn").Process(
        target=_learn, args=(catalogue, cache, semantic), daemon=True, name="learning"
    )
    process.start()
    try:
        await asyncio.to_thread(process.join)
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.exitcode:
        log.warning("learning the content ended with %s; it is learnt here instead", process.exitcode)
