"""last days, withdrawals, places and ranges of activities, team logins"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Columns are added and dropped outright: a batch would make a table anew on SQLite, and dropping the old one would
# take everything along that refers to it.


def upgrade() -> None:
    op.add_column("users", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("events", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("participants", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("activities", sa.Column("decimal_places", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("activities", sa.Column("low", sa.BigInteger(), nullable=True))
    op.add_column("activities", sa.Column("high", sa.BigInteger(), nullable=True))
    op.create_table(
        "team_logins",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_team_logins_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_team_logins_group_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_logins_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_team_logins")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_team_logins_code_hash")),
        sa.UniqueConstraint("user_id", name=op.f("uq_team_logins_user_id")),
    )
    op.create_index(op.f("ix_team_logins_event_id"), "team_logins", ["event_id"])


def downgrade() -> None:
    op.drop_table("team_logins")
    op.drop_column("activities", "high")
    op.drop_column("activities", "low")
    op.drop_column("activities", "decimal_places")
    op.drop_column("participants", "withdrawn_at")
    op.drop_column("events", "ends_on")
    op.drop_column("users", "shared")
