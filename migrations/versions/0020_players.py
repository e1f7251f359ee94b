"""players: who a participant is, the names that people had, what osu! says of them"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Outright instead of in a batch: see 0002.
    op.add_column("identities", sa.Column("figures", sa.JSON(), nullable=True))
    op.add_column("identities", sa.Column("figures_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "player_ties",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_player_ties_participant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_player_ties_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_player_ties")),
    )
    op.create_index(op.f("ix_player_ties_user_id"), "player_ties", ["user_id"])
    op.create_table(
        "invited_players",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitations.id"],
            name=op.f("fk_invited_players_invitation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_invited_players_participant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_invited_players")),
    )
    op.create_index(op.f("ix_invited_players_participant_id"), "invited_players", ["participant_id"])
    op.create_table(
        "former_usernames",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_former_usernames_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_former_usernames")),
    )
    op.create_index(op.f("ix_former_usernames_user_id"), "former_usernames", ["user_id"])


def downgrade() -> None:
    op.drop_table("former_usernames")
    op.drop_table("invited_players")
    op.drop_table("player_ties")
    op.drop_column("identities", "figures_at")
    op.drop_column("identities", "figures")
