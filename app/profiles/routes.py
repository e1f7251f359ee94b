"""A player's page, and the list of players. It shows what everybody may see of public events, whoever looks."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from flask import Blueprint, Flask, abort, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from redis import RedisError
from werkzeug.wrappers import Response

from .. import i18n, web
from ..accounts.access import is_signed_in, may_see_profile
from ..accounts.models import Audience
from ..diplomas import pressing
from ..diplomas.models import Diploma
from ..extensions import client_address, limiter, redis
from ..i18n import decimal_mark
from ..leaderboards.cache import key_of
from ..osu.queries import newest_of
from ..scoring import values
from ..spreadsheets import file_name
from . import badges, queries, results, summary
from .hues import oklch_hue
from .queries import Player
from .results import Appearance, Result

bp = Blueprint("players", __name__, url_prefix="/players")

LETTERS = {"ssh": "SS+", "ss": "SS", "sh": "S+", "s": "S", "a": "A"}
"""osu!'s grades; the plus is for those with hidden mods, which osu! shows in silver."""

SHARED_MS = 1000
"""For how long strangers are shown the same bytes; a board is no newer."""

limited = limiter.shared_limit("30/minute", scope="players' pictures", key_func=client_address)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(value_of, "result_value")
    app.add_template_filter(url_of, "player_url")
    app.add_template_global(page_of_participant)


@bp.get("")
@web.public
def index() -> Response:
    sought = request.args.get("q", "").strip()[:120]
    page = max(request.args.get("page", 1, type=int), 1)
    found, more = queries.found(sought, _audiences(), page)
    return web.render("profiles/index.html", "profiles/_players.html", players=found, more=more, q=sought, number=page)


@bp.get("/<username>")
@web.public
def show(username: str) -> Response:
    """Strangers share the bytes of a second: whom a link leads here all at once costs no more than one."""
    if is_signed_in() or request.query_string:
        return page_of(username)
    key = f"page:{key_of('player', username, i18n.language(), i18n.theme())}"
    kept = _from_redis(key)
    if kept is not None:
        return Response(kept, mimetype="text/html")
    made = page_of(username)
    if made.status_code == 200:
        with suppress(RedisError):
            redis.of(current_app).set(key, made.get_data(), px=SHARED_MS)
    return made


def _from_redis(key: str) -> bytes | None:
    with suppress(RedisError):
        stored: Any = redis.of(current_app).get(key)
        return stored if isinstance(stored, bytes) else None
    return None


def page_of(username: str) -> Response:
    player = queries.player(username)
    if player is None:
        now_called = queries.renamed(username) or abort(404)
        return web.go_to("players.show", username=now_called)
    _refuse_unless_seen(player)
    if username != player.user.username:
        return web.go_to("players.show", username=player.user.username)
    seen = results.appearances(player.user)
    settled = {one.participant_id for one in seen if not one.is_frozen}
    return web.render(
        "profiles/show.html",
        shared=not is_signed_in(),
        player=player,
        mine=is_signed_in() and current_user.id == player.user.id,
        appearances=seen,
        summary=summary.summary(seen),
        lines=summary.lines(seen),
        years=summary.years(seen),
        diplomas=queries.diplomas(sorted(settled)) if settled else [],
        letters=LETTERS,
        lost=newest_of(player.user) if player.osu else None,
        described=_described(player, seen),
        address_of=web.public_url_for,
        month_names=[date(2000, month, 1) for month in range(1, 13)],
    )


@bp.get("/<username>/hue.css")
@web.public
def hue(username: str) -> Response:
    """One line of style: a page may not carry any inside."""
    player = player_to_see(username)
    told = player.osu.hue if player.osu else None
    text = f":root {{ --hue: {oklch_hue(told)}; }}\n" if told is not None else ""
    return _file(text.encode(), "text/css")


@bp.get("/<username>/badge.svg")
@web.public
@limited
def badge(username: str) -> Response:
    player = player_to_see(username)
    return _file(badges.svg(player, results.appearances(player.user)).encode(), "image/svg+xml")


@bp.get("/<username>/card.png")
@web.public
@limited
def card(username: str) -> Response:
    """What other sites show beside a link to the page, 1200 x 630."""
    player = player_to_see(username)
    return _file(badges.png(player, results.appearances(player.user)), "image/png")


@bp.get("/<username>/diplomas/<int:diploma_id>.pdf")
@web.public
@limited
def diploma(username: str, diploma_id: int) -> Response:
    player = player_to_see(username)
    settled = [one.participant_id for one in results.appearances(player.user) if not one.is_frozen]
    mine: dict[int, Diploma] = {one.id: one for one in queries.diplomas(settled)}
    wanted = mine.get(diploma_id) or abort(404)
    answer = _file(pressing.printed_again(wanted), "application/pdf")
    name = file_name(f"{wanted.says['participant_name']} {wanted.number}")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.pdf")
    return answer


def player_to_see(username: str) -> Player:
    """404 for a page that is not the reader's to see, as for one that is not there."""
    player = queries.player(username) or abort(404)
    _refuse_unless_seen(player)
    return player


def _refuse_unless_seen(player: Player) -> None:
    if not may_see_profile(player.user):
        abort(404)


def _audiences() -> list[Audience]:
    return [Audience.EVERYONE, Audience.SIGNED_IN] if is_signed_in() else [Audience.EVERYONE]


def _file(body: bytes, kind: str) -> Response:
    """For everybody where the page is; a proxy must not show anybody what is only theirs."""
    answer = Response(body, mimetype=kind)
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


def _described(player: Player, seen: list[Appearance]) -> str:
    told = summary.summary(seen)
    gold, silver, bronze = told.medals
    return _(
        "%(name)s: %(events)s events, %(gold)s first, %(silver)s second and %(bronze)s third places.",
        name=player.name,
        events=told.events,
        gold=gold,
        silver=silver,
        bronze=bronze,
    )


def value_of(result: Result) -> str:
    value = result.value
    if value is None:
        return ""
    text = values.show(value, result.mark_type, decimal_mark=decimal_mark(), places=result.places)
    return f"{text} {result.unit}" if result.unit and value.amount is not None else text


def page_of_participant(participant_id: int) -> str | None:
    """For bytes that everybody is shown: only of a player whose page is everybody's to see."""
    username = queries.open_username(participant_id)
    return url_of(username) if username else None


def url_of(username: str) -> str:
    return url_for("players.show", username=username)
