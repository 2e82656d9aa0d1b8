"""what could not be answered, and what curators add in the chat"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# SQLite gives automatic ids to INTEGER PRIMARY KEY alone, not to BIGINT; what points there has the same type.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "misses",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("once", sa.String(length=200), nullable=False, comment="what it is about: one complaint of each"),
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("fact", sa.String(length=200), nullable=True, comment="the answer that was not what was meant"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True, comment="a curator put it off until then"),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=True, comment="the fact that answers it"),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_misses_learner_id_learners"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_misses")),
        sa.UniqueConstraint("once", name=op.f("uq_misses_once")),
    )
    op.create_index(op.f("ix_misses_learner_id"), "misses", ["learner_id"])
    op.create_index(op.f("ix_misses_decision_id"), "misses", ["decision", "id"])
    op.create_table(
        "additions",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("fact", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("certainty", sa.String(length=16), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pulled", sa.DateTime(timezone=True), nullable=True, comment="when it was written into the pack"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_additions")),
    )
    op.create_table(
        "drafts",
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("miss_id", _ID, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name=op.f("fk_drafts_learner_id_learners"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["miss_id"], ["misses.id"], name=op.f("fk_drafts_miss_id_misses"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_drafts")),
    )
    op.create_table(
        "versions",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_versions")),
    )
    with op.batch_alter_table("asked") as asked:
        asked.add_column(sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
        asked.drop_constraint(op.f("uq_asked_update_id_learner_id"), type_="unique")
        asked.create_unique_constraint(op.f("uq_asked_update_id_learner_id_part"), ["update_id", "learner_id", "part"])


def downgrade() -> None:
    op.execute("DELETE FROM asked WHERE part > 0")
    with op.batch_alter_table("asked") as asked:
        asked.drop_constraint(op.f("uq_asked_update_id_learner_id_part"), type_="unique")
        asked.create_unique_constraint(op.f("uq_asked_update_id_learner_id"), ["update_id", "learner_id"])
        asked.drop_column("part")
    op.drop_table("versions")
    op.drop_table("drafts")
    op.drop_table("additions")
    op.drop_index(op.f("ix_misses_decision_id"), table_name="misses")
    op.drop_index(op.f("ix_misses_learner_id"), table_name="misses")
    op.drop_table("misses")
    op.execute("DELETE FROM outbox WHERE kind = 'news'")
