"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import inspect
import json
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.methods import METHODS
from tutor_bot.sandbox.refused import Refused, bad
from tutor_bot.sandbox.state import State

log = logging.getLogger(__name__)

KEPT = 500
"""Calls that the drawer shows."""
QUIET = ("getupdates",)
"""Shown only when refused: it is called all the time."""


class BotApi:
    """Carries out calls, and keeps the last of them for the drawer."""

    def __init__(self, state: State, token: str) -> None:
        self.state = state
        self.token = token
        self.calls: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.on_call: Callable[[dict[str, Any]], None] = lambda call: None
        self.under_way = 0
        """Calls that are being carried out, long polls left out."""
        self.polling = 0
        self._number = 0

    def routes(self) -> list[Route]:
        return [
            Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._file),
        ]

    async def _call(self, request: Request) -> Response:
        try:
            return await self._answered(request)
        except ClientDisconnect:
            # The bot was stopped while it asked; nobody is there to hear of it.
            return Response(status_code=400)

    async def _answered(self, request: Request) -> Response:
        if request.path_params["token"] != self.token:
            return _refusal(Refused(401))
        method = request.path_params["method"]
        try:
            call = Call(method, *await _parameters(request))
        except Refused as refused:
            return self._noted(Call(method, {}, {}), refused)
        return await self.answer(call)

    async def answer(self, call: Call) -> Response:
        """Carry out one call; Telegram's answer."""
        polling = call.method.lower() in QUIET
        self.under_way += not polling
        self.polling += polling
        try:
            method = METHODS.get(call.method.lower())
            if method is None:
                raise Refused(404, "method not found")
            result = method(self.state, call)
            if inspect.isawaitable(result):
                result = await result
        except Refused as refused:
            return self._noted(call, refused)
        except Exception:
            log.exception("%s failed in the sandbox", call.method)
            return self._noted(call, Refused(500))
        finally:
            self.under_way -= not polling
            self.polling -= polling
        answer = {"ok": True, "result": result}
        if not polling:
            self._note(call, answer)
        return JSONResponse(answer)

    async def _file(self, request: Request) -> Response:
        if request.path_params["token"] != self.token:
            return _refusal(Refused(401))
        for file in self.state.world.files.values():
            if file.path == request.path_params["path"]:
                return Response(file.data, media_type="application/octet-stream")
        return _refusal(Refused(404))

    def _noted(self, call: Call, refused: Refused) -> Response:
        self._note(call, refused.as_json())
        return _refusal(refused)

    def _note(self, call: Call, answer: dict[str, Any]) -> None:
        self._number += 1
        parameters = {name: _readable(value) for name, value in call.values.items()}
        files = {name: f"{file[0]}, {len(file[1])} bytes" for name, file in call.files.items()}
        noted = {
            "number": self._number,
            "at": self.state.world.clock.now().isoformat(timespec="seconds"),
            "method": call.method,
            "parameters": {**parameters, **files},
            "answer": answer,
        }
        self.calls.append(noted)
        self.on_call(noted)


def _refusal(refused: Refused) -> Response:
    headers = {"Retry-After": str(refused.parameters["retry_after"])} if "retry_after" in refused.parameters else None
    return JSONResponse(refused.as_json(), refused.code, headers)


def _readable(value: Any) -> Any:
    """JSON in a parameter as JSON, so that the drawer can show it."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def _parameters(request: Request) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    """From the query, a form or JSON, as the Bot API takes them."""
    values: dict[str, Any] = dict(request.query_params)
    files: dict[str, tuple[str, bytes]] = {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            raise bad("can't parse JSON object") from None
        if isinstance(body, dict):
            values.update(body)
    elif kind.startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        async with request.form(max_part_size=1_000_000) as form:
            for name, value in form.items():
                if isinstance(value, UploadFile):
                    files[name] = (value.filename or "file", await value.read())
                else:
                    values[name] = value
    return values, files
