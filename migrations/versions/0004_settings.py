"""what learners set, exams, pauses, reminders, hints, and by which clock an answer was given"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _columns() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "learners": (
            sa.Column("size", sa.Integer(), server_default="5", nullable=False),
            sa.Column("topics", sa.JSON(), nullable=True, comment="of new facts; null: all"),
            sa.Column("reminder", sa.Boolean(), server_default=sa.true(), nullable=False),
            sa.Column("next_reminder", sa.DateTime(timezone=True), nullable=True),
            sa.Column("next_weekly", sa.DateTime(timezone=True), nullable=True, comment="null: not wished for"),
            sa.Column("chosen_language", sa.String(length=16), nullable=True, comment="null: Telegram's"),
            sa.Column("exam", sa.Date(), nullable=True),
            sa.Column("paused_until", sa.Date(), nullable=True, comment="the day on which the daily quiz comes again"),
        ),
        "memories": (
            sa.Column(
                "lapses", sa.Integer(), server_default="0", nullable=False, comment="since it was last well known"
            ),
        ),
        "questions": (sa.Column("hints", sa.Integer(), server_default="0", nullable=False),),
        "answers": (sa.Column("offset", sa.Integer(), nullable=True, comment="minutes east of UTC, there and then"),),
        "live_answers": (
            sa.Column("offset", sa.Integer(), nullable=True, comment="minutes east of UTC, there and then"),
        ),
    }


_DUE = ("next_daily", "next_reminder", "next_weekly")


def upgrade() -> None:
    # Never in batches, which make tables anew: with learners, all that hangs on them would go.
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    op.drop_index("ix_learners_next_daily", table_name="learners")
    for due in _DUE:
        # Who cannot be reached is passed over without being looked at.
        op.create_index(f"ix_learners_reachable_{due}", "learners", ["reachable", due])
    op.create_table(
        "pauses",
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_pauses_learner_id_learners"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("learner_id", "first_day", name=op.f("pk_pauses")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind IN ('reminder', 'weekly')")
    op.drop_table("pauses")
    for due in _DUE:
        op.drop_index(f"ix_learners_reachable_{due}", table_name="learners")
    op.create_index("ix_learners_next_daily", "learners", ["next_daily"])
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)
