"""People's pictures: three squares of each, kept as files under keys that change with every new picture.

avatars.save(user, data)                            # in a job, or where the transaction may take its time

squares = pictures.squares(data)                    # in a request: before the transaction that writes
avatars.replace(user, squares)
"""

from __future__ import annotations

import secrets

from sqlalchemy import select

from .. import assets
from ..extensions import db
from .models import AvatarFile, User
from .pictures import BadPicture as BadPicture
from .pictures import squares


def save(user: User, data: bytes) -> None:
    """Make this the user's picture. The caller commits; the old one's files go with that. Raises BadPicture."""
    replace(user, squares(data))


def replace(user: User, pictures: dict[int, bytes]) -> None:
    remove(user)
    user.avatar = secrets.token_hex(16)
    db.session.add_all(AvatarFile(user_id=user.id, size=size, key=assets.put(data)) for size, data in pictures.items())
    db.session.flush()


def remove(user: User) -> None:
    for file in db.session.scalars(select(AvatarFile).where(AvatarFile.user_id == user.id)).all():
        assets.delete_after_commit(file.key)
        db.session.delete(file)
    user.avatar = None
    db.session.flush()
