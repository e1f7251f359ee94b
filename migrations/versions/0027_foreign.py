"""sheets that were not printed here, and how long photos are kept"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("photo_days", sa.Integer(), nullable=True))
    # Without foreign keys: SQLite adds none to a table that is there. Who reads them looks whether they are still there.
    op.add_column("paper_scans", sa.Column("group_id", sa.Integer(), nullable=True))
    op.add_column("paper_scans", sa.Column("activity_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("paper_scans", "activity_id")
    op.drop_column("paper_scans", "group_id")
    op.drop_column("events", "photo_days")
