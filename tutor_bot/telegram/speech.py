"""Views as Telegram's messages."""

from contextlib import suppress

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyParameters,
)
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from tutor_bot.wording.view import Button, Buttons, View


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    rows = [[_button(button) for button in row] for row in buttons if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.text, url=button.url)
    return InlineKeyboardButton(button.text, callback_data=button.data)


async def reply(message: Message, view: View) -> None:
    """Answer a message: in a group as a reply to its writer, in the same topic."""
    in_group = message.chat.type != ChatType.PRIVATE
    await message.reply_html(
        view.html,
        reply_markup=keyboard(view.buttons),
        reply_parameters=(ReplyParameters(message.message_id, allow_sending_without_reply=True) if in_group else None),
    )


async def change(query: CallbackQuery, view: View) -> None:
    """Put this view in place of the message under whose button was pressed.

    A press that comes twice changes nothing the second time; a message too old to change is answered anew.
    """
    message = query.message
    if not isinstance(message, Message):
        if message is not None:
            await _write_anew(query, view)
        return
    try:
        await message.edit_text(view.html, parse_mode=ParseMode.HTML, reply_markup=keyboard(view.buttons))
    except BadRequest as error:
        if "not modified" not in str(error):
            await reply(message, view)


async def respond(query: CallbackQuery, view: View) -> None:
    """Write this view below the message under whose button was pressed."""
    message = query.message
    if isinstance(message, Message):
        in_group = message.chat.type != ChatType.PRIVATE
        await message.reply_html(
            view.html,
            reply_markup=keyboard(view.buttons),
            reply_parameters=(
                ReplyParameters(message.message_id, allow_sending_without_reply=True) if in_group else None
            ),
        )
    elif message is not None:
        await _write_anew(query, view)


async def _write_anew(query: CallbackQuery, view: View) -> None:
    """Below a message that is too old for the Bot API to show."""
    if query.message is not None:
        chat, buttons = query.message.chat.id, keyboard(view.buttons)
        await query.get_bot().send_message(chat, view.html, parse_mode=ParseMode.HTML, reply_markup=buttons)


async def acknowledge(query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Stop the button's spinner; a press that has grown too old cannot be, and needs none."""
    with suppress(BadRequest):
        await query.answer(text or None, show_alert=alert)
