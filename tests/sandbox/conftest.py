"""A sandbox on a free port, with people in it, and a bot that is nothing but HTTP calls."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.clocks import MovingClock
from tutor_bot.sandbox import TOKEN, Bot, Sandbox
from tutor_bot.sandbox.people import People
from tutor_bot.sandbox.world import World

AMINA, BEN, CLARA = 101, 102, 103


class JumpClock(MovingClock):
    """Moves when the page says so."""

    async def jump(self, to: datetime) -> None:
        await self.advance(to - self.now())


@dataclass
class Desk:
    """The sandbox, and the two sides from which it is used."""

    sandbox: Sandbox
    clock: JumpClock
    http: httpx.AsyncClient

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def people(self) -> People:
        return self.sandbox.people

    @property
    def group(self) -> int:
        return next(chat.id for chat in self.world.chats.values() if chat.is_group)

    async def call(self, method: str, **parameters: Any) -> Any:
        """A call that succeeds; its result."""
        answer = await self.raw(method, **parameters)
        assert answer["ok"], answer
        return answer["result"]

    async def raw(self, method: str, **parameters: Any) -> Any:
        """A call; Telegram's whole answer."""
        files = {name: value for name, value in parameters.items() if isinstance(value, tuple)}
        values = {
            name: json.dumps(value) if isinstance(value, list | dict) else value
            for name, value in parameters.items()
            if name not in files
        }
        response = await self.http.post(f"/bot{TOKEN}/{method}", data=values, files=files or None)
        return response.json()

    async def updates(self) -> list[Any]:
        """What the bot has not heard yet, confirmed at once."""
        found = await self.call("getUpdates")
        if found:
            await self.call("getUpdates", offset=found[-1]["update_id"] + 1)
        return list(found)

    async def do(self, what: str, **given: Any) -> Any:
        """Something done on the page."""
        return (await self.http.post("/page/do", json={"do": what, **given})).json()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """Reached without a socket, which is quick."""
    made = Desk(*_sandbox())
    made.sandbox.begin()
    await made.updates()
    yield made
    await made.http.aclose()
    await made.sandbox.stop()


@pytest.fixture
async def served() -> AsyncIterator[Desk]:
    """Behind its socket, for what streams."""
    made = Desk(*_sandbox())
    await made.sandbox.start(0)
    made.sandbox.begin()
    async with httpx.AsyncClient(base_url=made.sandbox.address, trust_env=False, verify=False) as made.http:
        yield made
    await made.sandbox.stop()


def _sandbox() -> tuple[Sandbox, JumpClock, httpx.AsyncClient]:
    async def nothing() -> None:
        return None

    async def reloaded() -> str:
        return "Content reloaded: 3 facts."

    clock = JumpClock()
    sandbox = Sandbox(clock, Bot(restart=nothing, reset=nothing, reload=reloaded, next_daily=nothing))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://127.0.0.1:0")
    return sandbox, clock, http
