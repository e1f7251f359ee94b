"""Every way to write is on the log: each endpoint that does more than read is driven once with a request that it
takes.

A new endpoint needs an example here, which is how it is found out whether it forgot the log.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts import actions as accounts
from app.accounts import avatars, second_step
from app.accounts.identities.models import Identity, Provider
from app.accounts.invitations import actions as invitations
from app.accounts.invitations.models import Invitation
from app.accounts.models import LoginSession, Role, SecondStep, User
from app.accounts.recovery import actions as recovery
from app.audit.models import AuditEntry
from app.changing.models import PlanChange
from app.config import ROOT
from app.database import locked, now
from app.diplomas.actions import add_rule
from app.diplomas.kinds import Basis
from app.diplomas.layouts import create_from_starter
from app.diplomas.models import AwardRule, Diploma, DiplomaTemplate
from app.diplomas.starters import STARTERS
from app.events.kinds import ActivityState, Checking, EvaluationType, EventStatus
from app.events.models import Activity, Category, Event, Group, Participant, TeamLogin
from app.events.team_actions import make_logins
from app.extensions import Model, db
from app.jobs.models import Job
from app.jobs.runner import run_job
from app.leaderboards.freezing.actions import freeze
from app.leaderboards.overall_rules import Method, Scheme
from app.leaderboards.schemes import scheme_rules
from app.leaderboards.screens import actions as screens
from app.leaderboards.screens import pairing
from app.leaderboards.screens.contents import Content, Kind
from app.leaderboards.screens.models import Screen
from app.mail.models import Mail
from app.osu.actions import submit
from app.osu.beatmaps import keep
from app.osu.models import Submission
from app.osu.passes import issue
from app.paper.models import PaperScan, PaperSheet, ScanState
from app.profiles.actions import tie
from app.profiles.models import How
from app.scoring.actions import Entry, save_records
from app.scoring.checking.actions import check
from app.scoring.flags.actions import raise_flag
from app.scoring.judges.actions import make_link
from app.scoring.models import Record, Source
from app.tournaments import actions as tournaments
from app.tournaments.matches import of_csv
from app.webhooks import actions as webhooks
from app.webhooks.models import Delivery, DeliveryState, Webhook
from tests.conftest import AppFactory, SignIn
from tests.osu.conftest import KEY, as_file, report, signed
from tests.support import make, outbox
from tests.support.pictures import picture

pytestmark = pytest.mark.usefixtures("context")

NOT_THE_DATA = {"audit_entries", "idempotent_answers", "installation", "jobs", "login_sessions"}
"""Tables in which a write tells nothing about people or events, or which are the log itself."""

UNLOGGED = {
    "api.refresh": "goes on with a sign-in, which is logged",
    "second_step.begin": "asks for nothing until a code confirms it, which is logged",
    "importing.save": "how a file is read, before it is imported: what was chosen is logged when it is",
    "importing.apply": "asks the worker, who logs what it did",
    "following.create": "is a wish about one's own mail",
    "following.delete": "is a wish about one's own mail",
    "bundles.apply": "asks the worker, who logs what it did",
}
"""What writes without a word in the log, and why."""

WRITES_NOTHING = {
    "beatmaps.work_out": "asks the worker about a map, which is nobody's",
    "analyser.enrich": "asks osu! about maps, which are nobody's here",
    "ranking.preview": "shows what a changed ranking would change",
    "identities.begin_link": "sends the browser to the other service; what comes of it is logged",
}
"""What only looks like a write, as nobody may have it done by a mere link."""


@dataclass
class World:
    """An event with one of everything, and somebody who may do everything."""

    me: User
    browser: FlaskClient
    event: Event
    group: Group
    person: Participant
    activity: Activity
    category: Category
    helper: User
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"/events/{self.event.id}"

    def upload(self) -> str:
        """The address of an import that waits for a yes."""
        return str(self.browser.post(f"{self.url}/imports", **FILE).location)


@pytest.fixture
def app(make_app: AppFactory) -> Flask:
    """One with another service to sign in through, which nobody here asks."""
    return make_app(osu_client_id="1", osu_client_secret="keys", hmac_secret_key=KEY)


@pytest.fixture
def world(sign_in: SignIn) -> World:
    me, event = make.user(Role.SUPER_ADMIN), make.event()
    group, helper = make.group(event, "Foxes"), make.user(name="Hynek")
    make.assign(helper, group)
    return World(
        me=me,
        browser=sign_in(me),
        event=event,
        group=group,
        person=make.participant(group, "Eva"),
        activity=make.activity(event, name="Jump"),
        category=make.category(event, "Young", 6, 9),
        helper=helper,
    )


FILE = {
    "data": b'--laurel\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
    b"display_name,group_name\nIva,Foxes\n\r\n--laurel--\r\n",
    "content_type": "multipart/form-data; boundary=laurel",
}


def tied(world: World) -> str:
    tie(world.person, world.helper, How.ADMIN, by=world.me)
    db.session.commit()
    return f"{world.url}/participants/{world.person.id}/player"


def number_of(world: World) -> str:
    """What stands on a diploma that was printed."""
    printed_diploma(world)
    return str(own(world, Diploma).number)


def a_report(world: World) -> bytes:
    """Of somebody who is at osu!."""
    known = Identity(provider=Provider.OSU, user_id=world.me.id, subject="4242", username="EvaOsu")
    known.created_at = known.signed_in_at = now()
    db.session.add(known)
    db.session.commit()
    return as_file(report("EvaOsu"))


def a_submission(world: World) -> Submission:
    made = submit(world.me, a_report(world))
    db.session.commit()
    return made


def sent_by_the_analyser(world: World) -> tuple[str, dict[str, Any]]:
    data = a_report(world)
    sent = {"report_summary": "{}", "hmac_signature": signed(data), "report_file": (BytesIO(data), "report.json")}
    return "/api/hall-of-fame/submit", {"data": sent, "headers": {"Authorization": f"Bearer {issue(world.me)}"}}


def a_map(_world: World) -> int:
    made = keep({"id": 5, "beatmapset_id": 1, "checksum": "0" * 32, "ranked": 1, "version": "Hard"})
    db.session.commit()
    return made.id


def pooled(world: World) -> int:
    """A map of the pool, by its activity."""
    event = locked(Event, world.event.id)
    made = tournaments.add_map(event, "NM1", None, "", Decimal(1), by=world.me)
    db.session.commit()
    return made.activity_id


def lobby(world: World) -> str:
    """One in which Eva played the map of the pool."""
    pooled(world)
    match = of_csv(b"map,player,score\nNM1,Eva,5000\n")
    made = tournaments.hand_in(locked(Event, world.event.id), match, by=world.me)
    db.session.commit()
    return f"{world.url}/tournament/lobbies/{made.id}"


def a_webhook(world: World) -> Webhook:
    event = locked(Event, world.event.id)
    webhook, _secret = webhooks.create_webhook(event, "https://example.org/laurel", by=world.me)
    db.session.commit()
    return webhook


def a_message(world: World) -> Delivery:
    webhook = a_webhook(world)
    message = webhooks.test_webhook(locked(Event, world.event.id), webhook, by=world.me)
    message.state = DeliveryState.FAILED
    db.session.commit()
    return message


def bundle_file(world: World) -> dict[str, Any]:
    """The event of this world, as its export gives it."""
    head = b'--laurel\r\nContent-Disposition: form-data; name="file"; filename="event.zip"\r\n\r\n'
    whole = world.browser.get(f"{world.url}/export/event.zip").data
    return {**FILE, "data": b"".join([head, whole, b"\r\n--laurel--\r\n"])}


def a_bundle(world: World) -> str:
    """The address of a bundle that waits for a yes."""
    return str(world.browser.post("/bundles", **bundle_file(world)).location)


ACTIVITY = {"name": "Run", "evaluation_type": EvaluationType.TIME_LOW.value, "mark_count": "1", "formula": "BEST"}
CATEGORY = {"name": "Old", "age_from": "60", "age_to": "99", "gender": ""}
PROFILE = {"name": "Iva", "username": "iva", "visible_to": "everyone", "language": "cs", "theme": "dark"}
NEW_EMAIL = {"email": "new@example.org", "current": make.PASSWORD}
DAY = {"name": "Winter games", "starts_on": "2027-01-05"}

Example = Callable[[World], tuple[str, dict[str, Any]]]


def form(path: Callable[[World], str], **data: Any) -> Example:
    return lambda world: (path(world), {"data": data})


def own(world: World, model: type[Any], **wanted: Any) -> Any:
    return db.session.scalars(select(model).filter_by(**wanted).order_by(model.id.desc())).first()


def token_of(world: World) -> tuple[int, str]:
    token, text = accounts.create_token(world.me, "script")
    token.last_used_at = token.created_at
    db.session.commit()
    return token.id, text


def closed_account(world: World) -> str:
    accounts.set_active(world.helper, False, by=world.me)
    return f"/people/{world.helper.id}/activate"


def empty_group(world: World) -> str:
    return f"{world.url}/groups/{make.group(world.event).id}/delete"


def second(world: World, kind: Callable[..., Any]) -> Any:
    """One more, so that there is an order to change."""
    return kind(world.event)


def json_records(world: World) -> tuple[str, dict[str, Any]]:
    _id, text = token_of(world)
    body = {"records": [{"participant": world.person.id, "activity": world.activity.id, "value": "5"}]}
    return f"/api/v1{world.url}/records", {"json": body, "headers": {"Authorization": f"Bearer {text}"}}


def row(world: World) -> dict[str, str]:
    return {f"value-{world.person.id}-1": "5", f"version-{world.person.id}": "0"}


def sheet(world: World) -> str:
    return f"/sheets/{world.group.id}/{world.activity.id}"


def edit(world: World) -> tuple[str, dict[str, Any]]:
    one = {"key": "a-key-of-its-own", "participant": world.person.id, "version": 0, "marks": ["5"]}
    return f"{sheet(world)}/edits", {"json": {"user": str(world.me.id), "edits": [one]}}


def json_import(world: World) -> tuple[str, dict[str, Any]]:
    _id, text = token_of(world)
    body = b"display_name,group_name\nIva,Foxes\n"
    return f"/api/v1{world.url}/import", {"data": body, "headers": {"Authorization": f"Bearer {text}"}}


def chosen(what: str, **more: Any) -> Example:
    """Something done to several participants, chosen in the list."""
    return lambda world: (
        f"{world.url}/participants/{what}",
        {"data": {"people": [world.person.id], **{name: value(world) for name, value in more.items()}}},
    )


def withdrawn(world: World) -> tuple[str, dict[str, Any]]:
    world.person.withdrawn_at = now()
    db.session.commit()
    return chosen("return")(world)


def written(world: World) -> Participant:
    entry = Entry(world.person, world.activity, ("5",))
    save_records(world.event, [entry], by=world.helper, source=Source.HAND)
    db.session.commit()
    return world.person


def to_check(world: World) -> tuple[str, dict[str, Any]]:
    world.activity.checking = Checking.REQUIRED
    written(world)
    return f"{sheet(world)}/check", {"data": {f"value-{world.person.id}-1": "5"}}


def to_settle(world: World, way: str) -> tuple[str, dict[str, Any]]:
    to_check(world)
    check(world.event, world.activity, [Entry(world.person, world.activity, ("6",))], by=make.user())
    db.session.commit()
    record = own(world, Record, participant_id=world.person.id)
    return f"{world.url}/checks/{record.id}/{way}", {"data": {"value-1": "7"}}


def flagged(world: World) -> tuple[str, dict[str, Any]]:
    flag = raise_flag(world.event, world.activity, world.person, "Lane two.", None, by=world.helper)
    db.session.commit()
    return f"{world.url}/flags/{flag.id}/answer", {"data": {"answer": "Corrected."}}


def judge_link(world: World) -> tuple[int, str]:
    link, token = make_link(world.event, world.group, None, now() + timedelta(hours=1), by=world.me)
    db.session.commit()
    return link.id, token


def plan_change(world: World) -> tuple[str, dict[str, Any]]:
    wanted = {"kind": "withdraw", "one": str(world.person.id)}
    page = world.browser.get(f"{world.url}/changes/new", query_string=wanted).text
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert found
    return f"{world.url}/changes", {"data": {**wanted, "fingerprint": found[1]}}


def plan_undone(world: World) -> tuple[str, dict[str, Any]]:
    path, request = plan_change(world)
    world.browser.post(path, **request)
    return f"{world.url}/changes/{own(world, PlanChange).id}/undo", {}


def ranking(world: World, way: str) -> tuple[str, dict[str, Any]]:
    said = {"method": "places", "missing": "worst", "teams": "", "activities-0-weight": "2", "activities-0-cut_by": ""}
    return f"{world.url}/ranking{way}", {"data": said}


def states(world: World, to: str, now: ActivityState = ActivityState.OPEN) -> tuple[str, dict[str, Any]]:
    world.activity.state = now
    db.session.commit()
    return f"{world.url}/results/{to}", {"data": {"activities": [world.activity.id], "reason": "The jury said so."}}


def frozen(world: World) -> str:
    freeze(locked(Event, world.event.id), None, None, by=world.me)
    db.session.commit()
    return f"{world.url}/freeze"


def followed(world: World) -> str:
    world.browser.post(f"{world.url}/follow/{world.person.id}")
    return f"/account/following/{world.person.id}/delete"


def ranked_and_frozen(world: World) -> str:
    event = locked(Event, world.event.id)
    event.overall_rules = scheme_rules(Scheme(Method.PLACES))
    return frozen(world)


def screen(world: World) -> str:
    """One on which winners stand."""
    made = screens.pair(world.event, "Left", "7" * 64, by=world.me)
    winners = Content(kind=Kind.WINNERS, activity=world.activity.id)
    screens.show(world.event, [made], winners, None, by=world.me)
    db.session.commit()
    return f"{world.url}/screens/{made.id}"


def scene(world: World) -> int:
    screen(world)
    made = screens.keep_scene(world.event, "Opening", db.session.query(Screen).all(), by=world.me)
    db.session.commit()
    return made.id


def sponsor(world: World) -> int:
    made = screens.add_image(world.event, "Bakery", picture(), by=world.me)
    db.session.commit()
    return made.id


def team_code(world: World) -> str:
    code = make_logins(locked(Event, world.event.id), [world.group], "%s: helpers", by=world.me)[world.group.id]
    db.session.commit()
    return code


def team_device(world: World) -> str:
    team_code(world)
    login = db.session.get_one(TeamLogin, world.group.id)
    session, _token = accounts.add_session(login.user, address="192.0.2.7", browser="tests")
    db.session.commit()
    return f"{world.url}/teams/{world.group.id}/devices/{session.id}/end"


def team_revoked(world: World) -> str:
    team_code(world)
    return f"{world.url}/teams/{world.group.id}/revoke"


def invited(world: World) -> tuple[Invitation, str]:
    made = invitations.invite_by_link(Role.PLAYER, most=2, good_for=timedelta(days=1), language="en", by=world.me)
    db.session.commit()
    return made


def mailed(world: World, to: str | None, path: str, **data: str | None) -> str:
    """The link in a mail that a form has sent."""
    world.browser.post(path, data=data)
    return outbox.last_link_to(to or "")


def leaving(world: World) -> tuple[str, dict[str, Any]]:
    make.user(Role.SUPER_ADMIN)
    return "/account/delete", {"data": {"username": world.me.username, "current": make.PASSWORD}}


def applied_import(world: World) -> str:
    """An import that the worker has written, and that may be taken back."""
    url = world.upload()
    found = re.search(r'name="fingerprint" value="(\w+)"', world.browser.get(url).text)
    assert found
    world.browser.post(f"{url}/apply", data={"fingerprint": found[1]})
    for job_id in db.session.scalars(select(Job.id)).all():
        run_job(job_id)
    return f"{url}/undo"


def with_picture(world: World) -> str:
    avatars.save(world.me, picture())
    db.session.commit()
    return "/account/avatar/delete"


def linked(world: World) -> str:
    db.session.add(
        Identity(
            user_id=world.me.id,
            provider=Provider.OSU,
            subject="7",
            username="Larkspur",
            created_at=now(),
            signed_in_at=now(),
        )
    )
    db.session.commit()
    return "/account/services/osu/unlink"


def waiting_mail(world: World) -> int:
    recovery.send_reset(world.helper, language="en", by=world.me)
    db.session.commit()
    return int(own(world, Mail).id)


def app_of(user: User) -> pyotp.TOTP:
    """The app on the phone of somebody whose second step is begun."""
    second_step.begin(user)
    db.session.commit()
    return pyotp.TOTP(second_step.key_of(db.session.get_one(SecondStep, user.id)))


def recovery_code(user: User) -> str:
    """One of somebody's whose second step is on."""
    app = app_of(user)
    codes = second_step.confirm(user, app.now(), keep=own_session(user))
    db.session.commit()
    assert codes
    return codes[0]


