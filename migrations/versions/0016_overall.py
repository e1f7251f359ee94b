"""overall results, teams, and who goes on"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("overall_rules", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("events", sa.Column("team_rules", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("activities", sa.Column("weight", sa.BigInteger(), server_default="1000000", nullable=False))
    op.add_column("activities", sa.Column("cut_by", sa.String(length=20), nullable=True))
    op.add_column("activities", sa.Column("cut_amount", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for column in ("cut_amount", "cut_by", "weight"):
        op.drop_column("activities", column)
    for column in ("team_rules", "overall_rules"):
        op.drop_column("events", column)
