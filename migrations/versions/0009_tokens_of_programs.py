"""scopes and ends of tokens, and what programs that sign in hold"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was made before scopes were asked for could read and write results, and still can.
    results = "results:read results:write"
    op.add_column("personal_tokens", sa.Column("scopes", sa.String(200), nullable=False, server_default=results))
    op.add_column("personal_tokens", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("login_sessions", sa.Column("is_program", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["login_sessions.id"], name=op.f("fk_refresh_tokens_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"])
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"])


def downgrade() -> None:
    op.drop_table("refresh_tokens")
    op.drop_column("login_sessions", "is_program")
    op.drop_column("personal_tokens", "expires_at")
    op.drop_column("personal_tokens", "scopes")
