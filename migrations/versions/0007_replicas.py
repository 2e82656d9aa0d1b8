"""several replicas share the inbox: who has an update in hand, and when one that failed is tried again"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_IN_HAND = sa.text("owner IS NOT NULL")
_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    with op.batch_alter_table("updates") as table:
        table.add_column(
            sa.Column("owner", sa.Integer(), nullable=True, comment="the replica that has it in hand, of several")
        )
        table.add_column(
            sa.Column("again", sa.DateTime(timezone=True), nullable=True, comment="not to be tried before")
        )
    op.create_index(
        "uq_updates_in_hand", "updates", ["key"], unique=True, sqlite_where=_IN_HAND, postgresql_where=_IN_HAND
    )
    op.create_index(
        "ix_updates_waiting", "updates", ["key", "arrival"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )


def downgrade() -> None:
    op.drop_index("ix_updates_waiting", "updates")
    op.drop_index("uq_updates_in_hand", "updates")
    with op.batch_alter_table("updates") as table:
        table.drop_column("again")
        table.drop_column("owner")
