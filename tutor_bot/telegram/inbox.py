"""An update is stored before Telegram is told that it was received."""

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from telegram import Update
from telegram.error import NetworkError
from telegram.ext import ExtBot

from tutor_bot.domain.inbox import InboxStore, RawUpdate
from tutor_bot.domain.meter import Meter, NoMeter
from tutor_bot.telegram.limiter import Priority

log = logging.getLogger(__name__)

PAYABLE = frozenset(
    "sendMessage sendPhoto sendAudio sendDocument sendSticker sendVideo sendVideoNote sendAnimation sendVoice"
    " sendMediaGroup sendLocation sendVenue sendContact sendGame sendInvoice sendPoll sendDice sendPaidMedia"
    " sendLivePhoto copyMessage".split()
)
"""Methods that take `allow_paid_broadcast`; others count within the free messages or not at all."""
POLLS = 0
"""The line of `poll` updates, which name neither a chat nor a person."""


def key_of(update: Update) -> int:
    """The line an update is handled in: its chat, else the person it comes from, else `POLLS`.

    A person's id is also the id of the private chat with them, so their votes and messages keep
    one order. A vote in the name of a chat counts for that chat: the person in it is a stand-in.
    """
    if update.effective_chat:
        return update.effective_chat.id
    if update.poll_answer and update.poll_answer.voter_chat:
        return update.poll_answer.voter_chat.id
    if update.effective_user:
        return update.effective_user.id
    return POLLS


def _kind_of(update: Update | None) -> str:
    """Telegram's name for what an update holds."""
    if update is None:
        return "unreadable"
    return next((kind for kind in Update.ALL_TYPES if getattr(update, kind, None) is not None), "unknown")


class InboxBot(ExtBot[Priority]):
    """A bot whose `get_updates` hands out only what the inbox has stored, and each update once.

    Takes what `ExtBot` takes, the store, and whether more messages a second are paid for.
    `get_updates` raises `NetworkError` when the batch could not be stored: that makes the polling
    loop wait and fetch the same batch again, while any other exception makes it fetch on without
    a pause or end for good.

    Where replicas share the inbox (`is_shared`), nothing is handed out here: what is stored is claimed, by any of them.
    """

    def __init__(
        self,
        token: str,
        *,
        inbox: InboxStore,
        is_shared: bool = False,
        pays: bool = False,
        meter: Meter | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(token, **kwargs)
        self._is_shared, self._pays = is_shared, pays
        self._meter = meter or NoMeter()
        self._inbox = inbox
        self._next_offset: int | None = None
        self._storing: asyncio.Task[set[int]] | None = None

    @property
    def is_shared(self) -> bool:
        """Whether replicas share the inbox."""
        return self._is_shared

    async def get_updates(
        self,
        offset: int | None = None,
        limit: int | None = None,
        timeout: Any = None,
        allowed_updates: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> tuple[Update, ...]:
        # The updater counts on from what it is given. A batch that was seen before is filtered out
        # whole, and without an offset of our own it would be fetched again and again, with no pause.
        own = offset if self._next_offset is None else self._next_offset
        return await super().get_updates(own, limit, timeout, allowed_updates, **kwargs)

    async def _do_post(self, endpoint: str, data: dict[str, Any], **kwargs: Any) -> Any:
        # The seam at which ExtBot itself hooks in its rate limiter. Here an update is still JSON;
        # one step later a single update that cannot be read costs the whole batch.
        if self._pays and endpoint in PAYABLE:
            data["allow_paid_broadcast"] = True
        result = await super()._do_post(endpoint, data, **kwargs)
        if endpoint == "getUpdates" and isinstance(result, list):
            return await self.receive(result)
        return result

    async def receive(self, batch: Sequence[Any]) -> list[dict[str, Any]]:
        """Store a batch as Telegram sent it; those of it that are new and can be read, in order.

        Raises `NetworkError` when it could not be stored; nothing of it may be acted on then.
        """
        numbered = [data for data in batch if isinstance(data, dict) and isinstance(data.get("update_id"), int)]
        if len(numbered) < len(batch):
            log.error("%d updates without a number were left out", len(batch) - len(numbered))
        read = {data["update_id"]: self._read(data) for data in numbered}
        raw = []
        for data in numbered:
            update = read[data["update_id"]]
            key = key_of(update) if update else POLLS
            poll = update.poll.id if update and update.poll else None
            raw.append(RawUpdate(data["update_id"], key, json.dumps(data, ensure_ascii=False), poll))
        if not raw:
            return []
        # Polling is stopped by cancelling us; a transaction that has begun is finished all the same.
        self._storing = asyncio.create_task(self._inbox.take(raw))
        try:
            new = await asyncio.shield(self._storing)
        except Exception as error:
            raise NetworkError(f"The inbox could not store {len(raw)} updates: {error!r}") from error
        self._next_offset = raw[-1].update_id + 1
        for number in new:
            self._meter.received(_kind_of(read[number]))
        if self._is_shared:
            return []
        await self._set_aside(number for number in new if read[number] is None)
        fresh = {data["update_id"]: data for data in numbered if data["update_id"] in new}
        return [data for number, data in fresh.items() if read[number] is not None]

    async def accept(self, data: dict[str, Any]) -> list[Update]:
        """Store one update that Telegram has brought; it alone, or none when it is known or cannot be read.

        Raises `NetworkError` as `receive` does.
        """
        return [Update.de_json(fresh, self) for fresh in await self.receive([data])]

    async def left_over(self) -> list[Update]:
        """What is left in the inbox from before, in order of arrival; what cannot be read is set aside."""
        return await self.read(await self._inbox.waiting())

    async def read(self, waiting: Sequence[RawUpdate]) -> list[Update]:
        """These as updates; what cannot be read is set aside."""
        read = {raw.update_id: self._read_text(raw.body) for raw in waiting}
        await self._set_aside(number for number, update in read.items() if update is None)
        return [update for update in read.values() if update is not None]

    async def settled(self) -> None:
        """Ends when nothing is being stored any more."""
        if self._storing:
            await asyncio.wait({self._storing})
            # Looked at, so that asyncio does not complain of an exception that nobody saw.
            _ = self._storing.cancelled() or self._storing.exception()

    def _read(self, data: dict[str, Any]) -> Update | None:
        try:
            return Update.de_json(data, self)
        except Exception as error:
            log.error("update %s cannot be read: %r", data.get("update_id"), error)
            return None

    def _read_text(self, body: str) -> Update | None:
        try:
            data = json.loads(body)
        except ValueError:
            return None
        return self._read(data) if isinstance(data, dict) else None

    async def _set_aside(self, numbers: Iterable[int]) -> None:
        # What cannot be read now cannot be read in a moment either: its tries are used up at once.
        for number in numbers:
            try:
                for _ in range(10):
                    if await self._inbox.failed(number, "this update cannot be read") is None:
                        break
            except Exception as error:
                if self._is_shared:
                    # Whoever has claimed it must know that it is neither acted on nor given back.
                    raise
                log.error("update %s could not be set aside, the next start tries again: %r", number, error)
