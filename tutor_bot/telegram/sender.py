"""Sends what the outbox holds: each person's in order, different people's side by side."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
from telegram import Message
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ExtBot

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.outgoing import (
    CloseOut,
    DigestOut,
    FeedbackOut,
    HomeworkOut,
    LivePodiumOut,
    LiveQuestionOut,
    LiveStandingOut,
    LobbyOut,
    NewsOut,
    Outgoing,
    QuestionOut,
    ReminderOut,
    StartedOut,
    SummaryOut,
    Urgency,
    WeeklyOut,
)
from tutor_bot.telegram.handlers.admins import ADMINS
from tutor_bot.telegram.limiter import Priority
from tutor_bot.telegram.speech import keyboard
from tutor_bot.telegram.waiting import Trouble, changed_or_at
from tutor_bot.usecases.sending import Sending
from tutor_bot.wording import curating, daily, live, quizzes, reports
from tutor_bot.wording.view import View
from tutor_bot.wording.voice import Voice, voice

log = logging.getLogger(__name__)

ROOM = 100
"""So many sends may wait for the limits at once; more would only wait in memory instead of in the database."""

_RETRY = timedelta(seconds=1)
_LAST_BREATH = timedelta(seconds=10)
_PRIORITY = {Urgency.QUIZ: Priority.QUIZ, Urgency.BROADCAST: Priority.BROADCAST}
_SURELY_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

Note = Callable[[], Awaitable[None]]
"""Says to storage what became of a row; may be tried again."""


class Sender:
    """The loop between the outbox and Telegram. `poke()` says that the outbox has changed."""

    def __init__(self, bot: ExtBot[Priority], sending: Sending, clock: Clock) -> None:
        self._bot, self._sending, self._clock = bot, sending, clock
        self._changed = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._under_way: dict[asyncio.Task[None], int] = {}
        """What is being sent, to its row."""
        self._recover_at: datetime | None = None
        self._has_begun = False
        self._trouble = Trouble(log)
        self._failures: dict[int, int] = {}
        self._hides_results = True

    def poke(self) -> None:
        self._changed.set()

    async def room(self) -> None:
        """Wait until there is room for another page of daily quizzes."""
        await self._has_room.wait()

    async def run(self) -> None:
        """Send until cancelled; what then waits for the limits is dropped, for it is in the outbox."""
        self._recover_at, self._has_begun = self._clock.now(), False
        try:
            while True:
                await self._has_room.wait()
                self._changed.clear()
                try:
                    await self._recover()
                    batch = await self._sending.claim()
                    due = None if batch else await self._sending.next_due()
                    self._trouble.over()
                except Exception as error:
                    # What was handed out just now may be nobody's.
                    self._recover_at = self._clock.now() + _RETRY
                    self._trouble.say("the outbox cannot be read; it is looked at again each second", error)
                    await self._clock.sleep_until(self._recover_at)
                    continue
                for outgoing in batch:
                    self._begin(self._deliver(outgoing), outgoing.row)
                if not batch:
                    # Or the next row is due, which it may have become just now.
                    wake = min((at for at in (due, self._recover_at) if at), default=None)
                    await changed_or_at(self._changed, wake, self._clock)
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _recover(self) -> None:
        """Have sent again what nobody is sending any more.

        When we begin, and once more some seconds later: whoever sent before us may have taken something in hand with
        their last breath.
        """
        if self._recover_at is None or self._clock.now() < self._recover_at:
            return
        await self._sending.recover(self._under_way.values() if self._has_begun else None)
        if not self._has_begun:
            self._hides_results = await self._sending.hides_results()
        self._recover_at = None if self._has_begun else self._clock.now() + _LAST_BREATH
        self._has_begun = True

    def _begin(self, work: Coroutine[Any, Any, None], row: int) -> None:
        task = asyncio.create_task(work)
        self._under_way[task] = row
        task.add_done_callback(self._ended)
        if len(self._under_way) >= ROOM:
            self._has_room.clear()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        if len(self._under_way) < ROOM:
            self._has_room.set()

    async def _deliver(self, outgoing: Outgoing) -> None:
        try:
            note = await self._send(outgoing)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            unheard = "row %d of the outbox failed in a way that nobody has thought of"
            log.exception(unheard, outgoing.row, extra=_about(outgoing))
            note = self._unsure(outgoing, error)
        # What became of it must be known, however long the database cannot be written: else it is sent again.
        while True:
            try:
                return await note()
            except Exception as error:
                self._trouble.say("what was sent could not be noted; it is tried again each second", error)
                await self._clock.sleep_until(self._clock.now() + _RETRY)

    async def _send(self, outgoing: Outgoing) -> Note:
        """Say it; what is to be noted of that."""
        sending = self._sending
        try:
            digest = outgoing.content
            if isinstance(digest, DigestOut) and not await self._is_admin(digest.group, outgoing.chat):
                return partial(sending.not_an_admin, outgoing)
            message = await self._say(outgoing)
        except ChatMigrated as error:
            return partial(self._moved, outgoing, error.new_chat_id)
        except RetryAfter:
            return self._later(outgoing)
        except Forbidden as error:
            log.info("%s", error, extra=_about(outgoing))
            return partial(sending.unreachable, outgoing, str(error))
        except BadRequest as error:
            if not _changes(outgoing):
                log.warning("Telegram refused row %d of the outbox: %s", outgoing.row, error, extra=_about(outgoing))
            return partial(sending.refused, outgoing, str(error))
        except NetworkError as error:
            cause = error.__cause__
            was_cut = isinstance(error, TimedOut) or isinstance(cause, httpx.HTTPError)
            if was_cut and not isinstance(cause, _SURELY_NOT_SENT):
                return self._unsure(outgoing, error)
            return self._later(outgoing)
        except TelegramError as error:
            log.error("row %d of the outbox: %s", outgoing.row, error, extra=_about(outgoing))
            return self._later(outgoing)
        self._failures.pop(outgoing.row, None)
        poll = message.poll.id if message is not None and message.poll is not None else None
        return partial(sending.sent, outgoing, message_id=message.message_id if message else None, poll_id=poll)

    async def _moved(self, outgoing: Outgoing, new: int) -> None:
        await self._sending.group_moved(outgoing.chat, new)
        await self._sending.later(outgoing, failures=0)

    def _later(self, outgoing: Outgoing) -> Note:
        self._failures[outgoing.row] = self._failures.get(outgoing.row, -1) + 1
        return partial(self._sending.later, outgoing, failures=self._failures[outgoing.row])

    def _unsure(self, outgoing: Outgoing, error: Exception) -> Note:
        # Not its words: they may quote the address, and so the token.
        return partial(self._sending.unsure, outgoing, type(error).__name__)

    async def _is_admin(self, group: int, person: int) -> bool:
        """Whether they are one still; that Telegram cannot be asked now is said by an exception."""
        try:
            member = await self._bot.get_chat_member(group, person)
        except ChatMigrated as error:
            await self._sending.group_moved(group, error.new_chat_id)
            return await self._is_admin(error.new_chat_id, person)
        except (BadRequest, Forbidden):
            return False
        return member.status in ADMINS

    async def _say(self, outgoing: Outgoing) -> Message | None:
        v, priority = voice(outgoing.language), _PRIORITY[outgoing.urgency]
        match outgoing.content:
            case None:
                return None
            case QuestionOut() as question if not question.snapshot.kind.fits_poll:
                view = quizzes.typed_view(question.question, question.position, question.size, question.snapshot, v)
                return await self._message(outgoing.chat, view, priority)
            case QuestionOut() as question:
                poll = quizzes.question_poll(question, v)
                return await self._bot.send_poll(
                    outgoing.chat,
                    poll.question,
                    poll.options,
                    type="quiz",
                    is_anonymous=False,
                    correct_option_ids=poll.right,  # type: ignore[arg-type]  # indices are not literals
                    allows_multiple_answers=poll.several,
                    explanation=poll.explanation or None,
                    reply_markup=keyboard(poll.buttons),
                    rate_limit_args=priority,
                )
            case FeedbackOut() as feedback:
                return await self._message(outgoing.chat, quizzes.feedback_view(feedback, v), priority)
            case NewsOut() as news:
                return await self._message(outgoing.chat, curating.news_view(news, v), priority)
            case ReminderOut() as reminder:
                return await self._message(outgoing.chat, daily.reminder_view(reminder, v), priority)
            case WeeklyOut(week=week):
                return await self._message(outgoing.chat, daily.weekly_view(week, v), priority)
            case SummaryOut(summary=summary):
                return await self._message(outgoing.chat, quizzes.summary_view(summary, v), priority)
            case DigestOut() as digest:
                return await self._message(outgoing.chat, reports.digest_view(digest, v), priority)
            case LobbyOut() as lobby:
                view = live.lobby_view(lobby, v)
                return await self._message(outgoing.chat, view, priority, lobby.thread, lobby.message_id)
            case HomeworkOut() as homework:
                return await self._message(outgoing.chat, live.homework_view(homework, v), priority, homework.thread)
            case StartedOut(message_id=message_id, players=players):
                html = live.started_view(players, v).html
                await self._bot.edit_message_text(
                    html, outgoing.chat, message_id, parse_mode=ParseMode.HTML, rate_limit_args=priority
                )
                return None
            case LiveQuestionOut() as question:
                return await self._live_poll(outgoing.chat, question, v, priority)
            case LiveStandingOut() as standing:
                view = live.standing_view(standing, v)
                return await self._message(outgoing.chat, view, priority, standing.thread, standing.message_id)
            case LivePodiumOut(podium=podium, thread=thread, message_id=message_id):
                return await self._message(outgoing.chat, live.podium_view(podium, v), priority, thread, message_id)
            case CloseOut(message_id=message_id):
                await self._bot.stop_poll(outgoing.chat, message_id, rate_limit_args=priority)
                return None

    async def _live_poll(self, chat: int, question: LiveQuestionOut, v: Voice, priority: Priority) -> Message:
        """A poll for a class: closes by itself, cannot be forwarded, hides its results where that is taken."""
        poll = live.live_poll(question, v)
        hides = self._hides_results
        while True:
            try:
                sent = await self._bot.send_poll(
                    chat,
                    poll.question,
                    poll.options,
                    type="quiz",
                    is_anonymous=False,
                    correct_option_ids=poll.right,  # type: ignore[arg-type]  # indices are not literals
                    allows_multiple_answers=poll.several,
                    explanation=poll.explanation or None,
                    open_period=question.seconds,
                    reply_markup=keyboard(poll.buttons),
                    hide_results_until_closes=hides or None,
                    shuffle_options=hides or None,
                    protect_content=True,
                    message_thread_id=question.thread,
                    rate_limit_args=priority,
                )
            except BadRequest as error:
                if not hides:
                    raise
                # Whether a quiz may hide its results is not promised anywhere: without that it is a quiz all the same.
                log.warning("Telegram refuses a poll that hides its results (%s); sent without", error)
                hides = False
            else:
                if self._hides_results and not hides:
                    # It was that, and nothing else, that was refused.
                    self._hides_results = False
                    await self._sending.refuses_hidden_results()
                return sent

    async def _message(
        self, chat: int, view: View, priority: Priority, thread: int | None = None, instead_of: int | None = None
    ) -> Message | None:
        """A new message, or a change of the one it stands `instead_of`."""
        if instead_of is not None:
            await self._bot.edit_message_text(
                view.html,
                chat,
                instead_of,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(view.buttons),
                rate_limit_args=priority,
            )
            return None
        return await self._bot.send_message(
            chat,
            view.html,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(view.buttons),
            message_thread_id=thread,
            rate_limit_args=priority,
        )


def _about(outgoing: Outgoing) -> dict[str, Any]:
    """For a line of the log: who or which group it goes to."""
    return {"about": (outgoing.chat,)}


def _changes(outgoing: Outgoing) -> bool:
    """Whether it changes what was said before: that this is gone, or is so already, is no news to the operator."""
    content = outgoing.content
    return isinstance(content, CloseOut | StartedOut) or getattr(content, "message_id", None) is not None
