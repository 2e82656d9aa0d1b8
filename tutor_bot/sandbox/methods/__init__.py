"""The methods of the Bot API, by name. Each takes the state and the call, and returns the result as JSON."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.methods import about, chats, files, messages, polls, receiving
from tutor_bot.sandbox.state import State

Method = Callable[[State, Call], Any | Awaitable[Any]]

METHODS: Mapping[str, Method] = {
    name.lower(): method
    for module in (about, chats, files, messages, polls, receiving)
    for name, method in module.METHODS.items()
}
"""Names in small letters: Telegram does not mind their case."""
