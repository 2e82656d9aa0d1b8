"""What every handler has at hand: the tutor, the person who acts, their language."""

from dataclasses import dataclass
from typing import Any

from telegram import Chat, Update, User
from telegram.ext import Application, CallbackContext, ExtBot

from tutor_bot.charts.studio import Studio
from tutor_bot.domain.people import Person
from tutor_bot.usecases.answering import Answering, Place
from tutor_bot.usecases.classes import Classes
from tutor_bot.usecases.curating import Curating
from tutor_bot.usecases.daily_quiz import DailyQuiz
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.live_quiz import LiveQuiz
from tutor_bot.usecases.preferring import Preferring
from tutor_bot.usecases.privacy import Privacy
from tutor_bot.usecases.progressing import Progressing
from tutor_bot.usecases.quizzing import Quizzing
from tutor_bot.usecases.reporting import Reporting
from tutor_bot.usecases.sending import Sending
from tutor_bot.usecases.short_answers import ShortAnswers
from tutor_bot.wording.voice import Voice, voice


@dataclass(frozen=True)
class Tutor:
    """The use cases, and the operator's default zone."""

    knowledge: Knowledge
    answering: Answering
    curating: Curating
    quizzing: Quizzing
    daily: DailyQuiz
    short_answers: ShortAnswers
    live: LiveQuiz
    classes: Classes
    reporting: Reporting
    privacy: Privacy
    preferring: Preferring
    progressing: Progressing
    sending: Sending
    default_zone: str = "UTC"


Data = dict[Any, Any]


class TutorContext(CallbackContext[ExtBot[Any], Data, Data, Data]):
    """A typed context instead of casts out of `bot_data`."""

    def __init__(self, application: Any, chat_id: int | None = None, user_id: int | None = None) -> None:
        super().__init__(application, chat_id, user_id)
        self._user: User | None = None
        self._language: str | None = None

    @classmethod
    def from_update(cls, update: object, application: Any) -> "TutorContext":
        context = super().from_update(update, application)
        if isinstance(update, Update):
            context._user = update.effective_user
        return context

    @property
    def tutor(self) -> Tutor:
        found: Tutor = self.bot_data["tutor"]
        return found

    @property
    def person(self) -> Person:
        """Who acts. Only used by handlers of updates that have a person."""
        assert self._user is not None
        return person_of(self._user)

    def speak(self, language: str | None) -> None:
        """Speak this language from here on; None is Telegram's."""
        self._language = language

    @property
    def voice(self) -> Voice:
        return voice(self._language or (self._user.language_code if self._user else None) or "en")

    @property
    def studio(self) -> Studio:
        found: Studio = self.bot_data["studio"]
        return found

    @property
    def chosen(self) -> Data:
        """What this person has said that is of use for the next moments only; a restart may forget it."""
        return self.user_data if self.user_data is not None else {}

    @property
    def for_chat(self) -> Data:
        """The same of a group."""
        return self.chat_data if self.chat_data is not None else {}


TutorApplication = Application[Any, TutorContext, Data, Data, Data, Any]


def person_of(user: User) -> Person:
    return Person(user.id, user.full_name, (user.language_code or "en").lower())


def place_of(chat: Chat | None, thread: int | None) -> Place | None:
    """The group that a message was written in; None in the private chat."""
    if chat is None or chat.type == Chat.PRIVATE:
        return None
    return Place(chat.id, chat.title or "", thread)
