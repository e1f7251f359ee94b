"""Which sheets somebody may see and score, with an account or through a judge's link."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, g, session
from flask_login import current_user

from .. import web
from ..accounts.access import me, to_sign_in
from . import queries
from .judges import queries as judges
from .queries import Sheet
from .scorers import Judge, Scorer

View = TypeVar("View", bound=Callable[..., Any])

JUDGE = "judge"
"""Where the session keeps the judge's link and name."""


def allow_scorer(view: View) -> View:
    """Let a view be called by evaluators, and by judges whose link opens something now; send others to sign in."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if _has_role() or judge() is not None:
            return view(*args, **kwargs)
        return abort(403) if current_user.is_authenticated else to_sign_in()

    return web.marked(cast(View, guarded), "scorer")


def scorer() -> Scorer:
    """Who is writing, in a view that `allow_scorer` guards. With an account to score with, a link counts nothing."""
    return me() if _has_role() else judge() or abort(403)


def reader_or_none() -> Scorer | None:
    """The same where nobody has to be there."""
    return me() if _has_role() else judge()


def judge() -> Judge | None:
    """Who came through a link that is still good; looked up once a request."""
    if JUDGE not in session:
        return None
    if "judge" not in g:
        link_id, name = session[JUDGE]
        link = judges.live_link(link_id)
        g.judge = Judge(link.id, name, link.group_id, link.activity_id) if link else None
    return cast("Judge | None", g.judge)


def sheet_to_score(group_id: int, activity_id: int) -> Sheet:
    """404 for a sheet that is not the reader's: admins may open any, evaluators those of their own group, judges
    those of their link.

    Whether the event and the activity take values now is for `save_records` to say, under its lock.
    """
    return queries.sheet_of(group_id, activity_id, scorer()) or abort(404)


def _has_role() -> bool:
    return bool(current_user.is_authenticated and current_user.is_evaluator)
