"""what people say of themselves, and their pictures"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXTS = (("nickname", 60, ""), ("bio", 500, ""), ("visible_to", 20, "signed_in"), ("language", 8, ""), ("theme", 8, ""))


def upgrade() -> None:
    for name, length, default in TEXTS:
        op.add_column("users", sa.Column(name, sa.String(length), nullable=False, server_default=default))
    op.add_column("users", sa.Column("avatar", sa.String(32), nullable=True))
    op.create_index(op.f("ix_users_avatar"), "users", ["avatar"], unique=True)
    op.create_table(
        "avatar_files",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_avatar_files_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "size", name=op.f("pk_avatar_files")),
    )


def downgrade() -> None:
    op.drop_table("avatar_files")
    op.drop_index(op.f("ix_users_avatar"), "users")
    for name in ("avatar", *(name for name, _length, _default in reversed(TEXTS))):
        op.drop_column("users", name)
