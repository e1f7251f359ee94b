"""The picture beside a name: shown to whom its owner's profile is, and chosen on one's own account page."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, current_app, flash, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from .. import assets, audit, web
from ..extensions import client_address, db, limiter
from . import access, avatars, queries
from .access import allow, me
from .models import Audience, Role, User
from .pictures import SIZES, BadPicture, squares

YEAR = 365 * 24 * 3600
DAY = 24 * 3600

bp = Blueprint("avatars", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_global(avatar_url)


def avatar_url(user: User, size: int = SIZES[1], *, whole: bool = False, opens: bool = False) -> str | None:
    """The address of somebody's picture of at least this many pixels; None without one.

    `whole`: with the host. `opens`: for a day it opens without a sign-in, as where a program shows its own user.
    """
    if not user.avatar:
        return None
    fitting = next((kept for kept in SIZES if kept >= size), SIZES[-1])
    permit = _signer().dumps(user.avatar) if opens and user.visible_to is not Audience.EVERYONE else None
    return url_for("avatars.show", avatar=user.avatar, size=fitting, permit=permit, _external=whole)


def _is_permitted(avatar: str) -> bool:
    try:
        return bool(_signer().loads(request.args.get("permit", ""), max_age=DAY) == avatar)
    except BadSignature:
        return False


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="laurel-avatar")


@bp.get("/avatars/<avatar>/<int:size>")
@web.public
def show(avatar: str, size: int) -> Response:
    """A new picture has a new address, so this one's bytes never change."""
    user, key = queries.avatar_file(avatar, size) or abort(404)
    if not access.may_see_profile(user) and not _is_permitted(avatar):
        abort(404)
    try:
        answer = Response(assets.read(key), mimetype="image/webp")
    except assets.MissingFile:
        abort(404)
    shared = user.visible_to is Audience.EVERYONE
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if shared else f"private, max-age={DAY}"
    return answer


@bp.post("/account/avatar")
@allow(Role.PLAYER, shared=False)
@limiter.limit("20/minute", key_func=client_address)
def save() -> Response:
    data = sent_picture()
    if not data:
        return refuse(_("Choose a picture first."))
    # Ends the transaction: making the pictures takes its time, and must not keep others from writing.
    db.session.rollback()
    try:
        pictures = squares(data)
    except BadPicture as bad:
        return refuse(str(bad))
    user = me()
    avatars.replace(user, pictures)
    audit.record(None, "user.avatar", by=user, subject=user)
    db.session.commit()
    flash(_("This is your picture now."), "ok")
    return web.go_to("accounts.show")


@bp.post("/account/avatar/delete")
@allow(Role.PLAYER, shared=False)
def delete() -> Response:
    user = me()
    avatars.remove(user)
    audit.record(None, "user.avatar_delete", by=user, subject=user)
    db.session.commit()
    flash(_("Your picture is gone."), "ok")
    return web.go_to("accounts.show")


def sent_picture() -> bytes:
    """What came in the file field `avatar`; nothing where it is missing or empty."""
    file = request.files.get("avatar")
    if file is None:
        return b""
    with file.stream:
        return file.stream.read()


def refuse(detail: str) -> Response:
    return web.error_answer(422, _("This picture cannot be used"), detail, "bad_picture")
