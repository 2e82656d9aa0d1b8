"""What the bot has yet to hear: long polling and webhooks."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.refused import Refused, bad
from tutor_bot.sandbox.world import Clock

Json = dict[str, Any]

OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that a bot gets only when it asks for them by name."""
KEPT = 10_000
MOST = 100
MOST_PATIENCE = 50
"""Seconds that a long poll may last."""
RETRY = timedelta(seconds=5)
WEBHOOK_PATIENCE = 30.0


@dataclass
class Webhook:
    """Where updates are pushed to, and how the last push went."""

    url: str
    secret: str = ""
    max_connections: int = 40
    error: str = ""
    error_at: int = 0


class Updates:
    """The bot's queue. An update stays until it is confirmed, by the next offset or by the webhook's 200."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: deque[Json] = deque(maxlen=KEPT)
        # Counts on from the time: a tutor that has kept what it handled must not take new updates for old ones.
        self._number = int(clock.now().timestamp())
        self._arrived = asyncio.Event()
        self._turn = 0
        self._allowed: frozenset[str] | None = None
        self._webhook: Webhook | None = None
        self._pusher: asyncio.Task[None] | None = None
        self.on_reply: Callable[[str, Json], Awaitable[Any]] | None = None
        """Carries out a method that a webhook's answer holds."""

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def push(self, kind: str, body: Json) -> None:
        """Queue an update, unless the bot does not ask for its kind."""
        wanted = kind not in OPT_IN if not self._allowed else kind in self._allowed
        if wanted:
            self._number += 1
            self._queue.append({"update_id": self._number, kind: body})
            self._arrived.set()

    def clear(self) -> None:
        self._queue.clear()

    async def get(self, call: Call) -> list[Json]:
        """getUpdates: confirms what is below `offset`, then waits up to `timeout` real seconds."""
        if self._webhook:
            raise Refused(409, "can't use getUpdates method while webhook is active; use deleteWebhook to delete it")
        self._choose(call)
        turn = self._next_turn()
        self._confirm(call.number("offset", 0))
        limit = min(max(call.number("limit", MOST), 1), MOST)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(call.number("timeout", 0), MOST_PATIENCE)):
                while not self._queue and self._turn == turn:
                    self._arrived.clear()
                    await self._arrived.wait()
        if self._turn != turn:
            raise Refused(
                409, "terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        return list(self._queue)[:limit]

    def end_poll(self) -> None:
        """End a long poll that waits, so that the server can stop."""
        self._next_turn()

    def _next_turn(self) -> int:
        self._turn += 1
        self._arrived.set()
        return self._turn

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
        while offset > 0 and self._queue and self._queue[0]["update_id"] < offset:
            self._queue.popleft()

    def _choose(self, call: Call) -> None:
        if "allowed_updates" in call:
            self._allowed = frozenset(str(kind) for kind in call.listed("allowed_updates")) or None

    # Webhooks

    def set_webhook(self, call: Call) -> bool:
        url = call.text("url")
        if not url:
            return self.delete_webhook(call)
        if not url.startswith(("http://", "https://")):
            raise bad("bad webhook: invalid URL specified")
        secret = call.text("secret_token")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad("secret token contains unallowed characters")
        connections = call.number("max_connections", 40)
        if not 1 <= connections <= 100:
            raise bad("bad webhook: max_connections must be between 1 and 100")
        self._choose(call)
        if call.flag("drop_pending_updates"):
            self.clear()
        self._webhook = Webhook(url, secret, connections)
        self._next_turn()
        self.stop()
        self._pusher = asyncio.create_task(self._push_on(self._webhook))
        return True

    def delete_webhook(self, call: Call) -> bool:
        if call.flag("drop_pending_updates"):
            self.clear()
        self._webhook = None
        self.stop()
        return True

    def webhook_info(self) -> Json:
        hook = self._webhook
        info: Json = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue),
        }
        if hook:
            info["max_connections"] = hook.max_connections
            if hook.error:
                info.update(last_error_date=hook.error_at, last_error_message=hook.error)
        if self._allowed:
            info["allowed_updates"] = sorted(self._allowed)
        return info

    def stop(self) -> None:
        """Push no more."""
        if self._pusher:
            self._pusher.cancel()
            self._pusher = None

    async def _push_on(self, hook: Webhook) -> None:
        """One after the other, so that the order holds; a failed one is tried again."""
        while True:
            while not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
            update = self._queue[0]
            try:
                answer = await asyncio.to_thread(_post, hook, update)
            except OSError as error:
                hook.error, hook.error_at = str(error), int(self._clock.now().timestamp())
                await self._clock.sleep_until(self._clock.now() + RETRY)
                continue
            if self._queue and self._queue[0] is update:
                self._queue.popleft()
            if answer and "method" in answer and self.on_reply:
                method = str(answer.pop("method"))
                await self.on_reply(method, answer)


def _post(hook: Webhook, update: Json) -> Json | None:
    """Push one update; what the answer holds. Raises OSError when it was not taken."""
    headers = {"Content-Type": "application/json"}
    if hook.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
    body = json.dumps(update, ensure_ascii=False).encode()
    request = urllib.request.Request(hook.url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=WEBHOOK_PATIENCE) as response:
            answer = response.read()
    except urllib.error.HTTPError as error:
        raise OSError(f"Wrong response from the webhook: {error.code} {error.reason}") from None
    with suppress(ValueError):
        read = json.loads(answer)
        return read if isinstance(read, dict) else None
    return None
