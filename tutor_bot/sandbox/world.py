"""Our Telegram: people, chats, messages, files, and who may do what in them. No HTTP in here."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from tutor_bot.sandbox.polls import Poll
from tutor_bot.sandbox.refused import bad, forbidden

Json = dict[str, Any]

BOT_ID = 1_000_001
BOT_USERNAME = "tutor_sandbox_bot"
FIRST_PERSON = 101
FIRST_GROUP = -501
FIRST_SUPERGROUP = -1_000_000_000_501
INSIDE = ("creator", "administrator", "member", "restricted")
ADMINS = ("creator", "administrator")
ADMIN_RIGHTS = (
    "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
    "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories can_pin_messages"
).split()
BOT_RIGHTS = ("can_manage_chat", "can_delete_messages", "can_restrict_members", "can_pin_messages", "can_invite_users")
MEDIA = ("photo", "document", "sticker", "voice")
MESSAGE_NUMBERS = 1_000_000_000
"""Message numbers stay below 2^31."""
DELETABLE = timedelta(hours=48)


class Clock(Protocol):
    """The time that the sandbox and the bot share; it can be moved on."""

    def now(self) -> datetime: ...

    async def sleep_until(self, instant: datetime) -> None: ...

    async def jump(self, to: datetime) -> None: ...


@dataclass
class Person:
    """Somebody who uses Telegram; `deactivated` when the account is gone."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language: str = "en"
    is_bot: bool = False

    def as_json(self) -> Json:
        shown: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.last_name:
            shown["last_name"] = self.last_name
        if self.username:
            shown["username"] = self.username
        if not self.is_bot:
            shown["language_code"] = self.language
        return shown


@dataclass
class Chat:
    """A private chat with the bot (its id is the person's) or a group; `members` maps ids to a status."""

    id: int
    type: str
    title: str = ""
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    started: bool = False
    blocked: bool = False
    moved_to: int | None = None
    pinned: list[int] = field(default_factory=list)
    next_message: int = 1
    """Counts on from the time, for the same reason as all other numbers."""

    @property
    def is_group(self) -> bool:
        return self.type != "private"

    def status_of(self, person: int) -> str:
        return self.members.get(person, "left")


@dataclass
class File:
    """Bytes somebody has sent."""

    id: str
    unique_id: str
    path: str
    name: str
    data: bytes
    mime: str


@dataclass
class Press:
    """A press of an inline button, waiting for its answer."""

    id: str
    person: int
    chat: int
    message: int
    at: datetime


