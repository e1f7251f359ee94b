"""An event that is played in osu!: its pool, its lobbies, and the seeding that comes of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response
from wtforms import BooleanField, FileField, IntegerField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange

from .. import web
from ..accounts.access import allow, me
from ..accounts.identities import failures
from ..accounts.models import Role
from ..database import begin_writing, reads_first
from ..events.access import event_to_change, event_to_manage
from ..events.changes import Refused
from ..events.models import Event
from ..extensions import db
from ..forms import Form
from ..leaderboards.access import board_to_watch
from ..osu import beatmaps
from ..osu.models import Beatmap
from ..scoring.actions import NotOpen, Verdict
from . import actions, fetching, matches, queries
from .matches import MODES, BadMatch, Match, Reason
from .models import MatchImport, PooledMap, Tournament
from .seeding import Method

bp = Blueprint("tournaments", __name__, url_prefix="/events/<int:event_id>/tournament")

LARGEST = 3 * 1024 * 1024
SLOT = re.compile(r"[A-Za-z]{1,8}[0-9]{0,2}")
BEATMAP = re.compile(
    r"(?:https?://osu\.ppy\.sh/(?:beatmapsets/\d+(?:#\w+/|/#?\w*/?)|beatmaps/|b/))?(\d{1,10})(?:[?&].*)?"
)

METHODS = {
    Method.AVERAGE_SCORE: _l("Average score"),
    Method.SUM_OF_PLACEMENTS: _l("Sum of placements"),
    Method.AVERAGE_PLACEMENT: _l("Average placement"),
    Method.PERCENT_MAX: _l("Percent max"),
    Method.PERCENT_DIFFERENCE: _l("Percent difference"),
    Method.Z_SUM: _l("Z-sum"),
    Method.Z_PERCENTILE: _l("Z-percentile"),
    Method.ZIPF: _l("Zipf's law"),
}
"""As osu!'s wiki calls them, which is how a tournament has to."""

REASONS = {
    Reason.ABORTED: _l("broken off"),
    Reason.NOT_POOLED: _l("not in the pool"),
    Reason.ROSTER: _l("not among the participants"),
    Reason.WRONG_MODE: _l("another mode"),
    Reason.WRONG_MODS: _l("other mods than the slot's"),
    Reason.FORBIDDEN_MODS: _l("mods that are not allowed"),
    Reason.TOO_FEW: _l("too few players"),
    Reason.REFEREE: _l("looks like a referee"),
    Reason.LOW: _l("under 1,000"),
    Reason.NAME_ONLY: _l("known by the name alone"),
    Reason.WORSE: _l("they have a better one here"),
    Reason.STANDS: _l("a better one stands"),
}


class RulesForm(Form):
    mode = SelectField(_l("Mode"), choices=[SelectChoice(mode, mode) for mode in MODES])
    least_players = IntegerField(_l("Players in a game, at least"), validators=[NumberRange(1, 16)])
    teams = BooleanField(_l("Teams are seeded: a group's scores are added up"))
    method = SelectField(_l("Seeding"), choices=[SelectChoice(one.value, name) for one, name in METHODS.items()])


class MapForm(Form):
    round_ = StringField(_l("Round"), filters=[lambda text: (text or "").strip()], validators=[Length(max=40)])
    slot = StringField(
        _l("Slot"), filters=[lambda text: (text or "").strip().upper()], validators=[DataRequired(), Length(max=12)]
    )
    beatmap = StringField(_l("Map"), filters=[lambda text: (text or "").strip()], validators=[Length(max=300)])
    weight = StringField(_l("Weight"), filters=[lambda text: (text or "1").strip().replace(",", ".")])

    def validate_slot(self, field: StringField) -> None:
        if not SLOT.fullmatch(field.data or ""):
            raise ValidationError(_l("Write letters and a number, like NM1."))

    def validate_beatmap(self, field: StringField) -> None:
        if field.data and not BEATMAP.fullmatch(field.data):
            raise ValidationError(_l("Write a link to the map, or its number."))

    def validate_weight(self, field: StringField) -> None:
        try:
            weight = Decimal(field.data)
        except InvalidOperation:
            raise ValidationError(_l("This is not a number.")) from None
        if not weight.is_finite() or not 0 < weight <= 1000 or weight != weight.quantize(Decimal("0.000001")):
            raise ValidationError(_l("Write a number above 0, with at most six places."))

    @property
    def beatmap_id(self) -> int | None:
        found = BEATMAP.fullmatch(self.beatmap.data or "")
        return int(found[1]) if found else None


