"""One life of the bot, in a process that is killed; what it imports is there already when it is born."""

import asyncio
import os
from datetime import timedelta
from typing import Any

from tests.builders import ExactMatcher, catalogue, fact, item
from tests.clocks import FastClock
from tutor_bot.app import compose, signals, until_stopped
from tutor_bot.sandbox import TOKEN
from tutor_bot.storage import Storage
from tutor_bot.telegram.receiver import Receiver
from tutor_bot.usecases.knowledge import Knowledge

FACTS = 8
"""Fewer than a person may ask in a minute, and soon answered with one a second."""


async def nothing() -> Any:
    """What the sandbox's page and SIGHUP may ask for is not asked for here."""


def facts() -> Knowledge:
    return Knowledge(ExactMatcher(catalogue(*(fact(f"f{n}", items=(item(f"i{n}"),)) for n in range(FACTS)))))


def life(address: str, url: str, origin: float, speed: float) -> None:
    """One life of the bot, until it is killed; its number among several replicas is that of the process."""

    async def live() -> None:
        clock, storage = FastClock(origin, speed), Storage(url)
        running = compose(
            storage=storage,
            knowledge=facts(),
            clock=clock,
            token=TOKEN,
            api_url=address,
            look_every=timedelta(seconds=1),
            replica=storage.replica(os.getpid()),
        )

        with signals(reload=nothing) as stopped:
            await until_stopped(running, Receiver(clock), stopped)
        await storage.close()

    asyncio.run(live())