def own_session(user: User) -> LoginSession:
    return db.session.scalars(select(LoginSession).where(LoginSession.user_id == user.id)).one()


def half_way(world: World) -> tuple[str, dict[str, Any]]:
    code = recovery_code(world.me)
    world.browser.post("/sign-in", data={"email": world.me.email, "password": make.PASSWORD})
    return "/sign-in/code", {"data": {"code": code}}


def saved_row(world: World) -> str:
    world.browser.post(f"{sheet(world)}/{world.person.id}", data=row(world))
    return f"{sheet(world)}/undo"


def changed_row(world: World) -> tuple[str, dict[str, Any]]:
    saved_row(world)
    page = world.browser.get(f"{sheet(world)}/history").text
    found = re.search(r'href="([^"]+/back\?before=[^"]+)"', page)
    assert found
    preview = world.browser.get(found[1].replace("&amp;", "&")).text
    fields = dict(re.findall(r'name="(before|fingerprint)" value="([^"]+)"', preview))
    return f"{sheet(world)}/back", {"data": fields}


def program_of(world: World) -> dict[str, str]:
    """What a program holds that somebody has signed in to."""
    body = {"email": world.me.email, "password": make.PASSWORD}
    return dict(world.browser.post("/api/v1/auth/login", json=body).get_json())


