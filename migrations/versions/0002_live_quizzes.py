"""live quizzes in groups"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# SQLite gives automatic ids to INTEGER PRIMARY KEY alone, not to BIGINT; what points there has the same type.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key() -> sa.Column[int]:
    return sa.Column("id", _ID, autoincrement=True, nullable=False)


def upgrade() -> None:
    op.create_table(
        "members",
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True, comment="when they joined, where it was seen"),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_members_chat_id_chats"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_members_learner_id_learners"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "learner_id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_learner_id"), "members", ["learner_id"])
    op.create_table(
        "live_quizzes",
        _key(),
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("thread", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wake", sa.DateTime(timezone=True), nullable=True, comment="when it goes on by itself"),
        sa.Column("lobby_message", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_live_quizzes_chat_id_chats"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_quizzes")),
    )
    op.create_index(op.f("ix_live_quizzes_chat_id_state"), "live_quizzes", ["chat_id", "state"])
    op.create_index(op.f("ix_live_quizzes_wake"), "live_quizzes", ["wake"])
    op.create_table(
        "live_questions",
        _key(),
        sa.Column("live_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(length=200), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("poll_id", sa.String(length=64), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True, comment="why Telegram did not take it"),
        sa.ForeignKeyConstraint(
            ["live_id"], ["live_quizzes.id"], name=op.f("fk_live_questions_live_id_live_quizzes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_questions")),
        sa.UniqueConstraint("live_id", "position", name=op.f("uq_live_questions_live_id_position")),
        sa.UniqueConstraint("poll_id", name=op.f("uq_live_questions_poll_id")),
    )
    op.create_table(
        "live_players",
        sa.Column("live_id", _ID, nullable=False),
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("joined", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member", sa.Boolean(), nullable=True, comment="null: it could not be checked"),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["live_id"], ["live_quizzes.id"], name=op.f("fk_live_players_live_id_live_quizzes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_live_players_learner_id_learners"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("live_id", "learner_id", name=op.f("pk_live_players")),
    )
    op.create_index(op.f("ix_live_players_learner_id"), "live_players", ["learner_id"])
    op.create_table(
        "live_answers",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("bonus", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["live_questions.id"],
            name=op.f("fk_live_answers_question_id_live_questions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_live_answers_learner_id_learners"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "learner_id", name=op.f("pk_live_answers")),
    )
    op.create_index(op.f("ix_live_answers_learner_id"), "live_answers", ["learner_id"])
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("learner_id", existing_type=_ID, nullable=True)
        outbox.add_column(sa.Column("chat_id", _ID, nullable=True))
        outbox.create_foreign_key(op.f("fk_outbox_chat_id_chats"), "chats", ["chat_id"], ["id"], ondelete="CASCADE")
        outbox.create_index(op.f("ix_outbox_chat_id"), ["chat_id"])


def downgrade() -> None:
    op.execute(sa.text("delete from outbox where learner_id is null"))
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_index(op.f("ix_outbox_chat_id"))
        outbox.drop_constraint(op.f("fk_outbox_chat_id_chats"), type_="foreignkey")
        outbox.drop_column("chat_id")
        outbox.alter_column("learner_id", existing_type=_ID, nullable=False)
    for table in ("live_answers", "live_players", "live_questions", "live_quizzes", "members"):
        op.drop_table(table)