class World:
    """Everything there is. Changes are told to `on_update` (the bot) and `on_change` (the page)."""

    def __init__(self, clock: Clock, bot_name: str = "Tutor") -> None:
        self.clock = clock
        self.bot = Person(BOT_ID, bot_name, username=BOT_USERNAME, is_bot=True)
        self.privacy = True
        self.on_update: Callable[[str, Json], None] = lambda kind, body: None
        self.on_change: Callable[[str, Json], None] = lambda kind, body: None
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.polls: dict[str, Poll] = {}
        self.files: dict[str, File] = {}
        self.presses: dict[str, Press] = {}
        self.commands: dict[tuple[str, int, int, str], list[Json]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        # Numbers go on from the time, so that what a tutor has kept of an earlier sandbox is never met again.
        self._numbers = itertools.count(self.seconds() * 1000)
        self._groups = itertools.count(0)

    # Who and where

    def add_person(self, first_name: str, last_name: str = "", username: str = "", language: str = "en") -> Person:
        """Somebody new, with a private chat with the bot that has not begun."""
        person = Person(FIRST_PERSON + len(self.people), first_name, last_name, username, language)
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", next_message=self._first_message())
        self.on_change("people", {})
        return person

    def add_group(self, title: str, members: list[int], *, owner: int, supergroup: bool = False) -> Chat:
        """A group of these people, without the bot."""
        first = FIRST_SUPERGROUP if supergroup else FIRST_GROUP
        chat = Chat(
            first - next(self._groups),
            "supergroup" if supergroup else "group",
            title,
            next_message=self._first_message(),
        )
        chat.members = {**dict.fromkeys(members, "member"), owner: "creator"}
        self.chats[chat.id] = chat
        self.on_change("people", {})
        return chat

    def person(self, person_id: int) -> Person:
        """The person, the bot included. Raises Refused."""
        if person_id == self.bot.id:
            return self.bot
        if person_id not in self.people:
            raise bad("user not found")
        return self.people[person_id]

    def chat(self, chat_id: Any) -> Chat:
        """The chat the bot names. Raises Refused as Telegram would."""
        if chat_id in (None, ""):
            raise bad("chat_id is empty")
        try:
            return self.chats[int(str(chat_id))]
        except (ValueError, KeyError):
            raise bad("chat not found") from None

    def open_to_bot(self, chat_id: Any) -> Chat:
        """The chat, if the bot may write into it."""
        chat = self.chat(chat_id)
        if chat.moved_to:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to)
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if chat.is_group and chat.status_of(self.bot.id) not in INSIDE:
            gone = "was kicked from" if chat.status_of(self.bot.id) == "kicked" else "is not a member of"
            raise forbidden(f"bot {gone} the {chat.type} chat")
        if not chat.is_group and not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def chat_json(self, chat: Chat) -> Json:
        if not chat.is_group:
            person = self.people[chat.id].as_json()
            names = {key: value for key, value in person.items() if key in ("first_name", "last_name", "username")}
            return {"id": chat.id, "type": "private", **names}
        basic: Json = {"all_members_are_administrators": False} if chat.type == "group" else {}
        return {"id": chat.id, "type": chat.type, "title": chat.title, **basic}

    def member_json(self, chat: Chat, person: int) -> Json:
        """A ChatMember, with all the fields that its kind must have."""
        status = chat.status_of(person)
        shown: Json = {"status": status, "user": self.person(person).as_json()}
        if status == "creator":
            shown["is_anonymous"] = False
        elif status == "administrator":
            rights = dict.fromkeys(ADMIN_RIGHTS, person != self.bot.id)
            rights.update(dict.fromkeys(BOT_RIGHTS, True))
            shown.update(rights, can_be_edited=False, is_anonymous=False)
        elif status == "kicked":
            shown["until_date"] = 0
        return shown

    # Messages

    def seconds(self) -> int:
        return int(self.clock.now().timestamp())

    def _first_message(self) -> int:
        return self.seconds() % MESSAGE_NUMBERS

    def number(self) -> int:
        """A number never given before: for polls, files and presses."""
        return next(self._numbers)

    def post(self, chat: Chat, sender: Person, body: Json, *, tell_bot: bool = False) -> Json:
        """Put a message into a chat; `tell_bot` makes an update of it where the bot may see it."""
        message = {
            "message_id": chat.next_message,
            "from": sender.as_json(),
            "chat": self.chat_json(chat),
            "date": self.seconds(),
            **body,
        }
        chat.next_message += 1
        chat.messages[message["message_id"]] = message
        self.on_change("message", {"chat": chat.id, "message": self.view(message)})
        if tell_bot and self._bot_sees(chat, message):
            self.on_update("message", self.view(message))
        return self.view(message)

    def changed(self, chat: Chat, message: Json) -> Json:
        """A message was changed in place."""
        self.on_change("message", {"chat": chat.id, "message": self.view(message)})
        return self.view(message)

    def view(self, message: Json) -> Json:
        """The message as it stands now: polls and quoted messages are filled in."""
        shown = {key: value for key, value in message.items() if not key.startswith("_")}
        if poll := message.get("_poll"):
            shown["poll"] = self.polls[poll].as_json()
        if quoted := message.get("_reply_to"):
            original = self.chats[message["chat"]["id"]].messages.get(quoted)
            if original:
                shown["reply_to_message"] = self.view({k: v for k, v in original.items() if k != "_reply_to"})
        return shown

    def message(self, chat: Chat, message_id: int, role: str = "message") -> Json:
        """A message of the chat. Raises Refused: `<role> not found`."""
        if message_id not in chat.messages:
            raise bad(f"{role} not found")
        return chat.messages[message_id]

    def delete(self, chat: Chat, message_id: int) -> None:
        del chat.messages[message_id]
        if message_id in chat.pinned:
            chat.pinned.remove(message_id)
        self.on_change("deleted", {"chat": chat.id, "message": message_id})

    def _bot_sees(self, chat: Chat, message: Json) -> bool:
        """Group privacy: commands, replies to the bot and service messages, unless the bot is an admin."""
        if not chat.is_group:
            return not chat.blocked
        status = chat.status_of(self.bot.id)
        if status not in INSIDE:
            return False
        if not self.privacy or status in ADMINS:
            return True
        if not any(kind in message for kind in ("text", "caption", *MEDIA)):
            return True
        quoted = chat.messages.get(message.get("_reply_to", 0))
        if quoted and quoted["from"]["id"] == self.bot.id:
            return True
        command = next((e for e in message.get("entities", ()) if e["type"] == "bot_command"), None)
        if command is None or command["offset"]:
            return False
        name = str(message.get("text", message.get("caption", "")))[: command["length"]]
        return "@" not in name or name.lower().endswith(f"@{self.bot.username}".lower())

    # Members

    def set_status(self, chat: Chat, person: int, status: str, *, by: int) -> None:
        """Somebody joins, leaves or changes rank: the chat says so and the bot hears of it."""
        before = self.member_json(chat, person)
        if before["status"] == status:
            return
        was_inside = before["status"] in INSIDE
        heard = chat.status_of(self.bot.id) in INSIDE
        chat.members[person] = status
        actor, subject = self.person(by), self.person(person)
        change = {
            "chat": self.chat_json(chat),
            "from": actor.as_json(),
            "date": self.seconds(),
            "old_chat_member": before,
            "new_chat_member": self.member_json(chat, person),
        }
        if person == self.bot.id:
            self.on_update("my_chat_member", change)
        elif heard and chat.status_of(self.bot.id) in ADMINS:
            self.on_update("chat_member", change)
        if chat.is_group:
            if status in INSIDE and not was_inside:
                self.post(chat, actor, {"new_chat_members": [subject.as_json()]}, tell_bot=True)
            elif status not in INSIDE and was_inside:
                self.post(chat, actor, {"left_chat_member": subject.as_json()}, tell_bot=heard)
        self.on_change("people", {})

    def migrate(self, chat: Chat, *, by: int) -> Chat:
        """A group becomes a supergroup under a new id; messages stay behind, as in Telegram."""
        if chat.type != "group" or chat.moved_to:
            raise bad("the chat is no basic group any more")
        new = Chat(FIRST_SUPERGROUP - next(self._groups), "supergroup", chat.title, dict(chat.members))
        new.next_message = self._first_message()
        self.chats[new.id] = new
        person = self.person(by)
        self.post(chat, person, {"migrate_to_chat_id": new.id}, tell_bot=True)
        chat.moved_to = new.id
        self.post(new, person, {"migrate_from_chat_id": chat.id}, tell_bot=True)
        self.on_change("people", {})
        return new

    # Files

    def keep(self, name: str, data: bytes, mime: str, folder: str) -> File:
        number = self.number()
        ending = name.rpartition(".")[2] if "." in name else "bin"
        file = File(f"file-{number}", f"unique-{number}", f"{folder}/file_{number}.{ending}", name, data, mime)
        self.files[file.id] = file
        return file
