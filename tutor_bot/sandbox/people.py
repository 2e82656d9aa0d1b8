"""What people do: write, press, vote, join, leave, block. Each becomes an update where the bot would hear of it."""

import re
from typing import Any

from tutor_bot.sandbox.entities import formatted
from tutor_bot.sandbox.methods.files import document_json, photo_json
from tutor_bot.sandbox.methods.messages import REACTIONS
from tutor_bot.sandbox.methods.polls import show
from tutor_bot.sandbox.refused import Refused, bad
from tutor_bot.sandbox.world import INSIDE, Chat, Json, Person, Press, World

TEXT = 4096
NAME = 64


class People:
    """Acts as any of the people. Raises Refused with words for whoever sits before the page."""

    def __init__(self, world: World) -> None:
        self.world = world

    def say(self, person: int, chat: int, text: str, reply_to: int | None = None) -> Json:
        """Write a message."""
        sender, where = self._in(person, chat)
        shown, entities = formatted(text, None)
        if not shown:
            raise bad("there is nothing to send")
        if len(shown) > TEXT:
            raise bad(f"a message may have {TEXT} characters, this one has {len(shown)}")
        if not where.is_group and not where.started:
            where.started = True
        body: Json = {"text": shown, **({"entities": entities} if entities else {})}
        if reply_to:
            self.world.message(where, reply_to, "message to be replied")
            body["_reply_to"] = reply_to
        return self.world.post(where, sender, body, tell_bot=True)

    def attach(self, person: int, chat: int, name: str, data: bytes, mime: str, caption: str = "") -> Json:
        """Send a picture, or a document if it is none."""
        sender, where = self._in(person, chat)
        try:
            body = photo_json(self.world, name, data)
        except Refused:
            body = document_json(self.world, name, data, mime)
        if caption:
            body["caption"] = caption[:1024]
        return self.world.post(where, sender, body, tell_bot=True)

    def edit(self, person: int, chat: int, message: int, text: str) -> Json:
        """Change one's own message."""
        _, where = self._in(person, chat)
        old = self.world.message(where, message, "message to edit")
        if old["from"]["id"] != person or "text" not in old:
            raise bad("only texts of one's own can be edited")
        shown, entities = formatted(text, None)
        if not shown or len(shown) > TEXT:
            raise bad(f"a message has 1 to {TEXT} characters")
        old.pop("entities", None)
        old.update(text=shown, edit_date=self.world.seconds(), **({"entities": entities} if entities else {}))
        self.world.on_update("edited_message", self.world.view(old))
        return self.world.changed(where, old)

    def delete(self, person: int, chat: int, message: int) -> None:
        """Take back one's own message; the bot does not hear of it."""
        _, where = self._in(person, chat)
        if self.world.message(where, message)["from"]["id"] not in (person, self.world.bot.id):
            raise bad("only messages of one's own can be deleted")
        self.world.delete(where, message)

    def press(self, person: int, chat: int, message: int, data: str) -> str:
        """Press an inline button; the id under which its answer will come."""
        sender, where = self._in(person, chat)
        under = self.world.message(where, message)
        rows = under.get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise bad("this button is not there any more")
        press = Press(str(self.world.number()), person, chat, message, self.world.clock.now())
        self.world.presses[press.id] = press
        query = {
            "id": press.id,
            "from": sender.as_json(),
            "message": self.world.view(under),
            "chat_instance": str(abs(chat)),
            "data": data,
        }
        self.world.on_update("callback_query", query)
        return press.id

    def vote(self, person: int, chat: int, message: int, options: list[int]) -> None:
        """Vote in a poll; no options take the vote back where the poll allows that."""
        voter, where = self._in(person, chat)
        poll_id = self.world.message(where, message).get("_poll")
        if poll_id is None:
            raise bad("this is no poll")
        poll = self.world.polls[poll_id]
        if not poll.vote(person, options):
            return
        show(self.world, poll)
        self.world.on_update("poll", poll.as_json())
        if not poll.anonymous:
            chosen = poll.votes.get(person, [])
            answer = {
                "poll_id": poll.id,
                "user": voter.as_json(),
                "option_ids": chosen,
                "option_persistent_ids": [str(option) for option in chosen],
            }
            self.world.on_update("poll_answer", answer)

    def react(self, person: int, chat: int, message: int, emoji: str) -> None:
        """React to a message, or take it back with no emoji."""
        sender, where = self._in(person, chat)
        if emoji and emoji not in REACTIONS:
            raise bad("this is no reaction")
        target = self.world.message(where, message)
        reactions = target.setdefault("_reactions", {})
        before = reactions.get(person, [])
        reactions[person] = [emoji] if emoji else []
        change = {
            "chat": self.world.chat_json(where),
            "message_id": message,
            "user": sender.as_json(),
            "date": self.world.seconds(),
            "old_reaction": [{"type": "emoji", "emoji": e} for e in before],
            "new_reaction": [{"type": "emoji", "emoji": e} for e in reactions[person]],
        }
        self.world.on_update("message_reaction", change)
        self.world.changed(where, target)

    def block(self, person: int, blocked: bool) -> None:
        """Block the bot, or let it in again."""
        chat = self.world.chats[self._person(person).id]
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        states = [
            {"status": "kicked", "user": self.world.bot.as_json(), "until_date": 0},
            {"status": "member", "user": self.world.bot.as_json()},
        ]
        new, old = states if blocked else states[::-1]
        change = {
            "chat": self.world.chat_json(chat),
            "from": self.world.people[person].as_json(),
            "date": self.world.seconds(),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        self.world.on_update("my_chat_member", change)
        self.world.on_change("people", {})

    def new_person(self, name: str) -> Person:
        """Somebody new, by first and last name."""
        first, _, last = _name(name).partition(" ")
        return self.world.add_person(first, last, re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()[:32])

    def new_group(self, owner: int, title: str, members: list[int], with_bot: bool = True) -> Chat:
        """A group of these people and its owner; the bot is added unless it shall come later."""
        for member in members:
            self._person(member)
        chat = self.world.add_group(_name(title), members, owner=self._person(owner).id)
        if with_bot:
            self.world.set_status(chat, self.world.bot.id, "member", by=owner)
        return chat

    def set_member(self, person: int, chat: int, whom: int, status: str) -> None:
        """Add, remove, promote or demote somebody (the bot too); one may always join or leave oneself."""
        if status not in ("member", "administrator", "left", "kicked"):
            raise bad("this is no rank")
        where = self._group(chat)
        self.world.person(whom)
        if whom != person and where.status_of(person) not in INSIDE:
            raise bad(f"{self.world.people[person].first_name} is not in this group")
        if where.status_of(whom) == "creator":
            raise bad("the owner of a group stays as they are")
        self.world.set_status(where, whom, status, by=person)

    def migrate(self, person: int, chat: int) -> Chat:
        """Make a supergroup of a group."""
        return self.world.migrate(self._group(chat), by=self._person(person).id)

    def _person(self, person: int) -> Person:
        if person not in self.world.people:
            raise bad("there is no such person")
        return self.world.people[person]

    def _group(self, chat: int) -> Chat:
        where = self.world.chats.get(chat)
        if where is None or not where.is_group or where.moved_to:
            raise bad("there is no such group")
        return where

    def _in(self, person: int, chat: int) -> tuple[Person, Chat]:
        sender, where = self._person(person), self.world.chats.get(chat)
        if where is None or where.moved_to or (not where.is_group and where.id != person):
            raise bad("there is no such chat")
        if where.is_group and where.status_of(person) not in INSIDE:
            raise bad(f"{sender.first_name} is not in this group")
        if where.blocked:
            raise bad("the bot is blocked; unblock it first")
        return sender, where


def _name(text: Any) -> str:
    name = " ".join(str(text).split())
    if not 1 <= len(name) <= NAME:
        raise bad(f"a name has 1 to {NAME} characters")
    return name
