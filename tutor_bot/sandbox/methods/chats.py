"""Chats and their members."""

from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.refused import bad
from tutor_bot.sandbox.state import State
from tutor_bot.sandbox.world import ADMINS, INSIDE, Chat, Json

ACCENT = 0
REACTIONS_AT_MOST = 11


def _readable(state: State, call: Call) -> Chat:
    """The chat; a group that the bot is in."""
    chat = state.world.chat(call.values.get("chat_id"))
    if chat.moved_to or (chat.is_group and chat.status_of(state.world.bot.id) not in INSIDE):
        return state.world.open_to_bot(chat.id)
    return chat


def get_chat(state: State, call: Call) -> Json:
    chat = _readable(state, call)
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    shown = {
        **state.world.chat_json(chat),
        "accent_color_id": ACCENT,
        "max_reaction_count": REACTIONS_AT_MOST,
        "accepted_gift_types": gifts,
    }
    if chat.pinned:
        shown["pinned_message"] = state.world.view(chat.messages[chat.pinned[-1]])
    return shown


def get_chat_member(state: State, call: Call) -> Json:
    chat = _readable(state, call)
    person = call.number("user_id")
    if not chat.is_group:
        if person not in (chat.id, state.world.bot.id):
            raise bad("user not found")
        return {"status": "member", "user": state.world.person(person).as_json()}
    if person not in state.world.people and person != state.world.bot.id:
        raise bad("PARTICIPANT_ID_INVALID")
    return state.world.member_json(chat, person)


def get_chat_administrators(state: State, call: Call) -> list[Json]:
    chat = _readable(state, call)
    if not chat.is_group:
        raise bad("there are no administrators in the private chat")
    admins = [person for person, status in chat.members.items() if status in ADMINS]
    return [state.world.member_json(chat, person) for person in admins if person != state.world.bot.id]


def get_chat_member_count(state: State, call: Call) -> int:
    chat = _readable(state, call)
    return sum(status in INSIDE for status in chat.members.values()) if chat.is_group else 2


def leave_chat(state: State, call: Call) -> bool:
    chat = state.world.open_to_bot(call.values.get("chat_id"))
    if not chat.is_group:
        raise bad("chat is not a group, supergroup or channel chat")
    state.world.set_status(chat, state.world.bot.id, "left", by=state.world.bot.id)
    return True


def _ruled(state: State, call: Call, what: str) -> tuple[Chat, int]:
    chat = state.world.open_to_bot(call.values.get("chat_id"))
    if not chat.is_group:
        raise bad("chat is not a group, supergroup or channel chat")
    if chat.status_of(state.world.bot.id) not in ADMINS:
        raise bad(f"not enough rights to {what}")
    person = call.number("user_id")
    state.world.person(person)
    return chat, person


def ban_chat_member(state: State, call: Call) -> bool:
    chat, person = _ruled(state, call, "restrict/unrestrict chat member")
    if chat.status_of(person) in ADMINS:
        raise bad("user is an administrator of the chat")
    state.world.set_status(chat, person, "kicked", by=state.world.bot.id)
    return True


def unban_chat_member(state: State, call: Call) -> bool:
    chat, person = _ruled(state, call, "restrict/unrestrict chat member")
    if chat.status_of(person) == "kicked" or not call.flag("only_if_banned"):
        state.world.set_status(chat, person, "left", by=state.world.bot.id)
    return True


def export_chat_invite_link(state: State, call: Call) -> str:
    chat = state.world.open_to_bot(call.values.get("chat_id"))
    if not chat.is_group:
        raise bad("chat is not a group, supergroup or channel chat")
    if chat.status_of(state.world.bot.id) not in ADMINS:
        raise bad("not enough rights to manage chat invite link")
    return f"https://t.me/+sandbox{abs(chat.id)}"


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "banChatMember": ban_chat_member,
    "unbanChatMember": unban_chat_member,
    "exportChatInviteLink": export_chat_invite_link,
}
