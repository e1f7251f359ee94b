"""Who may use the analyser's addresses: whoever signed in with it, or shows its token."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, g, request
from flask_babel import gettext as _
from werkzeug.datastructures import WWWAuthenticate

from .. import web
from ..accounts.models import User
from ..extensions import csrf
from . import passes

View = TypeVar("View", bound=Callable[..., Any])

BEARER = WWWAuthenticate("bearer")


def allow_analyser(view: View) -> View:
    """No cookie counts here, so none can be misused."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        try:
            g.player = passes.holder(token.strip() if kind.casefold() == "bearer" else "")
        except passes.BadPass:
            abort(401, description=_("Sign in again: this session is over."), www_authenticate=BEARER)
        return view(*args, **kwargs)

    return web.marked(cast(View, csrf.exempt(guarded)), "analyser")


def player() -> User:
    """Whoever holds the token, in a view that `allow_analyser` guards."""
    return cast(User, g.player)
