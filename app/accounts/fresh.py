"""What only somebody may do who is here now: for accounts without a password, a sign-in of the last minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import flash, url_for
from flask_babel import gettext as _

from .. import web
from ..database import now
from .access import me, my_session

View = TypeVar("View", bound=Callable[..., Any])

FRESH = timedelta(minutes=15)


def is_fresh() -> bool:
    return my_session().created_at > now() - FRESH


def needed(view: View) -> View:
    """For a view that asks for the password where there is one: who has none is sent to sign in once more."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if me().password_hash is None and not is_fresh():
            flash(_("Sign out and in again first: for this it must have been within the last 15 minutes."), "warn")
            return web.go_to_url(url_for("accounts.show_ways_in", _anchor="sessions"))
        return view(*args, **kwargs)

    return cast(View, guarded)
