"""a username for every person"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("username", sa.String(length=32), nullable=False, server_default=""))
    users = sa.table("users", sa.column("id", sa.Integer), sa.column("name", sa.String), sa.column("username", sa.String))
    taken: set[str] = set()
    for user_id, name in op.get_bind().execute(sa.select(users.c.id, users.c.name).order_by(users.c.id)).all():
        plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^a-z0-9._]+", "-", plain)[:24].strip("._-") or "player"
        username = stem if stem not in taken else f"{stem}-{user_id}"
        taken.add(username)
        op.execute(users.update().where(users.c.id == user_id).values(username=username))
    op.create_index(op.f("ix_users_username"), "users", ["username"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_users_username"), "users")
    op.drop_column("users", "username")
