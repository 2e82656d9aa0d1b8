"""what classes set, how their members are named, and ways to play together"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _flag(name: str, *, on: bool = False, comment: str | None = None) -> sa.Column[Any]:
    default = sa.true() if on else sa.false()
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False, comment=comment)


def _instant(name: str, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment)


def _columns() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "chats": (
            sa.Column("language", sa.String(length=16), nullable=True, comment="null: of whoever acts"),
            sa.Column("zone", sa.String(length=64), nullable=True),
            sa.Column("daily_minute", sa.Integer(), nullable=True, comment="minutes after local midnight"),
            _instant("next_daily"),
            sa.Column("size", sa.Integer(), server_default="3", nullable=False),
            sa.Column("topics", sa.JSON(), nullable=True, comment="that are asked about; null: all"),
            sa.Column("names", sa.String(length=16), server_default="names", nullable=False),
            _flag("speed", on=True),
            _flag("talk"),
            sa.Column("thread", sa.BigInteger(), nullable=True, comment="of the daily quiz"),
            _instant("next_digest", "null: no admin wishes for one"),
        ),
        "members": (
            sa.Column("nickname", sa.Text(), nullable=True),
            _flag("hidden", comment="from all tables of the class"),
            _flag("digest", comment="an admin who wishes for weekly news"),
        ),
        "live_quizzes": (
            sa.Column("mode", sa.String(length=16), server_default="clock", nullable=False),
            _flag("speed", on=True),
            _flag("talk"),
            sa.Column("teams", sa.Integer(), server_default="0", nullable=False),
            _flag("paused"),
            _instant("starts", "when the lobby ends"),
            _instant("closes", "of homework and daily quizzes"),
            sa.Column("local_day", sa.Date(), nullable=True, comment="of a daily quiz"),
            sa.Column("podium_message", sa.BigInteger(), nullable=True),
        ),
        "live_questions": (
            _flag("skipped", comment="an admin passed over it"),
            _flag("fair", on=True, comment="whether speed counts"),
            sa.Column("standing_message", sa.BigInteger(), nullable=True),
        ),
        "live_players": (sa.Column("team", sa.Integer(), nullable=True),),
    }


_INDEXES = (
    ("ix_chats_next_daily", "chats", ["next_daily"], False),
    ("ix_chats_next_digest", "chats", ["next_digest"], False),
    ("uq_live_quizzes_chat_id_local_day", "live_quizzes", ["chat_id", "local_day"], True),
)


def upgrade() -> None:
    # Never in batches, which make tables anew: with chats, all that hangs on them would go.
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    for name, table, keys, unique in _INDEXES:
        op.create_index(name, table, keys, unique=unique)
    # Nothing hangs on members: this table alone may be made anew.
    with op.batch_alter_table("members") as batch:
        batch.alter_column("inside", existing_type=sa.Boolean(), nullable=True, comment="null: never seen")


def downgrade() -> None:
    op.execute("DELETE FROM live_quizzes WHERE mode IN ('homework', 'daily') OR state = 'open'")
    op.execute("DELETE FROM outbox WHERE kind IN ('live countdown', 'live fix', 'homework', 'digest')")
    op.execute("DELETE FROM members WHERE inside IS NULL")
    with op.batch_alter_table("members") as batch:
        batch.alter_column("inside", existing_type=sa.Boolean(), nullable=False, existing_comment="null: never seen")
    for name, table, _, _ in _INDEXES:
        op.drop_index(name, table_name=table)
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)
