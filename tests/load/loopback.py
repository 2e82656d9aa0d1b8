"""Telegram's Bot API on loopback, as lean as can be: it shares the machine with the bot that it measures."""

import asyncio
import itertools
import json
import re
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from tests.fake_telegram import DATE, JSON, TUTOR, persistent_id
from tutor_bot.sandbox.limits import COUNTED, FREE, Limits
from tutor_bot.sandbox.refused import Refused

BATCH = 100
"""Updates that are handed out at once, as Telegram does."""
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_TUTOR = json.dumps(TUTOR)


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, one request after the other."""

    def __init__(self, server: "Loopback") -> None:
        self._server = server
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end])
            found = _LENGTH.search(head)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self._received) < whole:
                return
            body = bytes(self._received[end + 4 : whole])
            del self._received[:whole]
            method = head.split(b" ", 2)[1].rpartition(b"/")[2].decode()
            self._server.called(self, method, body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.left(self)

    def answer(self, body: str, status: str = "200 OK") -> None:
        """Answer the request that came last."""
        if self._transport:
            told = body.encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(told)}\r\n\r\n"
            self._transport.write(head.encode() + told)


class Loopback:
    """The servers. `on_sent` hears of every message that arrived: the method, the chat, the message."""

    def __init__(self, on_sent: Callable[[str, int, JSON], None]) -> None:
        self._on_sent = on_sent
        self.limits = Limits()
        self.refused = 0
        self.sent: list[float] = []
        """When each message arrived that Telegram counts."""
        self._waiting: deque[tuple[int, str]] = deque()
        """Updates not yet confirmed by a higher offset, as JSON."""
        self._poller: Connection | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._due = False
        self._updates = itertools.count(1)
        self._messages = itertools.count(1)
        self._polls = itertools.count(1)
        self._server: asyncio.Server | None = None
        self.address = ""

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        if self._server:
            self._server.close()

    def reset(self) -> None:
        """Nothing waits any more: the next bot begins with nothing left of the one before."""
        self._waiting.clear()
        self.sent.clear()
        self.refused = 0

    def put(self, body: str) -> None:
        """Queue an update: JSON without its braces, such as `"message":{...}`."""
        number = next(self._updates)
        self._waiting.append((number, f'{{"update_id":{number},{body}}}'))
        # What comes in the same moment is handed out together.
        if self._poller and not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._hand_out)

    @property
    def busiest_second(self) -> int:
        """The most messages that arrived in any second."""
        most = start = 0
        for end, at in enumerate(self.sent):
            while self.sent[start] <= at - 1:
                start += 1
            most = max(most, end - start + 1)
        return most

    def called(self, connection: Connection, method: str, body: bytes) -> None:
        if method == "getUpdates":
            params = dict(parse_qsl(body.decode()))
            self._poll(connection, int(params.get("offset", 0)), float(params.get("timeout", 0)))
        elif method == "getMe":
            connection.answer(f'{{"ok":true,"result":{_TUTOR}}}')
        elif method.startswith(COUNTED) and method not in FREE:
            self._send(connection, method, dict(parse_qsl(body.decode())))
        else:
            connection.answer('{"ok":true,"result":true}')

    def left(self, connection: Connection) -> None:
        if connection is self._poller:
            self._poller = None
            if self._alarm:
                self._alarm.cancel()
                self._alarm = None

    def _send(self, connection: Connection, method: str, params: dict[str, str]) -> None:
        chat = int(params["chat_id"])
        try:
            self.limits.check(method, chat, datetime.now(UTC))
        except Refused as refused:
            self.refused += 1
            connection.answer(json.dumps(refused.as_json()), "429 Too Many Requests")
            return
        self.sent.append(time.perf_counter())
        if method == "stopPoll":
            closed = {**self._poll_of({"question": "", "options": "[]"}), "is_closed": True}
            connection.answer(json.dumps({"ok": True, "result": closed}))
            return
        message: JSON = {
            "message_id": int(params.get("message_id") or next(self._messages)),
            "date": DATE,
            "chat": {"id": chat, "type": "private", "first_name": "Amina"},
            "from": TUTOR,
        }
        if method == "sendPoll":
            message["poll"] = self._poll_of(params)
        else:
            message["text"] = params.get("text", "")
        connection.answer(json.dumps({"ok": True, "result": message}, ensure_ascii=False))
        self._on_sent(method, chat, message)

    def _poll_of(self, params: dict[str, str]) -> JSON:
        poll_id = f"poll-{next(self._polls)}"
        options: list[Any] = json.loads(params["options"])
        texts = [option["text"] if isinstance(option, dict) else option for option in options]
        return {
            "id": poll_id,
            "question": params["question"],
            "options": [
                {"persistent_id": persistent_id(poll_id, place), "text": text, "voter_count": 0}
                for place, text in enumerate(texts)
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": False,
            "type": "quiz",
            "allows_multiple_answers": params.get("allows_multiple_answers") == "true",
            "allows_revoting": False,
            "members_only": False,
        }

    def _poll(self, connection: Connection, offset: int, timeout: float) -> None:
        while self._waiting and self._waiting[0][0] < offset:
            self._waiting.popleft()
        if self._poller:
            # The one that asked last is served, as Telegram does.
            self._end_poll()
        self._poller = connection
        if self._waiting or not timeout:
            self._hand_out()
        else:
            self._alarm = asyncio.get_running_loop().call_later(timeout, self._end_poll)

    def _hand_out(self) -> None:
        self._due = False
        if (self._poller and self._waiting) or (self._poller and not self._alarm):
            self._end_poll()

    def _end_poll(self) -> None:
        """Answer with what there is."""
        poller, self._poller = self._poller, None
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        if poller:
            batch = ",".join(body for _, body in itertools.islice(self._waiting, BATCH))
            poller.answer(f'{{"ok":true,"result":[{batch}]}}')
