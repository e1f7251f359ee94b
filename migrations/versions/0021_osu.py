"""osu!: maps, lost scores and the replays that prove them"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "osu_beatmaps",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("beatmapset_id", sa.Integer(), nullable=False),
        sa.Column("md5", sa.String(length=32), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("artist", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("creator", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=120), nullable=False),
        sa.Column("stars", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("with_mods", sa.JSON(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_osu_beatmaps")),
        sa.UniqueConstraint("md5", name=op.f("uq_osu_beatmaps_md5")),
    )
    op.create_table(
        "osu_missing_beatmaps",
        sa.Column("md5", sa.String(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("md5", name=op.f("pk_osu_missing_beatmaps")),
    )
    op.create_index(op.f("ix_osu_missing_beatmaps_until"), "osu_missing_beatmaps", ["until"])
    op.create_table(
        "osu_beatmap_files",
        sa.Column("md5", sa.String(length=32), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("md5", name=op.f("pk_osu_beatmap_files")),
    )
    op.create_table(
        "lost_score_submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scanned_at", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("current_pp", sa.BigInteger(), nullable=False),
        sa.Column("potential_pp", sa.BigInteger(), nullable=False),
        sa.Column("delta_pp", sa.BigInteger(), nullable=False),
        sa.Column("current_acc", sa.BigInteger(), nullable=False),
        sa.Column("potential_acc", sa.BigInteger(), nullable=False),
        sa.Column("weighted_current", sa.BigInteger(), nullable=False),
        sa.Column("weighted_potential", sa.BigInteger(), nullable=False),
        sa.Column("lost_count", sa.Integer(), nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.Column("top", sa.JSON(), nullable=False),
        sa.Column("report", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_lost_score_submissions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lost_score_submissions")),
        sa.UniqueConstraint("number", name=op.f("uq_lost_score_submissions_number")),
    )
    op.create_index(op.f("ix_lost_score_submissions_delta_pp"), "lost_score_submissions", ["delta_pp"])
    op.create_index("ix_lost_score_submissions_user_id_made_at", "lost_score_submissions", ["user_id", "made_at"])
    op.create_table(
        "lost_plays",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("beatmap_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["lost_score_submissions.id"],
            name=op.f("fk_lost_plays_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "beatmap_id", name=op.f("pk_lost_plays")),
    )
    op.create_index(op.f("ix_lost_plays_beatmap_id"), "lost_plays", ["beatmap_id"])
    op.create_table(
        "lost_score_replays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("pp", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["lost_score_submissions.id"],
            name=op.f("fk_lost_score_replays_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lost_score_replays")),
    )
    op.create_index(op.f("ix_lost_score_replays_submission_id"), "lost_score_replays", ["submission_id"])


def downgrade() -> None:
    op.drop_table("lost_score_replays")
    op.drop_table("lost_plays")
    op.drop_table("lost_score_submissions")
    op.drop_table("osu_beatmap_files")
    op.drop_table("osu_missing_beatmaps")
    op.drop_table("osu_beatmaps")
