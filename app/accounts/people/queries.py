from __future__ import annotations

from collections.abc import Sequence

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, func, or_, select

from ...extensions import db
from ..models import Role, User

PER_PAGE = 50


def found(text: str, role: Role | None) -> Select[User]:
    """People with an account of their own, by name; those with the text in name, nickname, username or address."""
    wanted = select(User).where(~User.shared).order_by(func.lower(User.name), User.id)
    if role is not None:
        wanted = wanted.where(User.role == role)
    if text:
        # Names keep their case in the database, and SQLite folds only ASCII: the username has lost its accents.
        columns = (User.name, User.nickname, User.username, User.email)
        wanted = wanted.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return wanted


def page_of(text: str, role: Role | None, page: int) -> Pagination:
    return db.paginate(found(text, role), page=page, per_page=PER_PAGE, error_out=False)


def part_of(text: str, role: Role | None, *, limit: int, offset: int) -> tuple[Sequence[User], int]:
    """Some of those found, and how many they are in all."""
    wanted = found(text, role)
    total = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    return db.session.scalars(wanted.limit(limit).offset(offset)).all(), total


def count_by_role() -> dict[Role, int]:
    rows = db.session.execute(select(User.role, func.count()).where(~User.shared).group_by(User.role))
    return {row[0]: row[1] for row in rows}
