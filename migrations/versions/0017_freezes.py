"""what of an event is frozen"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("freezes", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("events", "freezes")
