"""Telegram's servers, played by a dict, and the updates that people cause."""

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from telegram.request import BaseRequest, RequestData

JSON = dict[str, Any]

AMINA: JSON = {"id": 101, "is_bot": False, "first_name": "Amina", "language_code": "en"}
BO: JSON = {"id": 102, "is_bot": False, "first_name": "Bo", "language_code": "en"}
CHIDI: JSON = {"id": 103, "is_bot": False, "first_name": "Chidi", "language_code": "en"}
TUTOR: JSON = {
    "id": 42,
    "is_bot": True,
    "first_name": "Tutor",
    "username": "tutor_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
}
CLASS_7B: JSON = {"id": -1007, "type": "supergroup", "title": "Class 7b"}
TOKEN = "42:fake-token"
DATE = 1_772_442_000


@dataclass(frozen=True)
class Refusal:
    """An answer other than 200; `retry_after` in seconds, `migrate_to` the group's new id."""

    code: int
    description: str = "refused"
    retry_after: int | None = None
    migrate_to: int | None = None


FLOOD = Refusal(429, "Too Many Requests: retry after 3", retry_after=3)
BLOCKED = Refusal(403, "Forbidden: bot was blocked by the user")
BROKEN = Refusal(500, "Internal Server Error")


class FakeTelegram(BaseRequest):
    """Remembers each call, hands out updates to getUpdates, and answers as Telegram would.

    `replies[method]` overrides an answer: a result, a `Refusal`, bytes that are no JSON, an exception to raise
    (TimedOut()), or a function (async or not) of the parameters that returns one of these. In a list each is used
    once, in order; None in it is the usual answer, as is everything after its end.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, JSON]] = []
        self.replies: dict[str, Any] = {}
        self.polls: dict[str, JSON] = {}
        """Poll id to the poll as Telegram shows it."""
        self.waiting: list[JSON] = []
        """Updates not yet confirmed by a higher offset."""
        self.statuses: dict[int, str] = {}
        """Who is more or less than a member of any group: `creator`, `left`."""
        self._changed = asyncio.Condition()
        self._message_ids = itertools.count(1)
        self._update_ids = itertools.count(1)

    def sent(self, method: str) -> list[JSON]:
        """The parameters of every call of a method, in order; failed calls too."""
        return [params for name, params in self.calls if name == method]

    async def delivers(self, *updates: JSON) -> list[int]:
        """Queue updates, handed out as one batch (100 at most); their numbers.

        Each gets the next number unless it has an `update_id`, as one has that is delivered again.
        """
        async with self._changed:
            for update in updates:
                if "update_id" not in update:
                    update["update_id"] = next(self._update_ids)
                self.waiting.append(update)
            self._changed.notify_all()
        return [update["update_id"] for update in updates]

    async def called(self, method: str, times: int = 1, patience: float = 10.0) -> list[JSON]:
        """Wait until a method has been called so often; the parameters of all its calls."""
        async with asyncio.timeout(patience), self._changed:
            await self._changed.wait_for(lambda: len(self.sent(method)) >= times)
        return self.sent(method)

    def last_poll(self) -> JSON:
        """The poll that was sent last."""
        return list(self.polls.values())[-1]

    @property
    def read_timeout(self) -> float | None:
        return 5

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[-1]
        params: JSON = dict(request_data.parameters) if request_data else {}
        if request_data and request_data.multipart_data:
            params["files"] = dict(request_data.multipart_data)
        async with self._changed:
            self.calls.append((name, params))
            self._changed.notify_all()
        answer = self._override(name)
        if callable(answer):
            answer = answer(params)
            if isawaitable(answer):
                answer = await answer
        if answer is None:
            answer = await self._usual(name, params)
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, bytes):
            return 200, answer
        if isinstance(answer, Refusal):
            return answer.code, json.dumps(_refused(answer)).encode()
        return 200, json.dumps({"ok": True, "result": answer}).encode()

    def _override(self, name: str) -> Any:
        reply = self.replies.get(name)
        if isinstance(reply, list):
            return reply.pop(0) if reply else None
        return reply

    async def _usual(self, name: str, params: JSON) -> Any:
        known: dict[str, Callable[[JSON], Any]] = {
            "getMe": lambda _: TUTOR,
            "sendMessage": lambda p: self._message(p, text=p["text"]),
            "sendPhoto": lambda p: self._message(p, photo=[_photo()], caption=p.get("caption", "")),
            "sendPoll": self._send_poll,
            "editMessageText": lambda p: self._message(p, p.get("message_id"), text=p["text"]),
            "editMessageReplyMarkup": lambda p: self._message(p, p.get("message_id"), text="edited"),
            "stopPoll": self._stop_poll,
            "getChatMember": lambda p: self._member(p["user_id"]),
        }
        if name == "getUpdates":
            return await self._get_updates(params)
        # setMyCommands, answerCallbackQuery, sendChatAction, deleteWebhook and their like.
        return known[name](params) if name in known else True

    def _member(self, person_id: int) -> JSON:
        status = self.statuses.get(person_id, "member")
        more = {"is_anonymous": False} if status == "creator" else {}
        return {"status": status, "user": _person(person_id), **more}

    async def _get_updates(self, params: JSON) -> list[JSON]:
        async with self._changed:
            if offset := params.get("offset"):
                self.waiting = [update for update in self.waiting if update["update_id"] >= offset]
            if not self.waiting and params.get("timeout"):
                await self._changed.wait_for(lambda: self.waiting)
            return self.waiting[: params.get("limit", 100)]

    def _message(self, params: JSON, message_id: int | None = None, **content: Any) -> JSON:
        message: JSON = {
            "message_id": message_id or next(self._message_ids),
            "date": DATE,
            "chat": _chat(params.get("chat_id", 0)),
            "from": TUTOR,
            **content,
        }
        if isinstance(markup := params.get("reply_markup"), dict) and "inline_keyboard" in markup:
            message["reply_markup"] = markup
        return message

    def _send_poll(self, params: JSON) -> JSON:
        poll_id = f"poll-{len(self.polls) + 1}"
        texts = [option["text"] if isinstance(option, dict) else option for option in params["options"]]
        self.polls[poll_id] = {
            "id": poll_id,
            "question": params["question"],
            "options": [
                {"persistent_id": persistent_id(poll_id, place), "text": text, "voter_count": 0}
                for place, text in enumerate(texts)
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": params.get("is_anonymous", True),
            "type": params.get("type", "regular"),
            "allows_multiple_answers": params.get("allows_multiple_answers", False),
            "allows_revoting": params.get("allows_revoting", params.get("type") != "quiz"),
            "members_only": False,
            **{key: params[key] for key in ("correct_option_ids", "explanation") if key in params},
        }
        return self._message(params, poll=self.polls[poll_id])

    def _stop_poll(self, params: JSON) -> JSON:
        poll = self.last_poll() if self.polls else a_poll()["poll"]
        poll["is_closed"] = True
        return poll


def _refused(refusal: Refusal) -> JSON:
    parameters = {"retry_after": refusal.retry_after, "migrate_to_chat_id": refusal.migrate_to}
    given = {key: value for key, value in parameters.items() if value is not None}
    answer: JSON = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    return {**answer, "parameters": given} if given else answer


def _photo() -> JSON:
    return {"file_id": "photo", "file_unique_id": "photo", "width": 800, "height": 400}


def _person(person_id: int) -> JSON:
    known = {person["id"]: person for person in (AMINA, BO, CHIDI, TUTOR)}
    return known.get(person_id, {"id": person_id, "is_bot": False, "first_name": f"Person {person_id}"})


def _chat(chat_id: int) -> JSON:
    if chat_id < 0:
        return {**CLASS_7B, "id": chat_id}
    return {"id": chat_id, "type": "private", "first_name": _person(chat_id)["first_name"]}


_ids: defaultdict[str, "itertools.count[int]"] = defaultdict(lambda: itertools.count(1000))


def persistent_id(poll_id: str, place: int) -> str:
    """The id that an option of a poll keeps, in `FakeTelegram`."""
    return f"{poll_id}:{place}"


def a_message(text: str = "hello", who: JSON = AMINA, chat: JSON | None = None, **more: Any) -> JSON:
    """An update: somebody writes, in private unless a chat is given. Commands get their entity.

    `more` goes into the message, e.g. `sticker=...` or `reply_to_message=...`.
    """
    message: JSON = {
        "message_id": next(_ids["message"]),
        "date": DATE,
        "chat": chat or _chat(who["id"]),
        "from": who,
        "text": text,
    }
    if text.startswith("/"):
        length = len(text.split()[0])
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
    message |= more
    return {"message": {key: value for key, value in message.items() if value not in (None, "")}}


def a_press(data: str, who: JSON = AMINA, message: Mapping[str, Any] | None = None) -> JSON:
    """An update: somebody presses a button, of `message` or of some message of the bot to them."""
    under = message or {
        "message_id": next(_ids["message"]),
        "date": DATE,
        "chat": _chat(who["id"]),
        "from": TUTOR,
        "text": "an answer",
    }
    number = str(next(_ids["query"]))
    query = {"id": number, "from": who, "chat_instance": "1", "message": dict(under), "data": data}
    return {"callback_query": query}


def a_vote(poll_id: str, *places: int, who: JSON = AMINA, voter_chat: JSON | None = None) -> JSON:
    """An update: somebody votes for the options at these places; none is a retracted vote."""
    answer: JSON = {
        "poll_id": poll_id,
        "user": who,
        "option_ids": list(places),
        "option_persistent_ids": [persistent_id(poll_id, place) for place in places],
    }
    if voter_chat:
        # Telegram's stand-in for older clients.
        stand_in = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
        answer |= {"user": stand_in, "voter_chat": voter_chat}
    return {"poll_answer": answer}


def a_poll(poll_id: str = "poll-1", options: tuple[str, ...] = ("yes", "no"), **more: Any) -> JSON:
    """An update: the new state of a poll."""
    poll = {
        "id": poll_id,
        "question": "Which?",
        "options": [
            {"persistent_id": persistent_id(poll_id, place), "text": text, "voter_count": 0}
            for place, text in enumerate(options)
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": False,
        "type": "quiz",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
        **more,
    }
    return {"poll": poll}
