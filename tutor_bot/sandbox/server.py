"""The sandbox as a whole: a server on loopback that is both the Bot API and the page."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from tutor_bot.sandbox.api import BotApi
from tutor_bot.sandbox.bot import Bot
from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.page import Page
from tutor_bot.sandbox.people import People
from tutor_bot.sandbox.state import State
from tutor_bot.sandbox.updates import Updates
from tutor_bot.sandbox.world import FIRST_PERSON, Clock, Json, World

HOST = "127.0.0.1"
TOKEN = "1000001:a-token-for-the-sandbox-alone"
LEARNERS = (("Amina", "Yusuf"), ("Ben", "Fischer"))
TEACHER = ("Clara", "Novak")
CLASS = "Class 9B"
TEACHER_ID = FIRST_PERSON + len(LEARNERS)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class PortInUseError(Exception):
    """Somebody else listens there."""


class Sandbox:
    """A Telegram of our own. `start` binds to 127.0.0.1; `begin` fills the world once the bot is there."""

    def __init__(self, clock: Clock, bot: Bot) -> None:
        self.bot = bot
        self.world = World(clock)
        self._updates = Updates(clock)
        self.world.on_update = self._updates.push
        self.people = People(self.world)
        self.api = BotApi(State(self.world, self._updates), TOKEN)
        self._updates.on_reply = lambda method, values: self.api.answer(Call(method, values, {}))
        self._page = Page(self.world, self.people, self.api, bot)
        self.app = _OnlyForThisPage(
            Starlette(routes=[*self.api.routes(), *self._page.routes()]), lambda: f":{self.port}"
        )
        self.bound_to = ""
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def start(self, port: int) -> None:
        """Serve on this port, 0 for any that is free. Raises PortInUseError."""
        # The protocol is named, for asyncio sends small answers at once only where it sees that it is TCP.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError:
            listening.close()
            raise PortInUseError from None
        self.bound_to, self.port = listening.getsockname()
        config = uvicorn.Config(
            self.app, lifespan="off", ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve([listening]))

    def begin(self) -> None:
        """Two learners, a teacher and their class; each of them says hello to the bot."""
        learners = [self.world.add_person(first, last, first.lower()).id for first, last in LEARNERS]
        teacher = self.world.add_person(*TEACHER, TEACHER[0].lower()).id
        for person in (*learners, teacher):
            self.people.say(person, person, "/start")
        self.people.new_group(teacher, CLASS, learners)

    def reset(self) -> None:
        """Begin anew: nobody has written, nothing is kept."""
        self._updates.clear()
        for kept in (self.world.people, self.world.chats, self.world.polls, self.world.files, self.world.presses):
            kept.clear()
        self.api.calls.clear()
        self.begin()
        self._page.tell_everything()

    def tell(self, text: str) -> None:
        """Show a line on every open page."""
        self._page.tell("notice", {"text": text})

    def quiet(self) -> bool:
        """No call is under way and no update waits to be taken and confirmed."""
        return not self.api.under_way and not self._updates.waiting

    def webhook_info(self) -> Json:
        return self._updates.webhook_info()

    async def stop(self) -> None:
        """End all streams and polls, then the server."""
        self._page.close()
        self._updates.end_poll()
        self._updates.stop()
        if self._server and self._serving:
            self._server.should_exit = True
            with suppress(asyncio.CancelledError):
                await self._serving


class _Server(uvicorn.Server):
    """Signals are handled in one place, and that is not here."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _OnlyForThisPage:
    """Other pages in the same browser must not speak to us: the host has to be ours, and so the origin.

    The page may run nothing but its own files, so markup that somebody writes can execute nothing.
    """

    def __init__(self, app: Any, port: Callable[[], str]) -> None:
        self._app, self._port = app, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        hosts = {name + self._port() for name in (HOST, "localhost")}
        origin = headers.get("origin")
        if headers.get("host") not in hosts or (origin is not None and origin.removeprefix("http://") not in hosts):
            await PlainTextResponse("This is the sandbox; it answers its own page only.", 403)(scope, receive, send)
            return

        async def secured(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'"),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        await self._app(scope, receive, secured)
