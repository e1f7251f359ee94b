"""The desk: an admin pairs screens and sets what they show."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, Flask, Response, abort, flash
from flask_babel import gettext as _
from redis import RedisError
from werkzeug.wrappers import Response as AnyResponse

from ... import web
from ...accounts import pictures
from ...accounts.access import allow, me
from ...accounts.models import Role
from ...database import locked
from ...events.access import event_to_change, event_to_manage
from ...events.models import Event
from ...extensions import client_address, db, limiter
from ..board import board_of, bucket_name
from ..queries import event_standings
from ..whole import Whole
from . import actions, pairing, queries
from .contents import Kind
from .drawing import name_of, subject_in, view_of
from .forms import KINDS, ImageForm, NameForm, PairForm, ShowForm
from .models import Scene, Screen, SponsorImage

Own = TypeVar("Own", Screen, Scene, SponsorImage)

bp = Blueprint("screens", __name__, url_prefix="/events/<int:event_id>/screens")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("")
@allow(Role.ADMIN)
def show(event_id: int) -> Response:
    return desk(event_to_manage(event_id))


@bp.post("")
@allow(Role.ADMIN)
@limiter.limit("30/minute", key_func=client_address)
def pair(event_id: int) -> AnyResponse:
    event, form = event_to_change(event_id), PairForm()
    if not form.validate():
        return desk(event, pair_form=form, status=422)
    try:
        hashed = pairing.screen_with(form.code.data)
        if hashed is None or db.session.query(Screen).filter_by(token_hash=hashed).first():
            form.code.errors = [_("No screen shows this code now.")]
            return desk(event, pair_form=form, status=422)
        actions.pair(event, form.name.data, hashed, by=me())
        pairing.forget(hashed)
    except RedisError:
        abort(503)
    db.session.commit()
    flash(_("“%(name)s” is paired.", name=form.name.data), "ok")
    return to_desk(event)


@bp.post("/overlays")
@allow(Role.ADMIN)
def create_overlay(event_id: int) -> AnyResponse:
    event, form = event_to_change(event_id), NameForm(prefix="overlay-")
    if not form.validate():
        return desk(event, overlay_form=form, status=422)
    _screen, token = actions.make_overlay(event, form.name.data, by=me())
    db.session.commit()
    return desk(event, overlay_link=web.public_url_for("hall.overlay", token=token))


@bp.post("/show")
@allow(Role.ADMIN)
def set_content(event_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    screens = [one.screen for one in queries.screens(event)]
    form = ShowForm(event, screens, buckets(event))
    if not form.validate():
        return desk(event, show_form=form, status=422)
    chosen = [screen for screen in screens if form.screen.data in (0, screen.id)]
    actions.show(event, chosen, form.content, form.theme.data, by=me())
    db.session.commit()
    flash(_("It is on the screens within two seconds."), "ok")
    return to_desk(event)


@bp.post("/<int:screen_id>/next")
@allow(Role.ADMIN)
def show_next(event_id: int, screen_id: int) -> AnyResponse:
    """The next of the winners, from the third place to the first, on every screen that shows the same."""
    event = event_to_change(event_id)
    content = part(event, Screen, screen_id).content
    if content.kind is not Kind.WINNERS or subject_in(event, content.activity) is None:
        abort(409, description=_("This screen shows no winners."))
    rows = board_of(view_of(event, content, "en")).rows
    places = [place.number for place in queries.winners(rows, content)]
    following = content.with_next(places)
    same = [one.screen for one in queries.screens(event) if one.screen.content == content]
    actions.show(event, same, following, None, by=me())
    db.session.commit()
    return to_desk(event)


@bp.post("/<int:screen_id>/delete")
@allow(Role.ADMIN)
def delete(event_id: int, screen_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    actions.remove(event, part(event, Screen, screen_id), by=me())
    db.session.commit()
    flash(_("It shows nothing of this event any more."), "ok")
    return to_desk(event)


@bp.post("/scenes")
@allow(Role.ADMIN)
def create_scene(event_id: int) -> AnyResponse:
    event, form = event_to_change(event_id), NameForm(prefix="scene-")
    if not form.validate():
        return desk(event, scene_form=form, status=422)
    actions.keep_scene(event, form.name.data, [one.screen for one in queries.screens(event)], by=me())
    db.session.commit()
    return to_desk(event)


@bp.post("/scenes/<int:scene_id>/show")
@allow(Role.ADMIN)
def show_scene(event_id: int, scene_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    screens = [one.screen for one in queries.screens(event)]
    actions.show_scene(event, part(event, Scene, scene_id), screens, by=me())
    db.session.commit()
    flash(_("It is on the screens within two seconds."), "ok")
    return to_desk(event)


@bp.post("/scenes/<int:scene_id>/delete")
@allow(Role.ADMIN)
def delete_scene(event_id: int, scene_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    actions.remove_scene(event, part(event, Scene, scene_id), by=me())
    db.session.commit()
    return to_desk(event)


@bp.post("/images")
@allow(Role.ADMIN)
@limiter.limit("60/minute", key_func=client_address)
def create_image(event_id: int) -> AnyResponse:
    event, form = event_to_change(event_id), ImageForm()
    db.session.commit()  # Making the picture anew takes its time, and must not keep others from writing.
    if not form.validate():
        return desk(event, image_form=form, status=422)
    actions.add_image(locked(Event, event.id), form.name.data, form.picture, by=me())
    db.session.commit()
    return to_desk(event)


@bp.post("/images/<int:image_id>/delete")
@allow(Role.ADMIN)
def delete_image(event_id: int, image_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    actions.remove_image(event, part(event, SponsorImage, image_id), by=me())
    db.session.commit()
    return to_desk(event)


def part(event: Event, model: type[Own], row_id: int) -> Own:
    row = db.session.get(model, row_id)
    return row if row is not None and row.event_id == event.id else abort(404)


def to_desk(event: Event) -> AnyResponse:
    return web.go_to("screens.show", event_id=event.id)


def buckets(event: Event) -> list[tuple[str, str]]:
    """The categories that anybody is in, with their names."""
    found = {bucket.key: bucket_name(bucket) for one in event_standings(event) for bucket in one.standings.buckets}
    return list(found.items()) if len(found) > 1 else []


def desk(
    event: Event,
    *,
    pair_form: PairForm | None = None,
    show_form: ShowForm | None = None,
    scene_form: NameForm | None = None,
    overlay_form: NameForm | None = None,
    image_form: ImageForm | None = None,
    overlay_link: str = "",
    status: int = 200,
) -> Response:
    screens = queries.screens(event)
    return web.render(
        "screens/desk.html",
        "screens/_screens.html",
        status=status,
        event=event,
        screens=screens,
        scenes=queries.scenes(event),
        images=queries.images(event.id),
        kinds=KINDS,
        subjects={one.id: name_of(one) for one in event.activities} | {one: name_of(one) for one in Whole},
        pair_form=pair_form or PairForm(),
        show_form=show_form or ShowForm(event, [one.screen for one in screens], buckets(event)),
        scene_form=scene_form or NameForm(prefix="scene-"),
        overlay_form=overlay_form or NameForm(prefix="overlay-"),
        image_form=image_form or ImageForm(),
        overlay_link=overlay_link,
        most_megabytes=pictures.LARGEST // 1024 // 1024,
    )
