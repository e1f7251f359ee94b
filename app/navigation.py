"""What the bar on top of every page leads to, by role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Link:
    name: str
    label: LazyString
    endpoint: str
    shown: Callable[[Any], bool]
    """Asked with the signed-in user, or None."""


LINKS = (
    Link("events", _l("Events"), "events.index", lambda user: user is not None and user.is_admin),
    Link("sheets", _l("Sheets"), "scoring.index", lambda user: user is not None and user.is_evaluator),
    Link("boards", _l("Boards"), "leaderboards.index", lambda _user: True),
    Link("players", _l("Players"), "players.index", lambda _user: True),
    Link("lost", _l("Lost scores"), "lost_scores.index", lambda _user: speaks_with_osu()),
    Link("log", _l("Log"), "audit.index", lambda user: user is not None and user.is_admin),
    Link("people", _l("People"), "people.index", lambda user: user is not None and user.is_super_admin),
    Link("invitations", _l("Invitations"), "invitations.index", lambda user: user is not None and _invites_only(user)),
)


def speaks_with_osu() -> bool:
    return bool(current_app.config["SETTINGS"].osu_client_id)


def _invites_only(user: Any) -> bool:
    """A super admin finds them beside the people."""
    return bool(user.is_admin and not user.is_super_admin)


def init_app(app: Flask) -> None:
    app.add_template_global(navigation)
    app.add_template_global(address)
    app.add_template_global(speaks_with_osu)


def navigation(user: Any) -> list[Link]:
    return [link for link in LINKS if link.shown(user) and address(link.endpoint)]


def address(endpoint: str, **values: Any) -> str | None:
    """The URL of a page, or None while the feature that owns it is not there."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None
