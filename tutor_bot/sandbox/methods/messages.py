"""Messages: sent, edited, deleted, pinned, reacted to; and the answers to presses."""

from datetime import timedelta
from typing import Any

from tutor_bot.sandbox.checks import CAPTION, TEXT, Call
from tutor_bot.sandbox.refused import bad
from tutor_bot.sandbox.state import State
from tutor_bot.sandbox.world import ADMINS, DELETABLE, MEDIA, Chat, Json, World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
PRESS_LIVES = timedelta(minutes=15)
ANSWER = 200
ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note"
).split()
REACTIONS = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 "
    "🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 😈 😴 "
    "😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 "
    "💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷 😡 "
).split()


def put(state: State, call: Call, chat: Chat, body: Json) -> Json:
    """Post a message of the bot with its keyboard, as a reply where one is asked for."""
    world = state.world
    state.limits.check(call.method, chat.id, world.clock.now())
    reply = call.data("reply_parameters", {})
    quoted = reply.get("message_id") or (call.number("reply_to_message_id", 0) or None)
    if quoted:
        if quoted in chat.messages:
            body["_reply_to"] = quoted
        elif not (reply.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply")):
            raise bad("message to be replied not found")
    markup = call.keyboard()
    if markup and "inline_keyboard" in markup:
        body["reply_markup"] = markup
    if call.flag("protect_content"):
        body["has_protected_content"] = True
    return world.post(chat, world.bot, body)


def text_of(call: Call) -> Json:
    """The text of a message to be sent or edited. Raises Refused."""
    if not call.text("text").strip():
        raise bad("message text is empty")
    text, entities = call.words("text", TEXT, "message is too long")
    if not text:
        raise bad("text must be non-empty")
    return {"text": text, **({"entities": entities} if entities else {})}


def caption_of(call: Call) -> Json:
    text, entities = call.words("caption", CAPTION, "message caption is too long")
    return {"caption": text, **({"caption_entities": entities} if entities else {})} if text else {}


def send_message(state: State, call: Call) -> Json:
    chat = state.world.open_to_bot(call.values.get("chat_id"))
    return put(state, call, chat, text_of(call))


def _own(state: State, call: Call, role: str) -> tuple[Chat, Json]:
    world = state.world
    chat = world.open_to_bot(call.values.get("chat_id"))
    if "message_id" not in call:
        raise bad("message identifier is not specified")
    message = world.message(chat, call.number("message_id"), role)
    if message["from"]["id"] != world.bot.id:
        raise bad("message can't be edited")
    return chat, message


def _edit(state: State, call: Call, chat: Chat, message: Json, body: Json, old: tuple[str, ...]) -> Json:
    state.limits.check(call.method, chat.id, state.world.clock.now())
    markup = call.keyboard()
    if markup and "inline_keyboard" not in markup:
        raise bad("inline keyboard expected")
    new = {key: value for key, value in message.items() if key not in (*old, "reply_markup", "edit_date")} | body
    if markup and markup["inline_keyboard"]:
        new["reply_markup"] = markup
    if new == {key: value for key, value in message.items() if key != "edit_date"}:
        raise bad(NOT_MODIFIED)
    message.clear()
    message.update(new, edit_date=state.world.seconds())
    return state.world.changed(chat, message)


def edit_message_text(state: State, call: Call) -> Json:
    chat, message = _own(state, call, "message to edit")
    body = text_of(call)
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    return _edit(state, call, chat, message, body, ("text", "entities"))


def edit_message_caption(state: State, call: Call) -> Json:
    chat, message = _own(state, call, "message to edit")
    if not any(kind in message for kind in MEDIA):
        raise bad("there is no caption in the message to edit")
    return _edit(state, call, chat, message, caption_of(call), ("caption", "caption_entities"))


def edit_message_reply_markup(state: State, call: Call) -> Json:
    chat, message = _own(state, call, "message to edit")
    return _edit(state, call, chat, message, {}, ())


def may_delete(world: World, chat: Chat, message: Json) -> bool:
    """Its own for 48 hours; others' in private chats, and in groups as an admin."""
    if not chat.is_group or chat.status_of(world.bot.id) not in ADMINS:
        young = world.seconds() - message["date"] < DELETABLE.total_seconds()
        return young and (not chat.is_group or message["from"]["id"] == world.bot.id)
    return True


def delete_message(state: State, call: Call) -> bool:
    world = state.world
    chat = world.open_to_bot(call.values.get("chat_id"))
    message = world.message(chat, call.number("message_id"), "message to delete")
    if not may_delete(world, chat, message):
        raise bad("message can't be deleted")
    world.delete(chat, message["message_id"])
    return True


def delete_messages(state: State, call: Call) -> bool:
    world = state.world
    chat = world.open_to_bot(call.values.get("chat_id"))
    numbers = call.listed("message_ids")
    if not 1 <= len(numbers) <= 100:
        raise bad("there must be from 1 to 100 message identifiers")
    for number in numbers:
        if number in chat.messages and may_delete(world, chat, chat.messages[number]):
            world.delete(chat, number)
    return True


def _carried(state: State, call: Call, role: str, *, poll: bool) -> tuple[Chat, Json, Json]:
    source = state.world.chat(call.values.get("from_chat_id"))
    message = state.world.message(source, call.number("message_id"), role)
    kept = ("text", "entities", "caption", "caption_entities", *MEDIA, *(("_poll",) if poll else ()))
    body = {key: value for key, value in message.items() if key in kept}
    if not body or message.get("has_protected_content"):
        raise bad("message can't be copied" if "copy" in role else "message can't be forwarded")
    return state.world.open_to_bot(call.values.get("chat_id")), message, body


def copy_message(state: State, call: Call) -> Json:
    chat, _, body = _carried(state, call, "message to copy", poll=False)
    return {"message_id": put(state, call, chat, body)["message_id"]}


def forward_message(state: State, call: Call) -> Json:
    chat, message, body = _carried(state, call, "message to forward", poll=True)
    origin = {"type": "user", "sender_user": message["from"], "date": message["date"]}
    return put(state, call, chat, {**body, "forward_origin": origin})


def pin_chat_message(state: State, call: Call) -> bool:
    chat = _pinning(state, call)
    number = call.number("message_id")
    state.world.message(chat, number, "message to pin")
    if number not in chat.pinned:
        chat.pinned.append(number)
    state.world.on_change("people", {})
    return True


def unpin_chat_message(state: State, call: Call) -> bool:
    chat = _pinning(state, call)
    number = call.number("message_id", chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    state.world.on_change("people", {})
    return True


def unpin_all_chat_messages(state: State, call: Call) -> bool:
    _pinning(state, call).pinned.clear()
    state.world.on_change("people", {})
    return True


def _pinning(state: State, call: Call) -> Chat:
    chat = state.world.open_to_bot(call.values.get("chat_id"))
    if chat.is_group and chat.status_of(state.world.bot.id) not in ADMINS:
        raise bad("not enough rights to manage pinned messages in the chat")
    return chat


def set_message_reaction(state: State, call: Call) -> bool:
    world = state.world
    chat = world.open_to_bot(call.values.get("chat_id"))
    message = world.message(chat, call.number("message_id"), "message to react")
    emojis = [str(given.get("emoji", "")).replace("\ufe0f", "") for given in call.listed("reaction")]
    if len(emojis) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if not set(emojis) <= set(REACTIONS):
        raise bad("REACTION_INVALID")
    message.setdefault("_reactions", {})[world.bot.id] = emojis
    world.changed(chat, message)
    return True


def send_chat_action(state: State, call: Call) -> bool:
    chat = state.world.open_to_bot(call.values.get("chat_id"))
    action = call.text("action")
    if action not in ACTIONS:
        raise bad("wrong parameter action in request")
    state.world.on_change("action", {"chat": chat.id, "action": action})
    return True


def answer_callback_query(state: State, call: Call) -> bool:
    world = state.world
    press = world.presses.pop(call.text("callback_query_id"), None)
    if press is None or world.clock.now() - press.at > PRESS_LIVES:
        raise bad(TOO_OLD)
    text = call.text("text")
    if len(text) > ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    shown: dict[str, Any] = {"person": press.person, "text": text, "alert": call.flag("show_alert")}
    world.on_change("answered", {"press": press.id, **shown})
    return True


METHODS = {
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
    "setMessageReaction": set_message_reaction,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
}
