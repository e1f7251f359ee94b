"""osu! tournaments: mappools, and the lobbies that results come from"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tournaments",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("least_players", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("teams", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_tournaments_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_tournaments")),
    )
    op.create_table(
        "pooled_maps",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=12), nullable=False),
        sa.Column("beatmap_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_pooled_maps_activity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_pooled_maps_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_pooled_maps")),
        sa.UniqueConstraint("event_id", "round", "slot", name=op.f("uq_pooled_maps_event_id_round_slot")),
        sa.UniqueConstraint(
            "event_id", "round", "beatmap_id", name=op.f("uq_pooled_maps_event_id_round_beatmap_id")
        ),
    )
    op.create_index(op.f("ix_pooled_maps_event_id"), "pooled_maps", ["event_id"])
    op.create_table(
        "match_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_match_imports_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_imports")),
    )
    op.create_index(op.f("ix_match_imports_event_id"), "match_imports", ["event_id"])


def downgrade() -> None:
    op.drop_table("match_imports")
    op.drop_table("pooled_maps")
    op.drop_table("tournaments")
