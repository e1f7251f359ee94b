"""how the marks of a score set are made into one value, and what breaks a tie"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Columns are added and dropped outright: see 0002.


def upgrade() -> None:
    op.add_column("activities", sa.Column("rules", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("records", sa.Column("ties", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("records", "ties")
    op.drop_column("activities", "rules")
