"""What changes of the plan keep of somebody who goes."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from ..accounts.models import User
from ..accounts.people import leaving
from ..extensions import db
from .models import PlanChange


def init_app(_app: Flask) -> None:
    """The rule below is known once this module is loaded."""


def forget_name(user: User) -> None:
    for whose, name in (("by_id", "by_name"), ("undone_by_id", "undone_by_name")):
        theirs = update(PlanChange).where(getattr(PlanChange, whose) == user.id).values({whose: None, name: ""})
        db.session.execute(theirs.execution_options(synchronize_session=False))


leaving.when_deleted.append(forget_name)
