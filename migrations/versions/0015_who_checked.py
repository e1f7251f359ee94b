"""who checked, answered and undid, for their names to be forgotten"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Columns are added and dropped outright: see 0002.


def upgrade() -> None:
    op.add_column("records", sa.Column("checked_by_id", sa.Integer(), nullable=True))
    op.add_column("flags", sa.Column("answered_by_id", sa.Integer(), nullable=True))
    op.add_column("plan_changes", sa.Column("undone_by_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("plan_changes", "undone_by_id")
    op.drop_column("flags", "answered_by_id")
    op.drop_column("records", "checked_by_id")
