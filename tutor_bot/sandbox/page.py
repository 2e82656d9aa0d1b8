"""The page: what it is made of, what it shows, and what is done on it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tutor_bot.sandbox.api import BotApi
from tutor_bot.sandbox.bot import Bot
from tutor_bot.sandbox.methods.about import menu_for
from tutor_bot.sandbox.people import People
from tutor_bot.sandbox.refused import Refused, bad
from tutor_bot.sandbox.world import INSIDE, Json, World

STATIC = Path(__file__).parent / "static"
JUMPS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
BEAT = 15.0
"""Seconds between signs of life on a stream where nothing happens."""
UPLOAD = 20_000_000
"""Bytes."""


class Page:
    """Serves the page, a stream of what happens, and one address for everything that is done on it."""

    def __init__(self, world: World, people: People, api: BotApi, bot: Bot) -> None:
        self._world, self._people, self._api, self._bot = world, people, api, bot
        self._streams: set[asyncio.Queue[str | None]] = set()
        self._jumping = asyncio.Lock()
        world.on_change = self.tell
        api.on_call = lambda call: self.tell("call", call)

    def routes(self) -> list[Route | Mount]:
        return [
            Route("/", self._index),
            Route("/page/events", self._events),
            Route("/page/do", self._do, methods=["POST"]),
            Route("/page/attach", self._attach, methods=["POST"]),
            Route("/page/files/{file}", self._file),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    def tell(self, kind: str, body: Json) -> None:
        """Let every open page know."""
        if kind == "people":
            body = self._people_json()
        elif kind == "message":
            body = {**body, "message": self._shown(body["chat"], body["message"]["message_id"])}
        line = f"data: {json.dumps({'kind': kind, **body}, ensure_ascii=False)}\n\n"
        for stream in self._streams:
            stream.put_nowait(line)

    def tell_everything(self) -> None:
        """Let every open page begin anew."""
        self.tell("everything", self._everything())

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        for stream in self._streams:
            stream.put_nowait(None)

    # What it shows

    def _people_json(self) -> Json:
        world = self._world
        return {
            "bot": world.bot.as_json(),
            "privacy": world.privacy,
            "limits": self._api.state.limits.on,
            "people": [person.as_json() for person in world.people.values()],
            "chats": [
                {
                    **world.chat_json(chat),
                    "members": {str(who): status for who, status in chat.members.items() if status in INSIDE},
                    "started": chat.started,
                    "blocked": chat.blocked,
                    "moved_to": chat.moved_to,
                    "pinned": chat.pinned,
                    "menus": {
                        str(person): menu_for(world, chat, person)
                        for person in ([chat.id] if not chat.is_group else chat.members)
                        if person in world.people
                    },
                }
                for chat in world.chats.values()
            ],
        }

    def _shown(self, chat: int, number: int) -> Json:
        message = self._world.chats[chat].messages[number]
        shown = self._world.view(message)
        if poll_id := message.get("_poll"):
            poll = self._world.polls[poll_id]
            more = {"votes": poll.votes, "hides_results": poll.hides_results, "shuffles": poll.shuffles}
            shown["poll"] = {**shown["poll"], **more}
        shown["reactions"] = {str(who): emojis for who, emojis in message.get("_reactions", {}).items() if emojis}
        return shown

    def _everything(self) -> Json:
        return {
            **self._people_json(),
            "now": self._world.clock.now().timestamp(),
            "messages": {
                str(chat.id): [self._shown(chat.id, number) for number in chat.messages]
                for chat in self._world.chats.values()
            },
            "calls": list(self._api.calls),
        }

    async def _index(self, request: Request) -> Response:
        return Response((STATIC / "index.html").read_text(encoding="utf-8"), media_type="text/html")

    async def _events(self, request: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def _stream(self) -> AsyncIterator[str]:
        stream: asyncio.Queue[str | None] = asyncio.Queue()
        self._streams.add(stream)
        try:
            # First all there is; whatever happens from here on follows, so nothing is missed between the two.
            yield f"data: {json.dumps({'kind': 'everything', **self._everything()}, ensure_ascii=False)}\n\n"
            while True:
                try:
                    async with asyncio.timeout(BEAT):
                        line = await stream.get()
                except TimeoutError:
                    line = ":\n\n"
                if line is None:
                    return
                yield line
        finally:
            self._streams.discard(stream)

    async def _file(self, request: Request) -> Response:
        file = self._world.files.get(request.path_params["file"])
        if file is None:
            return Response("There is no such file.", 404)
        # Only pictures are shown in the page; anything else could be a page of its own, so it is downloaded.
        inline = file.mime in ("image/png", "image/jpeg")
        headers = {} if inline else {"Content-Disposition": "attachment"}
        return Response(file.data, media_type=file.mime if inline else "application/octet-stream", headers=headers)

    # What is done

    async def _do(self, request: Request) -> Response:
        try:
            asked = await request.json()
            deed = self._deeds().get(str(asked.pop("do", "")))
            if deed is None:
                raise bad("this cannot be done here")
            result = deed(**asked)
            if isinstance(result, Awaitable):
                result = await result
        except Refused as refused:
            return JSONResponse({"problem": refused.description.removeprefix("Bad Request: ")}, 400)
        except (TypeError, ValueError, AttributeError, KeyError):
            return JSONResponse({"problem": "this cannot be done here"}, 400)
        return JSONResponse({"done": result if isinstance(result, str | int) else None})

    def _deeds(self) -> dict[str, Callable[..., Any]]:
        people = self._people
        return {
            "say": people.say,
            "edit": people.edit,
            "delete": people.delete,
            "press": people.press,
            "vote": people.vote,
            "react": people.react,
            "block": people.block,
            "new_person": lambda name: people.new_person(name).id,
            "new_group": lambda **given: people.new_group(**given).id,
            "set_member": people.set_member,
            "migrate": lambda **given: people.migrate(**given).id,
            "privacy": self._set_privacy,
            "limits": self._set_limits,
            "jump": self._jump,
            "restart": self._restart,
            "reload": self._reload,
            "reset": self._reset,
        }

    async def _attach(self, request: Request) -> Response:
        query = request.query_params
        data = bytearray()
        async for chunk in request.stream():
            data += chunk
            if len(data) > UPLOAD:
                return JSONResponse({"problem": f"a file may have {UPLOAD // 1_000_000} MB here"}, 413)
        kind = request.headers.get("x-file-type", "application/octet-stream")
        try:
            self._people.attach(int(query["person"]), int(query["chat"]), query.get("name", "file"), bytes(data), kind)
        except Refused as refused:
            return JSONResponse({"problem": refused.description.removeprefix("Bad Request: ")}, 400)
        except (KeyError, ValueError):
            return JSONResponse({"problem": "this cannot be done here"}, 400)
        return JSONResponse({"done": None})

    def _set_privacy(self, on: bool) -> None:
        self._world.privacy = on
        self.tell("people", {})

    def _set_limits(self, on: bool) -> None:
        self._api.state.limits.on = on
        self.tell("people", {})

    async def _jump(self, to: str) -> None:
        if self._jumping.locked():
            raise bad("the clock is being moved already")
        async with self._jumping:
            now = self._world.clock.now()
            if to == "daily":
                # First what is due already: until it is done, the bot does not know when the next one comes.
                await self._world.clock.jump(now)
                instant = await self._bot.next_daily()
                if instant is None:
                    raise bad("nobody has chosen a daily quiz yet; write /daily to the bot")
            elif to in JUMPS:
                instant = now + JUMPS[to]
            else:
                raise bad("the clock cannot be moved there")
            try:
                await self._world.clock.jump(instant)
            finally:
                self.tell("time", {"now": self._world.clock.now().timestamp()})

    async def _restart(self) -> None:
        await self._bot.restart()
        self.tell("notice", {"text": "The bot was restarted."})

    async def _reload(self) -> None:
        self.tell("notice", {"text": await self._bot.reload()})

    async def _reset(self) -> None:
        await self._bot.reset()
