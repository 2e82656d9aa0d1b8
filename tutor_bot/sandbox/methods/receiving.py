"""How the bot hears of what people do."""

from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.state import State
from tutor_bot.sandbox.world import Json


async def get_updates(state: State, call: Call) -> list[Json]:
    return await state.updates.get(call)


def set_webhook(state: State, call: Call) -> bool:
    return state.updates.set_webhook(call)


def delete_webhook(state: State, call: Call) -> bool:
    return state.updates.delete_webhook(call)


def get_webhook_info(state: State, call: Call) -> Json:
    return state.updates.webhook_info()


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
