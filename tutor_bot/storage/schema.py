"""The tables. Alembic's migrations make them; a test compares the two."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC. SQLite has no zones, so they are put on and taken off here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _key() -> Column[int]:
    # SQLite gives automatic ids to INTEGER PRIMARY KEY alone, not to BIGINT.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _to(name: str, target: Table, **options: Any) -> Column[int]:
    return Column(name, ForeignKey(target.c.id, ondelete="CASCADE"), **options)


learners = Table(
    "learners",
    metadata,
    _key(),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("zone", String(64)),
    Column("daily_minute", Integer, comment="minutes after local midnight"),
    Column("next_daily", UtcDateTime),
    Column("offered_daily", Integer, nullable=False, server_default="0"),
    Column("reachable", Boolean, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("size", Integer, nullable=False, server_default="5"),
    Column("topics", JSON(none_as_null=True), comment="of new facts; null: all"),
    Column("reminder", Boolean, nullable=False, server_default=true()),
    Column("next_reminder", UtcDateTime),
    Column("next_weekly", UtcDateTime, comment="null: not wished for"),
    Column("chosen_language", String(16), comment="null: Telegram's"),
    Column("exam", Date),
    Column("paused_until", Date, comment="the day on which the daily quiz comes again"),
    # Who cannot be reached is passed over without being looked at.
    Index(None, "reachable", "next_daily"),
    Index(None, "reachable", "next_reminder"),
    Index(None, "reachable", "next_weekly"),
)

pauses = Table(
    "pauses",
    metadata,
    _to("learner_id", learners, primary_key=True),
    Column("first_day", Date, primary_key=True),
    Column("last_day", Date, nullable=False),
)

chats = Table(
    "chats",
    metadata,
    _key(),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("told_private_at", UtcDateTime, comment="when it was last said that answers in private are faster"),
    Column("since", UtcDateTime, nullable=False),
    Column("language", String(16), comment="null: of whoever acts"),
    Column("zone", String(64)),
    Column("daily_minute", Integer, comment="minutes after local midnight"),
    Column("next_daily", UtcDateTime, index=True),
    Column("size", Integer, nullable=False, server_default="3"),
    Column("topics", JSON(none_as_null=True), comment="that are asked about; null: all"),
    Column("names", String(16), nullable=False, server_default="names"),
    Column("speed", Boolean, nullable=False, server_default=true()),
    Column("talk", Boolean, nullable=False, server_default=false()),
    Column("thread", BigInteger, comment="of the daily quiz"),
    Column("next_digest", UtcDateTime, index=True, comment="null: no admin wishes for one"),
)

memories = Table(
    "memories",
    metadata,
    _to("learner_id", learners, primary_key=True),
    Column("fact", String(200), primary_key=True),
    Column("due", UtcDateTime, nullable=False),
    Column("stability", Float),
    Column("difficulty", Float),
    Column("reviewed", UtcDateTime),
    Column("right", Boolean),
    Column("algorithm", String(40), nullable=False),
    Column("lapses", Integer, nullable=False, server_default="0", comment="since it was last well known"),
    Index(None, "learner_id", "due"),
)

quizzes = Table(
    "quizzes",
    metadata,
    _key(),
    _to("learner_id", learners, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("local_day", Date, comment="of a daily quiz; null for one asked for"),
    Column("size", Integer, nullable=False),
    Column("began", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime),
    UniqueConstraint("learner_id", "kind", "local_day"),
    Index(None, "learner_id", "ended"),
)

questions = Table(
    "questions",
    metadata,
    _key(),
    _to("quiz_id", quizzes, nullable=False),
    Column("position", Integer, nullable=False),
    Column("fact", String(200), nullable=False),
    Column("item", String(200), nullable=False),
    Column("snapshot", JSON, nullable=False),
    Column("message_id", BigInteger),
    Column("sent", UtcDateTime),
    Column("closed", UtcDateTime),
    Column("hints", Integer, nullable=False, server_default="0"),
    UniqueConstraint("quiz_id", "position"),
)

polls = Table(
    "polls",
    metadata,
    Column("poll_id", String(64), primary_key=True),
    _to("question_id", questions, nullable=False, index=True),
)

strays = Table(
    "strays",
    metadata,
    Column("poll_id", String(64), primary_key=True),
    Column("stem", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("seen", UtcDateTime, nullable=False),
    comment="polls whose id we never learnt, as Telegram shows them",
)

stray_votes = Table(
    "stray_votes",
    metadata,
    Column("poll_id", String(64), primary_key=True),
    _to("learner_id", learners, primary_key=True),
    Column("chosen", JSON, nullable=False),
    Column("seen", UtcDateTime, nullable=False),
    comment="votes on polls whose id we do not know yet",
)

answers = Table(
    "answers",
    metadata,
    _to("question_id", questions, primary_key=True),
    _to("learner_id", learners, primary_key=True, index=True),
    Column("chosen", JSON, nullable=False),
    Column("right", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("offset", Integer, comment="minutes east of UTC, there and then"),
)

asked = Table(
    "asked",
    metadata,
    _key(),
    Column("update_id", BigInteger, nullable=False),
    _to("learner_id", learners, nullable=False),
    _to("chat_id", chats),
    Column("thread", BigInteger),
    Column("text", Text),
    Column("outcome", String(16), nullable=False),
    Column("fact", String(200)),
    Column("candidates", JSON, nullable=False),
    Column("score", Float, nullable=False),
    Column("feedback", String(16)),
    Column("at", UtcDateTime, nullable=False),
    Column("part", Integer, nullable=False, server_default="0"),
    UniqueConstraint("update_id", "learner_id", "part"),
    Index(None, "learner_id", "at"),
)

misses = Table(
    "misses",
    metadata,
    _key(),
    Column("once", String(200), nullable=False, unique=True, comment="what it is about: one complaint of each"),
    _to("learner_id", learners, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("text", Text),
    Column("fact", String(200), comment="the answer that was not what was meant"),
    Column("at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, comment="a curator put it off until then"),
    Column("decision", String(16)),
    Column("answer", String(200), comment="the fact that answers it"),
    Index(None, "decision", "id"),
)

additions = Table(
    "additions",
    metadata,
    _key(),
    Column("kind", String(16), nullable=False),
    Column("fact", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("answer", Text),
    Column("source", Text),
    Column("certainty", String(16)),
    Column("at", UtcDateTime, nullable=False),
    Column("pulled", UtcDateTime, comment="when it was written into the pack"),
)

drafts = Table(
    "drafts",
    metadata,
    _to("learner_id", learners, primary_key=True),
    _to("miss_id", misses, nullable=False),
    Column("step", String(16), nullable=False),
    Column("answer", Text),
    Column("source", Text),
)

versions = Table(
    "versions",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

members = Table(
    "members",
    metadata,
    _to("chat_id", chats, primary_key=True),
    _to("learner_id", learners, primary_key=True, index=True),
    Column("inside", Boolean, comment="null: never seen"),
    Column("since", UtcDateTime, comment="when they joined, where it was seen"),
    Column("nickname", Text),
    Column("hidden", Boolean, nullable=False, server_default=false(), comment="from all tables of the class"),
    Column("digest", Boolean, nullable=False, server_default=false(), comment="an admin who wishes for weekly news"),
)

live_quizzes = Table(
    "live_quizzes",
    metadata,
    _key(),
    _to("chat_id", chats, nullable=False),
    Column("thread", BigInteger),
    Column("language", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("began", UtcDateTime, nullable=False),
    Column("wake", UtcDateTime, index=True, comment="when it goes on by itself"),
    Column("lobby_message", BigInteger),
    Column("mode", String(16), nullable=False, server_default="clock"),
    Column("speed", Boolean, nullable=False, server_default=true()),
    Column("talk", Boolean, nullable=False, server_default=false()),
    Column("teams", Integer, nullable=False, server_default="0"),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("starts", UtcDateTime, comment="when the lobby ends"),
    Column("closes", UtcDateTime, comment="of homework and daily quizzes"),
    Column("local_day", Date, comment="of a daily quiz"),
    Column("podium_message", BigInteger),
    Index(None, "chat_id", "state"),
    Index("uq_live_quizzes_chat_id_local_day", "chat_id", "local_day", unique=True),
)

live_questions = Table(
    "live_questions",
    metadata,
    _key(),
    _to("live_id", live_quizzes, nullable=False),
    Column("position", Integer, nullable=False),
    Column("fact", String(200), nullable=False),
    Column("item", String(200), nullable=False),
    Column("snapshot", JSON, nullable=False),
    Column("poll_id", String(64), unique=True),
    Column("message_id", BigInteger),
    Column("sent", UtcDateTime),
    Column("closed", UtcDateTime),
    Column("refused", Text, comment="why Telegram did not take it"),
    Column("skipped", Boolean, nullable=False, server_default=false(), comment="an admin passed over it"),
    Column("fair", Boolean, nullable=False, server_default=true(), comment="whether speed counts"),
    Column("standing_message", BigInteger),
    UniqueConstraint("live_id", "position"),
)

live_polls = Table(
    "live_polls",
    metadata,
    Column("poll_id", String(64), primary_key=True),
    _to("question_id", live_questions, nullable=False),
    comment="further polls of a class's question, whose sending had broken off and had arrived",
)

live_players = Table(
    "live_players",
    metadata,
    _to("live_id", live_quizzes, primary_key=True),
    _to("learner_id", learners, primary_key=True, index=True),
    Column("joined", UtcDateTime, nullable=False),
    Column("member", Boolean, comment="null: it could not be checked"),
    Column("late", Boolean, nullable=False),
    Column("team", Integer),
)

live_answers = Table(
    "live_answers",
    metadata,
    _to("question_id", live_questions, primary_key=True),
    _to("learner_id", learners, primary_key=True, index=True),
    Column("chosen", JSON, nullable=False),
    Column("right", Boolean, nullable=False),
    Column("bonus", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("offset", Integer, comment="minutes east of UTC, there and then"),
)

outbox = Table(
    "outbox",
    metadata,
    _key(),
    Column("once", String(80), nullable=False, unique=True, comment="what it says, so that nothing is said twice"),
    _to("learner_id", learners, index=True),
    _to("chat_id", chats, index=True),
    Column("kind", String(16), nullable=False),
    Column("subject", BigInteger, nullable=False, comment="id of the question or quiz it is about"),
    Column("urgency", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("message_id", BigInteger),
    Column("error", Text),
    Index(None, "state", "not_before"),
)

_IN_HAND = text("owner IS NOT NULL")
_WAITING = text("state = 'waiting'")

updates = Table(
    "updates",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", BigInteger, nullable=False),
    Column("arrival", BigInteger, nullable=False, comment="order of arrival; update ids begin anew at times"),
    Column("received", UtcDateTime, nullable=False, index=True),
    Column("body", Text, comment="null once it has been handled"),
    Column("tries", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("error", Text),
    Column("owner", Integer, comment="the replica that has it in hand, of several"),
    Column("again", UtcDateTime, comment="not to be tried before"),
    Index(None, "state", "arrival"),
    # No two updates of one line are ever in hand at a time: the database itself sees to it.
    Index("uq_updates_in_hand", "key", unique=True, sqlite_where=_IN_HAND, postgresql_where=_IN_HAND),
    Index("ix_updates_waiting", "key", "arrival", sqlite_where=_WAITING, postgresql_where=_WAITING),
)
