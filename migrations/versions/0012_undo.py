"""the device that a change came from, and what it took back"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Columns are added and dropped outright: see 0002.


def upgrade() -> None:
    op.add_column("record_changes", sa.Column("device", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("record_changes", sa.Column("undoes", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_record_changes_undoes"), "record_changes", ["undoes"])


def downgrade() -> None:
    op.drop_index(op.f("ix_record_changes_undoes"), "record_changes")
    op.drop_column("record_changes", "undoes")
    op.drop_column("record_changes", "device")