class LobbyForm(Form):
    round_ = SelectField(_l("Round"), default="")
    link = StringField(_l("Match link"), filters=[lambda text: (text or "").strip()], validators=[Length(max=300)])
    file = FileField(_l("Or a file"))

    def __init__(self, rounds: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.round_.choices = [SelectChoice(one, one or "–") for one in rounds or [""]]

    def validate_link(self, field: StringField) -> None:
        if field.data and matches.match_id_in(field.data) is None:
            raise ValidationError(_l("Write a link like https://osu.ppy.sh/community/matches/105019274."))
        if not field.data and not self.file.data:
            raise ValidationError(_l("Give a link or a file."))


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(lambda reason: str(REASONS[reason]), "match_reason")
    app.add_template_filter(lambda method: str(METHODS[method]), "seeding_method")


@bp.get("")
@allow(Role.ADMIN)
def show(event_id: int) -> Response:
    return page(event_to_manage(event_id))


@bp.post("")
@allow(Role.ADMIN)
def save(event_id: int) -> Response:
    event, form = event_to_change(event_id), RulesForm()
    if not form.validate():
        return page(event, rules=form, status=422)
    least, method = form.least_players.data, Method(form.method.data)
    actions.save_rules(event, form.mode.data, least, method, teams=form.teams.data, by=me())
    db.session.commit()
    flash(_("Saved."), "ok")
    return web.go_to("tournaments.show", event_id=event.id)


@bp.post("/maps")
@allow(Role.ADMIN)
@reads_first
def add_map(event_id: int) -> Response:
    event, form = event_to_manage(event_id), MapForm()
    if not form.validate():
        return page(event, maps=form, status=422)
    beatmap_id = form.beatmap_id
    title = _title_of(beatmap_id) if beatmap_id else ""
    event = _changeable(event_id)
    try:
        weight = Decimal(form.weight.data)
        actions.add_map(event, form.slot.data, beatmap_id, title, weight, round_=form.round_.data, by=me())
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        form.slot.errors = [_("This slot or this map is in the pool already.")]
        return page(event_to_manage(event_id), maps=form, status=409)
    flash(_("%(slot)s is in the pool.", slot=form.slot.data), "ok")
    return web.go_to("tournaments.show", event_id=event_id)


def _title_of(beatmap_id: int) -> str:
    """From osu!, if it can be asked now; a pool can do without. Ends the transaction."""
    try:
        beatmaps.enrich([beatmap_id])
    except failures.Failure:
        db.session.rollback()
    known = db.session.get(Beatmap, beatmap_id)
    return f"{known.artist} - {known.title} [{known.version}]" if known else ""


def _changeable(event_id: int) -> Event:
    """From here on this request writes."""
    begin_writing()
    return event_to_change(event_id)


@bp.post("/maps/<int:activity_id>/delete")
@allow(Role.ADMIN)
def remove_map(event_id: int, activity_id: int) -> Response:
    event = event_to_change(event_id)
    pooled = db.session.get(PooledMap, activity_id)
    if pooled is None or pooled.event_id != event.id:
        abort(404)
    try:
        actions.remove_map(event, pooled, by=me())
    except Refused as refusal:
        db.session.rollback()
        return page(event_to_manage(event_id), problem=str(refusal.message), status=409)
    db.session.commit()
    flash(_("%(slot)s is out of the pool.", slot=pooled.slot), "ok")
    return web.go_to("tournaments.show", event_id=event.id)


@bp.post("/lobbies")
@allow(Role.ADMIN)
@reads_first
def create_lobby(event_id: int) -> Response:
    event = event_to_manage(event_id)
    form = LobbyForm(queries.rounds(event))
    mode = queries.tournament(event).mode
    if not form.validate():
        return page(event, lobby=form, status=422)
    try:
        match = _match_of(form, mode)
    except BadMatch as problem:
        (form.link if form.link.data else form.file).errors = [str(problem)]
        return page(event_to_manage(event_id), lobby=form, status=422)
    except failures.Failure as failure:
        title, detail = failure.words("osu!")
        form.link.errors = [f"{title}. {detail}"]
        return page(event_to_manage(event_id), lobby=form, status=failure.status)
    event = _changeable(event_id)
    made = actions.hand_in(event, match, round_=form.round_.data, by=me())
    db.session.commit()
    return web.go_to("tournaments.show_lobby", event_id=event_id, lobby_id=made.id)


def _match_of(form: LobbyForm, mode: str) -> Match:
    """Asks osu! where a link was given. Raises BadMatch, Failure."""
    if form.link.data:
        match_id = matches.match_id_in(form.link.data) or abort(422)
        db.session.rollback()
        return fetching.match(match_id)
    name = (form.file.data.filename or "").casefold()
    data = form.file.data.stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise BadMatch(_("A file has at most 3 MB."))
    return matches.of_csv(data, mode) if name.endswith((".csv", ".tsv", ".txt")) else matches.of_json(data)


@bp.get("/lobbies/<int:lobby_id>")
@allow(Role.ADMIN)
def show_lobby(event_id: int, lobby_id: int) -> Response:
    event = event_to_manage(event_id)
    return lobby_page(event, lobby_of(event, lobby_id))


@bp.post("/lobbies/<int:lobby_id>")
@allow(Role.ADMIN)
def apply_lobby(event_id: int, lobby_id: int) -> Response:
    event = event_to_change(event_id)
    lobby = lobby_of(event, lobby_id)
    try:
        outcomes = actions.take(event, lobby, set(request.form.getlist("row")), by=me())
    except NotOpen as closed:
        db.session.rollback()
        words = (
            _("An activity of the pool is locked, so nothing was saved.")
            if closed.reason == "activity"
            else _("This event does not take scores now, so nothing was saved. An admin can start it.")
        )
        event = event_to_manage(event_id)
        return lobby_page(event, lobby_of(event, lobby_id), problem=words, status=409)
    db.session.commit()
    saved = sum(outcome.verdict is Verdict.SAVED for outcome in outcomes)
    same = sum(outcome.verdict is Verdict.UNCHANGED for outcome in outcomes)
    flash(_("%(saved)s scores are saved, %(same)s stood already.", saved=saved, same=same), "ok")
    return web.go_to("tournaments.show_lobby", event_id=event.id, lobby_id=lobby.id)


@bp.post("/lobbies/<int:lobby_id>/delete")
@allow(Role.ADMIN)
def delete_lobby(event_id: int, lobby_id: int) -> Response:
    event = event_to_change(event_id)
    actions.forget(event, lobby_of(event, lobby_id), by=me())
    db.session.commit()
    flash(_("The lobby is put away. Its scores stay."), "ok")
    return web.go_to("tournaments.show", event_id=event.id)


@bp.get("/seeding")
@web.public
def seeding(event_id: int) -> Response:
    """For whoever may see the board: the same scores, and the same freeze."""
    watch = board_to_watch(event_id)
    event = db.session.get(Event, event_id) or abort(404)
    return web.render(
        "tournaments/seeding.html", event=event, found=queries.seeds(event, request.args.get("round")), link=watch.link
    )


def lobby_of(event: Event, lobby_id: int) -> MatchImport:
    wanted = select(MatchImport).where(MatchImport.id == lobby_id, MatchImport.event_id == event.id)
    return db.session.scalar(wanted) or abort(404)


def lobby_page(event: Event, lobby: MatchImport, *, problem: str | None = None, status: int = 200) -> Response:
    rows = actions.checked(event, lobby)
    games = list(dict.fromkeys(row.game for row in rows))
    return web.render(
        "tournaments/lobby.html",
        status=status,
        event=event,
        lobby=lobby,
        problem=problem,
        games=[(game, [row for row in rows if row.game is game]) for game in games],
        stands=queries.stands(event, rows, lobby.round),
        fine=sum(row.is_fine for row in rows),
    )


def page(
    event: Event,
    *,
    rules: RulesForm | None = None,
    maps: MapForm | None = None,
    lobby: LobbyForm | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    chosen = queries.tournament(event)
    return web.render(
        "tournaments/show.html",
        status=status,
        event=event,
        problem=problem,
        rules=rules or RulesForm(formdata=None, data={**_shown(chosen)}),
        maps=maps or MapForm(formdata=None),
        lobby=lobby or LobbyForm(queries.rounds(event), formdata=None),
        pool=queries.pool(event),
        lobbies=queries.imports(event),
    )


def _shown(chosen: Tournament) -> dict[str, object]:
    return {
        "mode": chosen.mode,
        "least_players": chosen.least_players,
        "method": chosen.method.value,
        "teams": chosen.teams,
    }
