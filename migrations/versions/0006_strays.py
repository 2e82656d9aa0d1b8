"""votes on polls whose id we never learnt: one for each voter, and a class's question may have several polls"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Kept for minutes at most: what is lost here is a vote in the second of an upgrade.
    op.drop_table("strays")
    op.create_table(
        "strays",
        sa.Column("poll_id", sa.String(length=64), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("poll_id", name=op.f("pk_strays")),
        comment="polls whose id we never learnt, as Telegram shows them",
    )
    op.create_table(
        "stray_votes",
        sa.Column("poll_id", sa.String(length=64), nullable=False),
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_stray_votes_learner_id_learners"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("poll_id", "learner_id", name=op.f("pk_stray_votes")),
        comment="votes on polls whose id we do not know yet",
    )
    op.create_table(
        "live_polls",
        sa.Column("poll_id", sa.String(length=64), nullable=False),
        sa.Column("question_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["live_questions.id"],
            name=op.f("fk_live_polls_question_id_live_questions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("poll_id", name=op.f("pk_live_polls")),
        comment="further polls of a class's question, whose sending had broken off and had arrived",
    )


def downgrade() -> None:
    op.drop_table("live_polls")
    op.drop_table("stray_votes")
    op.drop_table("strays")
    op.create_table(
        "strays",
        sa.Column("poll_id", sa.String(length=64), nullable=False),
        sa.Column("stem", sa.Text(), nullable=True),
        sa.Column("options", sa.Integer(), nullable=True),
        sa.Column("voter", sa.BigInteger(), nullable=True),
        sa.Column("chosen", sa.JSON(), nullable=True),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("poll_id", name=op.f("pk_strays")),
        comment="halves of a vote on a poll whose id we never learnt, until the other half comes",
    )
