"""templates, rules, print runs and diplomas"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "diploma_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_diploma_templates_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diploma_templates")),
    )
    op.create_index(op.f("ix_diploma_templates_event_id"), "diploma_templates", ["event_id"])
    op.create_table(
        "diploma_layouts",
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("undo", sa.Integer(), nullable=True),
        sa.Column("redo", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["template_id"], ["diploma_templates.id"], name=op.f("fk_diploma_layouts_template_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("template_id", "revision", name=op.f("pk_diploma_layouts")),
    )
    op.create_table(
        "diploma_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_diploma_files_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diploma_files")),
    )
    op.create_index(op.f("ix_diploma_files_event_id"), "diploma_files", ["event_id"])
    op.create_table(
        "award_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_award_rules_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["template_id"], ["diploma_templates.id"], name=op.f("fk_award_rules_template_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_award_rules_activity_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_rules")),
    )
    op.create_index(op.f("ix_award_rules_event_id"), "award_rules", ["event_id"])
    op.create_table(
        "print_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("user_name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=400), nullable=False),
        sa.Column("pdf", sa.String(length=80), nullable=False),
        sa.Column("archive", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_print_runs_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_print_runs_user_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_print_runs_job_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_runs")),
    )
    op.create_index(op.f("ix_print_runs_event_id"), "print_runs", ["event_id"])
    op.create_table(
        "diplomas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("template_revision", sa.Integer(), nullable=False),
        sa.Column("award", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("says", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("superseded_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_diplomas_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["print_runs.id"], name=op.f("fk_diplomas_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["template_id"], ["diploma_templates.id"], name=op.f("fk_diplomas_template_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_diplomas_participant_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["replaces_id"], ["diplomas.id"], name=op.f("fk_diplomas_replaces_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["diplomas.id"], name=op.f("fk_diplomas_superseded_by_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diplomas")),
        sa.UniqueConstraint("number", name=op.f("uq_diplomas_number")),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_diplomas_run_id_position")),
    )
    op.create_index(op.f("ix_diplomas_participant_id"), "diplomas", ["participant_id"])
    op.create_index(op.f("ix_diplomas_event_id_award"), "diplomas", ["event_id", "award"])


def downgrade() -> None:
    op.drop_table("diplomas")
    op.drop_table("print_runs")
    op.drop_table("award_rules")
    op.drop_table("diploma_files")
    op.drop_table("diploma_layouts")
    op.drop_table("diploma_templates")
