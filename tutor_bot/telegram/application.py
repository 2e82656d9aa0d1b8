"""The bot's table of contents."""

from typing import Any

from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    LinkPreviewOptions,
)
from telegram.ext import Application, ContextTypes, Defaults
from telegram.request import BaseRequest, HTTPXRequest

from tutor_bot.charts.studio import Studio
from tutor_bot.domain.clock import Clock
from tutor_bot.domain.inbox import InboxStore
from tutor_bot.domain.meter import Meter
from tutor_bot.telegram.context import Tutor, TutorApplication, TutorContext
from tutor_bot.telegram.handlers import (
    buttons,
    classes,
    curating,
    daily,
    inline,
    live,
    other,
    preferences,
    privacy,
    progress,
    questions,
    quiz,
    reference,
    reports,
    start,
)
from tutor_bot.telegram.inbox import InboxBot
from tutor_bot.telegram.limiter import OVERALL, TelegramLimits
from tutor_bot.telegram.processor import OrderedProcessor
from tutor_bot.wording import general
from tutor_bot.wording.voice import LANGUAGES, voice

CONNECTIONS = 64
"""Connections for sending: replies must not wait for each other's sockets."""


def build(
    *,
    token: str,
    api_url: str,
    tutor: Tutor,
    inbox: InboxStore,
    clock: Clock,
    studio: Studio,
    is_shared: bool = False,
    request: BaseRequest | None = None,
    updates_request: BaseRequest | None = None,
    meter: Meter | None = None,
    paid_broadcast: int | None = None,
) -> TutorApplication:
    """The application, ready to be initialised; `request` replaces the network in tests.

    `is_shared` says that other replicas take updates out of the same inbox.
    `paid_broadcast` is how many messages a second are paid for; None is what Telegram lets everybody send.
    """
    bot = InboxBot(
        token,
        inbox=inbox,
        is_shared=is_shared,
        meter=meter,
        pays=paid_broadcast is not None,
        base_url=f"{api_url.rstrip('/')}/bot",
        base_file_url=f"{api_url.rstrip('/')}/file/bot",
        request=request or HTTPXRequest(connection_pool_size=CONNECTIONS, pool_timeout=10),
        get_updates_request=updates_request or request or HTTPXRequest(connection_pool_size=2),
        defaults=Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)),
        rate_limiter=TelegramLimits(clock, meter, overall=paid_broadcast or OVERALL),
    )
    application: TutorApplication = (
        Application.builder()
        .bot(bot)
        .concurrent_updates(OrderedProcessor(inbox, clock, is_shared=is_shared, meter=meter))
        .context_types(ContextTypes(context=TutorContext))
        .build()
    )
    application.bot_data["tutor"] = tutor
    application.bot_data["studio"] = studio
    # Commands come before free text, and what nobody else wanted comes last.
    for handler in (
        *start.handlers(),
        *quiz.handlers(),
        *live.handlers(),
        *classes.handlers(),
        *reports.handlers(),
        *daily.handlers(),
        *preferences.handlers(),
        *progress.handlers(),
        *privacy.handlers(),
        *reference.handlers(),
        *curating.handlers(),
        *inline.handlers(),
        *questions.handlers(),
        *buttons.handlers(),
        *other.handlers(),
    ):
        application.add_handler(handler)
    for watcher in preferences.watchers():
        application.add_handler(watcher, group=-2)
    for watcher in live.watchers():
        application.add_handler(watcher, group=-1)
    return application


async def show_menus(application: Any) -> None:
    """The command menus, for each kind of chat its own, in each language."""
    for language in LANGUAGES:
        v = voice(language)
        for scope, commands in (
            (BotCommandScopeAllPrivateChats(), general.commands(v)),
            (BotCommandScopeAllGroupChats(), general.group_commands(v)),
        ):
            await application.bot.set_my_commands(
                [BotCommand(name, what) for name, what in commands],
                scope=scope,
                # English is for everybody who reads none of the others.
                language_code=None if language == "en" else language,
            )
