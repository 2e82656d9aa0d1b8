"""A bare echo bot, as python-telegram-bot is at its best: what a bot that remembers nothing can do.

`python -m tests.load.echo ADDRESS`
"""

import sys
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from tests.fake_telegram import TOKEN

CONNECTIONS = 64


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def main(address: str) -> None:
    application: Application[Any, Any, Any, Any, Any, Any] = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{address}/bot")
        .concurrent_updates(True)
        .connection_pool_size(CONNECTIONS)
        .pool_timeout(10)
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    application.run_polling()


if __name__ == "__main__":
    main(sys.argv[1])