def bearer(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {program_of(world)['token']}"}


def diplomas(world: World, path: str) -> str:
    """An address among the event's diplomas; `{template}` is that of one that is there."""
    template = create_from_starter(locked(Event, world.event.id), "Gold", STARTERS["blank"], "en", by=world.me)
    db.session.commit()
    return f"{world.url}/diplomas/{path.format(template=f'templates/{template.id}')}"


def designed(path: str, **data: str) -> Example:
    return lambda world: (diplomas(world, f"{{template}}{path}"), {"data": data})


def sent(path: str, name: str, data: bytes) -> Example:
    """With a file; the form's other fields are what the example asks for."""
    return lambda world: (
        diplomas(world, path),
        {"data": {"file": (BytesIO(data), name)}, "content_type": "multipart/form-data"},
    )


def moved_back(world: World, way: str) -> tuple[str, dict[str, Any]]:
    path = diplomas(world, "{template}")
    for step in ("items", *(["undo"] if way == "redo" else [])):
        world.browser.post(f"{path}/{step}", data={"kind": "text"})
    return f"{path}/{way}", {}


def ruled(world: World) -> str:
    """Everybody gets a diploma: the address of the event's diplomas."""
    path, template = diplomas(world, "{template}"), own(world, DiplomaTemplate)
    add_rule(locked(Event, world.event.id), Basis.EVERYBODY, template.id, places=0, activity_id=None, by=world.me)
    db.session.commit()
    return path.partition("/templates")[0]


def to_print(world: World) -> tuple[str, dict[str, Any]]:
    path = ruled(world)
    found = re.search(r'name="state" value="(\w+)"', world.browser.get(f"{path}/check").text)
    assert found
    return f"{path}/runs", {"data": {"state": found[1]}}


def being_printed(world: World) -> str:
    path, request = to_print(world)
    return f"{world.browser.post(path, **request).location}/cancel"


def printed_diploma(world: World) -> str:
    path, request = to_print(world)
    world.browser.post(path, **request)
    for job_id in db.session.scalars(select(Job.id)).all():
        run_job(job_id)
    return f"{world.url}/diplomas/{own(world, Diploma).id}/revoke"


def a_scan(world: World, state: ScanState = ScanState.READ) -> str:
    """A photo of a sheet that waits for a person."""
    world.browser.post(f"{world.url}/paper", data={"group": "0", "activity": "0", "paper": "a4"})
    sheet = own(world, PaperSheet)
    scan = PaperScan(
        event_id=sheet.event_id,
        sheet_id=sheet.id,
        page=1,
        name="photo.jpg",
        digest="",
        state=state,
        photo="f" * 32,
        sent_at=now(),
        sent_by_name="Eva",
    )
    db.session.add(scan)
    db.session.commit()
    return f"{world.url}/scans/{scan.id}"


def scanned_by_a_program(world: World) -> tuple[str, dict[str, Any]]:
    a_scan(world)
    return f"/api/v1/sheets/{own(world, PaperSheet).id}/scans", {"data": b"a photo", "headers": bearer(world)}


GOLD = {"name": "Gold", "starter": "laurel", "language": "cs"}
RULE = {"basis": "everybody", "activity_id": "0", "places": "", "template_id": "1"}
SETTINGS = {"name": "Silver", "language": "en", "paper": "a5"}
TEXT = {"x": "10", "y": "10", "size": "20", "text": "Hurray", "shows": "", "align": "center", "font": "Inter"}
TEXT |= {"weight": "700", "colour": "#112233"}
FONT = (ROOT / "static/vendor/print/Outfit_400Regular.ttf").read_bytes

EXAMPLES: dict[str, Example] = {
    "designer.create": lambda w: (
        f"{w.url}/diplomas/templates",
        {"data": GOLD},
    ),
    "designer.copy_here": lambda w: (diplomas(w, "templates/copied"), {"data": {"source": "1"}}),
    "designer.import_here": sent("templates/imported", "old.json", b'{"items": [{"text": "Bravo", "x": 5, "y": 5}]}'),
    "designer.save": designed("", **SETTINGS),
    "designer.delete": designed("/delete"),
    "designer.undo": lambda w: moved_back(w, "undo"),
    "designer.redo": lambda w: moved_back(w, "redo"),
    "designer.add_item": designed("/items", kind="line"),
    "designer.save_item": designed("/items/title", **TEXT),
    "designer.copy_item": designed("/items/title/copy"),
    "designer.delete_item": designed("/items/title/delete"),
    "designer.shift_item": designed("/items/title/place", to="front"),
    "designer.save_background": sent("{template}/background", "page.png", picture()),
    "designer.delete_background": lambda w: (
        f"{w.browser.post(f'{w.url}/diplomas/templates', data=GOLD).location}/background/delete",
        {},
    ),
    "designer.add_picture": sent("{template}/pictures", "logo.png", picture()),
    "designer.add_font": lambda w: sent("{template}/fonts", "own.ttf", FONT())(w),
    "diplomas.add_rule": lambda w: (diplomas(w, "rules"), {"data": RULE}),
    "diplomas.delete_rule": form(lambda w: f"{ruled(w)}/rules/{own(w, AwardRule).id}/delete"),
    "diplomas.create_run": to_print,
    "diplomas.cancel_run": form(being_printed),
    "diplomas.revoke": form(printed_diploma),
    "accounts.open_session": lambda w: ("/sign-in", {"data": {"email": w.helper.email, "password": make.PASSWORD}}),
    "accounts.sign_out": form(lambda w: "/sign-out"),
    "accounts.change_password": form(
        lambda w: "/account/password", current=make.PASSWORD, password="new words 1", again="new words 1"
    ),
    "accounts.create_token": form(lambda w: "/account/tokens", name="laptop", scopes="profile:read", expires="30"),
    "accounts.revoke_token": form(lambda w: f"/account/tokens/{token_of(w)[0]}/revoke"),
    "accounts.end_session": form(lambda w: f"/account/sessions/{own(w, LoginSession, user_id=w.me.id).id}/end"),
    "people.create": form(
        lambda w: "/people", name="Nela", email="nela@example.org", role="evaluator", password="new words 1"
    ),
    "people.change_role": form(lambda w: f"/people/{w.helper.id}/role", role="admin"),
    "people.deactivate": form(lambda w: f"/people/{w.helper.id}/deactivate"),
    "people.activate": form(closed_account),
    "people.send_reset": form(lambda w: f"/people/{w.helper.id}/reset"),
    "outbox.retry": lambda w: (f"/people/mail/{waiting_mail(w)}/retry", {}),
    "people.delete": lambda w: (f"/people/{w.helper.id}/delete", {"data": {"username": w.helper.username}}),
    "people.go": leaving,
    "invitations.create": form(
        lambda w: "/invitations", **{"mail-people": "x@y.cz", "mail-role": "admin", "mail-language": "cs"}
    ),
    "invitations.create_link": form(
        lambda w: "/invitations/links", **{"link-role": "player", "link-most": "2", "link-days": "2"}
    ),
    "invitations.renew": form(lambda w: f"/invitations/{invited(w)[0].id}/renew"),
    "invitations.revoke": form(lambda w: f"/invitations/{invited(w)[0].id}/revoke"),
    "invitations.accept": form(
        lambda w: f"/invited/{invited(w)[1]}", name="Nela", email="nela@example.org", password="new words 1"
    ),
    "invitations.join": form(lambda w: f"/invited/{invited(w)[1]}/join"),
    "events.create_invitations": lambda w: (
        f"{w.url}/invitations",
        {"data": {"mail-people": "x@y.cz", "mail-role": "evaluator", "mail-language": "cs", "mail-group": w.group.id}},
    ),
    "events.create_invitation_link": form(
        lambda w: f"{w.url}/invitations/links", **{"link-role": "evaluator", "link-most": "2", "link-days": "2"}
    ),
    "recovery.ask_for_reset": form(lambda w: "/forgotten-password", email="x@y.cz"),
    "recovery.reset": form(
        lambda w: mailed(w, w.helper.email, "/forgotten-password", email=w.helper.email),
        password="new words 1",
        again="new words 1",
    ),
    "recovery.ask_for_email": form(lambda w: "/account/email", **NEW_EMAIL),
    "recovery.confirm_email": form(lambda w: mailed(w, "new@example.org", "/account/email", **NEW_EMAIL)),
    "recovery.stop_email": form(lambda w: mailed(w, w.me.email, "/account/email", **NEW_EMAIL)),
    "accounts.end_other_sessions": form(lambda w: "/account/sessions/end-others"),
    "second_step.begin": form(lambda w: "/account/second-step", password=make.PASSWORD),
    "second_step.confirm": lambda w: ("/account/second-step/confirm", {"data": {"code": app_of(w.me).now()}}),
    "second_step.create_codes": lambda w: ("/account/second-step/codes", {"data": {"code": recovery_code(w.me)}}),
    "second_step.delete": lambda w: ("/account/second-step/delete", {"data": {"code": recovery_code(w.me)}}),
    "second_step.delete_of": form(lambda w: f"/people/{w.helper.id}/second-step/delete"),
    "second_step.check": half_way,
    "api.register": lambda w: ("/api/v1/auth/register", {"json": {"email": "x@example.org", "password": "new words"}}),
    "api.sign_in": lambda w: ("/api/v1/auth/login", {"json": {"email": w.me.email, "password": make.PASSWORD}}),
    "api.refresh": lambda w: ("/api/v1/auth/refresh", {"json": {"refresh_token": program_of(w)["refresh_token"]}}),
    "api.sign_out": lambda w: ("/api/v1/auth/logout", {"json": {"refresh_token": program_of(w)["refresh_token"]}}),
    "api.create_user": lambda w: (
        "/api/v1/users",
        {"json": {"email": "x@example.org", "name": "X"}, "headers": bearer(w)},
    ),
    "api.save_user": lambda w: (f"/api/v1/users/{w.helper.id}", {"json": {"name": "Iva"}, "headers": bearer(w)}),
    "api.delete_user": lambda w: (f"/api/v1/users/{w.helper.id}", {"headers": bearer(w)}),
    "api.save_me": lambda w: ("/api/v1/users/me", {"json": {"bio": "I count laps."}, "headers": bearer(w)}),
    "accounts.save": form(lambda w: "/account", **PROFILE),
    "avatars.save": lambda w: ("/account/avatar", {"data": {"avatar": (BytesIO(picture()), "me.png")}}),
    "avatars.delete": form(with_picture),
    "api.create_import": json_import,
    "api.create_records": json_records,
    "events.create": form(lambda w: "/events", **DAY),
    "events.create_clone": form(lambda w: f"{w.url}/clone", **DAY),
    "events.save": form(lambda w: w.url, **DAY),
    "events.delete": form(lambda w: f"{w.url}/delete", name="Summer games"),
    "events.set_status": form(lambda w: f"{w.url}/status", status=EventStatus.ARCHIVED.value),
    "events.set_visibility": form(lambda w: f"{w.url}/visibility", visibility="PRIVATE"),
    "events.create_group": form(lambda w: f"{w.url}/groups", name="Bears", colour="2"),
    "events.save_group": form(lambda w: f"{w.url}/groups/{w.group.id}", name="Bears", colour="2"),
    "events.place_group": form(lambda w: f"{w.url}/groups/{second(w, make.group).id}/place", place="1"),
    "events.delete_group": form(empty_group),
    "events.create_participant": lambda w: (
        f"{w.url}/participants",
        {"data": {"display_name": "Iva", "group_id": w.group.id}},
    ),
    "events.save_participant": lambda w: (
        f"{w.url}/participants/{w.person.id}",
        {"data": {"display_name": "Iva", "group_id": w.group.id}},
    ),
    "events.delete_participant": form(lambda w: f"{w.url}/participants/{w.person.id}/delete"),
    "events.bring_people_back": withdrawn,
    "events.delete_people": chosen("delete"),
    "events.make_teams": lambda w: (f"{w.url}/teams", {"data": {"groups": [w.group.id]}}),
    "events.revoke_team": form(team_revoked),
    "events.end_team_session": form(team_device),
    "events.open_team_session": lambda w: ("/join", {"data": {"code": team_code(w)}}),
    "events.create_activity": form(lambda w: f"{w.url}/activities", **ACTIVITY),
    "events.save_activity": form(lambda w: f"{w.url}/activities/{w.activity.id}", **ACTIVITY),
    "events.place_activity": form(lambda w: f"{w.url}/activities/{second(w, make.activity).id}/place", place="1"),
    "events.delete_activity": form(lambda w: f"{w.url}/activities/{w.activity.id}/delete"),
    "events.create_category": form(lambda w: f"{w.url}/categories", **CATEGORY),
    "events.save_category": form(lambda w: f"{w.url}/categories/{w.category.id}", **CATEGORY),
    "events.delete_category": form(lambda w: f"{w.url}/categories/{w.category.id}/delete"),
    "events.add_evaluators": lambda w: (f"{w.url}/evaluators", {"data": {"users": [make.user().id]}}),
    "events.assign_evaluators": lambda w: (f"{w.url}/evaluators/groups", {"data": {f"group_{w.helper.id}": "0"}}),
    "events.remove_evaluator": form(lambda w: f"{w.url}/evaluators/{w.helper.id}/delete"),
    "identities.begin_link": form(lambda w: "/account/services/osu"),
    "identities.unlink": form(linked),
    "importing.create": lambda w: (f"{w.url}/imports", FILE),
    "importing.save": form(World.upload, encoding="utf-8", delimiter=",", column_0="display_name", column_1="metadata"),
    "importing.apply": form(lambda w: f"{w.upload()}/apply", fingerprint="seen"),
    "importing.take_back": form(applied_import),
    "ties.create": lambda w: (f"{w.url}/participants/{w.person.id}/player", {"data": {"user_id": w.helper.id}}),
    "ties.delete": form(lambda w: f"{tied(w)}/delete"),
    "ties.invite": form(lambda w: f"{w.url}/participants/{w.person.id}/player/invitation", email="eva@example.net"),
    "ties.claim": lambda w: ("/players/me/claim", {"data": {"number": number_of(w)}}),
    "lost_scores.create": lambda w: (
        "/lost-scores/mine",
        {"data": {"file": (BytesIO(a_report(w)), "analysis_results.json")}},
    ),
    "lost_scores.prove": lambda w: (
        f"/lost-scores/mine/{a_submission(w).id}/replays",
        {"data": {"files": [(BytesIO(b"a replay"), "mine.osr")]}},
    ),
    "lost_scores.delete": form(lambda w: f"/lost-scores/mine/{a_submission(w).id}/delete"),
    "lost_scores.judge": form(
        lambda w: f"/lost-scores/queue/{a_submission(w).id}", state="rejected", reason="Made up."
    ),
    "analyser.submit": lambda w: sent_by_the_analyser(w),
    "analyser.enrich": lambda w: (
        "/api/beatmaps/enrich",
        {"json": {"md5_hashes": []}, "headers": {"Authorization": f"Bearer {issue(w.me)}"}},
    ),
    "tournaments.save": form(lambda w: f"{w.url}/tournament", mode="osu", least_players="2", method="z_sum"),
    "tournaments.add_map": form(lambda w: f"{w.url}/tournament/maps", slot="NM1", weight="1"),
    "tournaments.remove_map": form(lambda w: f"{w.url}/tournament/maps/{pooled(w)}/delete"),
    "tournaments.create_lobby": lambda w: (
        f"{w.url}/tournament/lobbies",
        {"data": {"file": (BytesIO(b"map,player,score\nNM1,Eva,5000\n"), "lobby.csv")}},
    ),
    "tournaments.apply_lobby": lambda w: (lobby(w), {"data": {"row": ["1-Eva"]}}),
    "tournaments.delete_lobby": form(lambda w: f"{lobby(w)}/delete"),
    "beatmaps.work_out": form(lambda w: f"/beatmaps/{a_map(w)}/difficulty"),
    "api.create_scan": lambda w: scanned_by_a_program(w),
    "scans.create": lambda w: (f"{w.url}/scans", {"data": {"files": (BytesIO(b"a photo"), "photo.jpg")}}),
    "scans.save": lambda w: (a_scan(w), {"data": {}}),
    "scans.discard": lambda w: (f"{a_scan(w)}/discard", {}),
    "scans.read_again": lambda w: (
        f"{a_scan(w, ScanState.REFUSED)}/again",
        {"data": {"sheet": own(w, PaperSheet).id, "group": 0, "activity": 0}},
    ),
    "scans.set_keeping": form(lambda w: f"{w.url}/scans/keeping", days="30"),
    "paper.create": form(lambda w: f"{w.url}/paper", group="0", activity="0", paper="a4"),
    "webhooks.create": form(lambda w: f"{w.url}/webhooks", url="https://example.org/laurel"),
    "webhooks.test": form(lambda w: f"{w.url}/webhooks/{a_webhook(w).id}/test"),
    "webhooks.delete": form(lambda w: f"{w.url}/webhooks/{a_webhook(w).id}/delete"),
    "webhooks.resend": form(lambda w: f"{w.url}/webhooks/deliveries/{a_message(w).id}/resend"),
    "bundles.create": lambda w: ("/bundles", bundle_file(w)),
    "bundles.apply": form(lambda w: f"{a_bundle(w)}/apply"),
    "bundles.delete": form(lambda w: f"{a_bundle(w)}/delete"),
    "importing.delete": form(lambda w: f"{w.upload()}/delete"),
    "edits.save": edit,
    "changing.create": lambda w: plan_change(w),
    "changing.undo": lambda w: plan_undone(w),
    "checking.save": lambda w: to_check(w),
    "checking.choose_first": lambda w: to_settle(w, "first"),
    "checking.choose_second": lambda w: to_settle(w, "second"),
    "checking.type_third": lambda w: to_settle(w, "third"),
    "flags.answer": lambda w: flagged(w),
    "flags.create": form(lambda w: f"{sheet(w)}/{w.person.id}/flags", text="It was lane two."),
    "flags.create_from_board": lambda w: (
        f"{w.url}/board/{w.activity.id}/flags",
        {"data": {"participant": written(w).id, "text": "Mine was 6."}},
    ),
    "judges.create": form(lambda w: f"{w.url}/judges", group="1", activity="0", hours="4"),
    "judges.revoke": form(lambda w: f"{w.url}/judges/{judge_link(w)[0]}/revoke"),
    "judges.start": lambda w: ("/judge", {"data": {"token": judge_link(w)[1], "name": "Nela"}}),
    "freezing.create": form(lambda w: f"{w.url}/freeze", activity="0"),
    "following.create": form(lambda w: f"{w.url}/follow/{w.person.id}"),
    "following.delete": form(followed),
    "freezing.reveal": form(lambda w: f"{frozen(w)}/{w.activity.id}/reveal"),
    "freezing.reveal_event": form(lambda w: f"{frozen(w)}/reveal"),
    "freezing.reveal_next": form(lambda w: f"{frozen(w)}/{w.activity.id}/next"),
    "freezing.reveal_next_overall": form(lambda w: f"{ranked_and_frozen(w)}/overall/next"),
    "freezing.reveal_next_of_event": form(lambda w: f"{frozen(w)}/next"),
    "freezing.undo": form(lambda w: f"{frozen(w)}/undo"),
    "ranking.save": lambda w: ranking(w, ""),
    "ranking.preview": lambda w: ranking(w, "/preview"),
    "lifecycle.lock": lambda w: states(w, "locked"),
    "lifecycle.publish": lambda w: states(w, "published", now=ActivityState.LOCKED),
    "lifecycle.reopen": lambda w: states(w, "open", now=ActivityState.PUBLISHED),
    "undoing.undo": form(saved_row),
    "undoing.put_back": changed_row,
    "screens.pair": lambda w: (
        f"{w.url}/screens",
        {"data": {"pair-code": pairing.code_for("7" * 64), "pair-name": "Left"}},
    ),
    "screens.create_overlay": form(lambda w: f"{w.url}/screens/overlays", **{"overlay-name": "Stream"}),
    "screens.set_content": lambda w: (
        f"{screen(w).rpartition('/')[0]}/show",
        {
            "data": {
                **{"screen": "0", "kind": "message", "text": "Lunch", "theme": "dark", "bucket": "all"},
                **{"activity": w.activity.id, "group": w.group.id},
            }
        },
    ),
    "screens.show_next": form(lambda w: f"{screen(w)}/next"),
    "screens.delete": form(lambda w: f"{screen(w)}/delete"),
    "screens.create_scene": form(lambda w: f"{w.url}/screens/scenes", **{"scene-name": "Opening"}),
    "screens.show_scene": form(lambda w: f"{w.url}/screens/scenes/{scene(w)}/show"),
    "screens.delete_scene": form(lambda w: f"{w.url}/screens/scenes/{scene(w)}/delete"),
    "screens.create_image": lambda w: (
        f"{w.url}/screens/images",
        {"data": {"image-name": "Bakery", "image-file": (BytesIO(picture()), "b.png")}},
    ),
    "screens.delete_image": form(lambda w: f"{w.url}/screens/images/{sponsor(w)}/delete"),
    "scoring.save": lambda w: (sheet(w), {"data": row(w)}),
    "scoring.save_row": lambda w: (f"{sheet(w)}/{w.person.id}", {"data": row(w)}),
}


def test_every_endpoint_that_writes_has_an_example(app: Flask) -> None:
    writing = methods(app)
    assert set(writing) == set(EXAMPLES)
    assert set(UNLOGGED) < set(writing)
    assert {"PATCH", "DELETE"} < set(writing.values())


def methods(app: Flask) -> dict[str, str]:
    """The method of every endpoint that writes; none takes two."""
    reading = {"GET", "HEAD", "OPTIONS"}
    return {rule.endpoint: method for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - reading}


@pytest.mark.parametrize("endpoint", EXAMPLES)
def test_what_is_written_is_on_the_log(app: Flask, world: World, endpoint: str) -> None:
    path, request = EXAMPLES[endpoint](world)
    db.session.commit()
    with app.test_request_context():
        assert app.url_map.bind("").match(path, method=methods(app)[endpoint])[0] == endpoint
    rows, logged = everything(), entries()
    answer = world.browser.open(path, method=methods(app)[endpoint], **request)
    assert answer.status_code < 400, re.findall(r"(?:field__error|notice__title).*", answer.text)
    db.session.rollback()
    if endpoint in WRITES_NOTHING:
        assert (everything(), entries()) == (rows, logged)
    elif endpoint in UNLOGGED:
        assert everything() != rows, "nothing was written: this example shows nothing"
        assert entries() == logged, "it is logged now: take it out of UNLOGGED"
    else:
        assert entries() > logged, f"{endpoint} wrote nothing to the log"


def test_the_watch_sees_what_an_example_changes(world: World) -> None:
    before = everything()
    path, request = EXAMPLES["events.save_group"](world)
    world.browser.post(path, **request)
    db.session.rollback()
    changed = {name for name, rows in everything().items() if rows != before[name]}
    assert {"events", "groups"} <= changed


def everything() -> dict[str, list[str]]:
    """Every row of every table that holds data, as text."""
    return {
        name: sorted(map(repr, db.session.execute(select(table)).all()))
        for name, table in Model.metadata.tables.items()
        if name not in NOT_THE_DATA
    }


def entries() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
