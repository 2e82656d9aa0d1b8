"""A small web server on LISTEN: the webhook, `/healthz`, `/readyz` and `/metrics`."""

import asyncio
import contextlib
import hmac
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tutor_bot.usecases.watching import Watching
from tutor_bot.web.meter import PrometheusMeter

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1024 * 1024
"""Bytes of a webhook call's body; an update of Telegram's has a few thousand."""
TO_ANSWER = 5.0
"""Seconds within which the database must answer, or we are not ready."""
PLAIN = "text/plain; version=0.0.4; charset=utf-8"


class AddressInUseError(Exception):
    """Another program listens there."""


class NotTakenError(Exception):
    """An update could not be stored now; Telegram is to bring it again."""


@dataclass(frozen=True)
class Webhook:
    """Where Telegram brings updates, and the secret by which we know it. `take` raises NotTakenError."""

    url: str
    secret: str
    take: Callable[[dict[str, Any]], Awaitable[None]]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"


class Web:
    """`not_ready` says why updates are not acted on now, None when they are."""

    def __init__(
        self,
        address: tuple[str, int],
        *,
        watching: Watching,
        meter: PrometheusMeter,
        not_ready: Callable[[], str | None],
        webhook: Webhook | None = None,
    ) -> None:
        self._address, self._watching, self._meter, self._not_ready = address, watching, meter, not_ready
        self._webhook = webhook
        routes = [
            Route("/healthz", self._health),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        ]
        if webhook:
            routes.append(Route(webhook.path, self._called, methods=["POST"]))
        self.app = Starlette(routes=routes)
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port in use, also where 0 asked for any."""
        return self._address[1]

    async def start(self) -> None:
        """Listen. Raises AddressInUseError."""
        host, port = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            listening.close()
            raise AddressInUseError(f"{host}:{port}: {error.strerror or error}") from None
        self._address = (host, listening.getsockname()[1])
        # Bodies and secrets are in no log: there is no access log, and nothing here quotes a request.
        config = uvicorn.Config(
            self.app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve([listening]))

    async def stop(self) -> None:
        """Let calls under way end, and listen no more."""
        if self._server and self._serving:
            self._server.should_exit = True
            await asyncio.gather(self._serving, return_exceptions=True)

    async def _health(self, _request: Request) -> Response:
        """The process lives and its loop turns."""
        return PlainTextResponse("ok\n")

    async def _ready(self, _request: Request) -> Response:
        """Whether updates are taken and acted on: the database can be written, Telegram has been reached."""
        why = self._not_ready()
        if why is None:
            try:
                await asyncio.wait_for(self._watching.can_write(), TO_ANSWER)
            except Exception as error:
                log.warning("not ready, the database does not answer: %r", error)
                why = "the database does not answer"
        return PlainTextResponse(f"{why}\n", 503) if why else PlainTextResponse("ready\n")

    async def _metrics(self, _request: Request) -> Response:
        try:
            figures = await asyncio.wait_for(self._watching.figures(), TO_ANSWER)
        except Exception as error:
            log.warning("no figures, the database does not answer: %r", error)
            figures = {}
        return Response(self._meter.text(figures), media_type=PLAIN)

    async def _called(self, request: Request) -> Response:
        """Telegram brings an update: it is told 200 only when that is stored."""
        assert self._webhook
        given = request.headers.get(SECRET_HEADER, "")
        # Before the body is read, and in constant time: nobody learns the secret letter by letter.
        if not hmac.compare_digest(given.encode(), self._webhook.secret.encode()):
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict) or not isinstance(data.get("update_id"), int):
            return Response(status_code=400)
        try:
            await self._webhook.take(data)
        except NotTakenError as error:
            log.warning("update %s was not stored and will come again: %s", data["update_id"], error)
            return Response(status_code=503)
        return JSONResponse({})


async def _body(request: Request) -> bytes | None:
    """The body, None when it is too large: no more than that is ever read."""
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > LARGEST:
        return None
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


class _Server(uvicorn.Server):
    """Signals are handled in one place, and that is not here."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
