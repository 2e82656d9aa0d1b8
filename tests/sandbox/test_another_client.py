"""Another Bot API library, which shares no code with ours, holds a conversation with the sandbox."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputPollOption,
    Message,
    PollAnswer,
)

from tests.sandbox.conftest import AMINA, CLARA, Desk
from tests.sandbox.test_api import PNG
from tutor_bot.sandbox import TOKEN


@pytest.fixture
async def bot(served: Desk) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(served.sandbox.address))
    made = Bot(TOKEN, session=session)
    yield made
    await session.close()


async def test_a_conversation(served: Desk, bot: Bot) -> None:
    """Greeting, button, edit, quiz with a vote, picture, file, group: all is understood by its strict models."""
    dispatcher = Dispatcher()
    heard: asyncio.Queue[str] = asyncio.Queue()
    keys = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go on", callback_data="go")]])

    @dispatcher.message(CommandStart())
    async def greet(message: Message) -> None:
        await message.answer("<b>Hello</b>", parse_mode="HTML", reply_markup=keys)
        heard.put_nowait(f"start from {message.chat.id}")

    @dispatcher.callback_query(F.data == "go")
    async def go(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.answer("Going on")
        await query.message.edit_text("Gone on")
        options = [InputPollOption(text="Koba"), InputPollOption(text="Soso")]
        await query.message.answer_poll(
            "Which name?",
            list(options),
            type="quiz",
            correct_option_ids=[0],
            is_anonymous=False,
            explanation="A novel.",
        )
        heard.put_nowait("pressed")

    @dispatcher.poll_answer()
    async def voted(answer: PollAnswer) -> None:
        heard.put_nowait(f"voted {answer.option_ids}")

    @dispatcher.message(F.photo)
    async def seen(message: Message) -> None:
        assert message.photo
        file = await bot.get_file(message.photo[-1].file_id)
        assert file.file_path
        body = await bot.download_file(file.file_path)
        assert body
        assert body.read() == PNG
        await message.answer_photo(BufferedInputFile(PNG, "chart.png"), caption="Yours")
        await message.answer_document(BufferedInputFile(b"{}", "export.json"))
        heard.put_nowait("picture")

    @dispatcher.message(F.new_chat_members)
    async def joined(message: Message) -> None:
        admins = await bot.get_chat_administrators(message.chat.id)
        chat = await bot.get_chat(message.chat.id)
        heard.put_nowait(f"joined {chat.title}, led by {admins[0].user.first_name}")

    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
    world, people = served.world, served.people
    assert {await heard.get() for _ in range(4)} == {
        "start from 101",
        "start from 102",
        "start from 103",
        "joined Class 9B, led by Clara",
    }
    greeting = next(m for m in world.chats[AMINA].messages.values() if m.get("reply_markup"))
    people.press(AMINA, AMINA, greeting["message_id"], "go")
    assert await heard.get() == "pressed"
    poll = next(m for m in world.chats[AMINA].messages.values() if "_poll" in m)
    people.vote(AMINA, AMINA, poll["message_id"], [0])
    assert await heard.get() == "voted [0]"
    people.attach(AMINA, AMINA, "me.png", PNG, "image/png")
    assert await heard.get() == "picture"
    people.set_member(CLARA, served.group, world.bot.id, "administrator")
    assert greeting["text"] == "Gone on"
    assert [call for call in served.sandbox.api.calls if not call["answer"]["ok"]] == []
    stopping = asyncio.create_task(dispatcher.stop_polling())
    while not polling.done():
        # Its long poll ends when something comes.
        people.say(AMINA, AMINA, "bye")
        await asyncio.sleep(0)
    await asyncio.gather(stopping, polling)
