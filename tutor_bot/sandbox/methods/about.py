"""The bot itself: who it is, its command menus, its descriptions."""

import re
from typing import Any

from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.refused import bad
from tutor_bot.sandbox.state import State
from tutor_bot.sandbox.world import ADMINS, Chat, Json, World

MOST_COMMANDS = 100
DESCRIPTION = 256
TEXTS = {"Name": 64, "Description": 512, "ShortDescription": 120}


def get_me(state: State, call: Call) -> Json:
    world = state.world
    return {
        **world.bot.as_json(),
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


def _scope(call: Call) -> tuple[str, int, int, str]:
    scope = call.data("scope", {"type": "default"})
    if not isinstance(scope, dict):
        raise bad("can't parse BotCommandScope JSON object")
    return (
        str(scope.get("type", "default")),
        int(scope.get("chat_id", 0)),
        int(scope.get("user_id", 0)),
        call.text("language_code"),
    )


def set_my_commands(state: State, call: Call) -> bool:
    commands = call.listed("commands")
    if len(commands) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not isinstance(command, dict):
            raise bad("can't parse commands JSON object")
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", "")).removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", "")).strip()) <= DESCRIPTION:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    state.world.commands[_scope(call)] = commands
    state.world.on_change("people", {})
    return True


def get_my_commands(state: State, call: Call) -> list[Json]:
    return state.world.commands.get(_scope(call), [])


def delete_my_commands(state: State, call: Call) -> bool:
    state.world.commands.pop(_scope(call), None)
    state.world.on_change("people", {})
    return True


def menu_for(world: World, chat: Chat, person: int) -> list[Json]:
    """The commands this person sees in this chat: the narrowest scope that has any, in their language first."""
    language = world.people[person].language
    scopes: list[tuple[str, int, int]] = [("chat_member", chat.id, person)]
    if chat.is_group:
        if chat.status_of(person) in ADMINS:
            scopes += [("chat_administrators", chat.id, 0)]
        scopes += [("chat", chat.id, 0)]
        if chat.status_of(person) in ADMINS:
            scopes += [("all_chat_administrators", 0, 0)]
        scopes += [("all_group_chats", 0, 0)]
    else:
        scopes += [("chat", chat.id, 0), ("all_private_chats", 0, 0)]
    scopes += [("default", 0, 0)]
    for scope in scopes:
        for spoken in (language, ""):
            if commands := world.commands.get((*scope, spoken)):
                return commands
    return []


def _setter(name: str, most: int) -> Any:
    key = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()

    def set_text(state: State, call: Call) -> bool:
        text = call.text(key)
        if len(text) > most:
            raise bad(f"BOT_{key.upper()}_TOO_LONG")
        state.world.texts[key, call.text("language_code")] = text
        return True

    return set_text


def _getter(name: str) -> Any:
    key = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()

    def get_text(state: State, call: Call) -> Json:
        texts = state.world.texts
        return {key: texts.get((key, call.text("language_code"))) or texts.get((key, ""), "")}

    return get_text


def log_out(state: State, call: Call) -> bool:
    state.updates.end_poll()
    return True


METHODS = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "logOut": log_out,
    "close": log_out,
    **{f"setMy{name}": _setter(name, most) for name, most in TEXTS.items()},
    **{f"getMy{name}": _getter(name) for name in TEXTS},
}
