"""Every page there is, with the demo's events in it: axe finds nothing serious, and nothing is wider than a phone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, current_app, url_for
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import assets
from app.accounts import pictures
from app.accounts.identities.models import Identity, Provider
from app.accounts.invitations import actions as invitations
from app.accounts.invitations.addresses import Invited
from app.accounts.models import Audience, Role, User
from app.accounts.recovery import actions as recovery
from app.bundles.actions import create_import
from app.bundles.archive import packed, unpacked
from app.bundles.reading import contents_of
from app.bundles.writing import bundle_of
from app.database import locked, now
from app.diplomas.actions import add_rule, prepare_run
from app.diplomas.kinds import Basis
from app.diplomas.layouts import create_from_starter
from app.diplomas.printing import print_diplomas
from app.diplomas.queries import diplomas_of, to_check
from app.diplomas.starters import STARTERS
from app.events.kinds import EventStatus
from app.events.models import Activity, Category, Event, Group, Import, Participant
from app.extensions import db
from app.osu.actions import submit
from app.osu.beatmaps import keep
from app.osu.models import Submission
from app.paper.actions import make_sheets
from app.paper.models import PaperEvidence, PaperScan, ScanState
from app.profiles.actions import tie
from app.profiles.models import How
from app.scoring.flags.actions import raise_flag
from app.scoring.judges.actions import make_link
from app.tournaments import actions as tournaments
from app.tournaments.matches import of_csv
from tests.conftest import SignIn
from tests.osu.conftest import as_file, report
from tests.support import make, outbox

from . import steps
from .conftest import Device, OpenPage
from .test_styleguide_axe import serious_violations

pytestmark = pytest.mark.usefixtures("context")

ELSEWHERE = {
    "analyser",
    "api",
    "avatars",
    "dev_mail",
    "hall",
    "health",
    "identities",
    "metrics",
    "preferences",
    "styleguide",
}
"""Parts with no pages, or with tests of their own."""


@pytest.mark.parametrize(("device", "theme"), [("phone", "dark"), ("desk", "light")])
def test_every_page_is_sound(app: Flask, sign_in: SignIn, new_page: OpenPage, device: Device, theme: str) -> None:
    app.test_cli_runner().invoke(args=["demo", "load"])
    admin = make.user(Role.SUPER_ADMIN)
    browser = sign_in(admin)
    page = new_page(device, reduced_motion="reduce")
    steps.sign_in(page, admin)
    import_a_file(page)
    addresses = pages(app, browser)
    assert len(addresses) > 30
    page.goto(f"/preferences?theme={theme}&next=/healthz")
    wrong = [f"{address}: {fault}" for address in addresses for fault in faults(page, address)]
    assert wrong == []


def faults(page: Page, address: str) -> list[str]:
    answer = page.goto(address)
    status = answer.status if answer else 0
    found = [] if status == 200 else [f"answers {status}"]
    width = page.viewport_size["width"] if page.viewport_size else 0
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"is wider than {width} px")
    return found + serious_violations(page)


def import_a_file(page: Page) -> None:
    draft = db.session.scalars(select(Event).where(Event.status == EventStatus.DRAFT)).one()
    page.goto(f"/events/{draft.id}/imports")
    rows = "Jméno;Kategorie;Číslo\nAnežka;Modří;1\nMatěj;;2\n"
    page.get_by_label("File").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url("**/imports/*")


def pages(app: Flask, browser: FlaskClient) -> list[str]:
    """The addresses of all pages, of the event that is running and of what is in it."""
    db.session.rollback()
    event = db.session.scalars(select(Event).where(Event.status == EventStatus.ACTIVE)).one()
    opening = tokens()
    values: dict[str, Any] = {
        "user_id": db.session.scalars(select(User.id).where(User.role == Role.EVALUATOR, ~User.shared)).first(),
        "event_id": event.id,
        "bundle_id": a_bundle(event),
        "import_id": db.session.scalars(select(Import.id)).one(),
        "code": "KFTM-XRPB",
        "username": a_player(event),
        "lobby_id": a_lobby(event),
        "beatmap_id": keep(
            {"id": 2_900_004, "beatmapset_id": 1, "ranked": 1, "version": "Hard", "difficulty_rating": 5.4}
        ).id,
        "submission_id": db.session.scalars(select(Submission.id)).first(),
    }
    values |= doubted_and_judged(event)
    values |= awarded(event)
    values |= {"scan_id": a_scan(event), "row": 0}
    models: list[tuple[str, Any]] = [
        ("group", Group),
        ("activity", Activity),
        ("category", Category),
        ("participant", Participant),
    ]
    for name, model in models:
        values[f"{name}_id"] = db.session.scalars(select(model.id).where(model.event_id == event.id)).first()
    with app.test_request_context():
        addresses = [
            address(rule, {**values, "token": opening.get(rule.endpoint, values["token"])})
            for rule in app.url_map.iter_rules()
            if may_be_a_page(rule)
        ]
    return [
        url for url in addresses if (answer := browser.get(url)).mimetype == "text/html" and not is_elsewhere(answer)
    ]


def a_player(event: Event) -> str:
    """With results, and with an osu! account."""
    eva = make.user(Role.PLAYER, "Eva Novotná")
    eva.visible_to = Audience.EVERYONE
    known = Identity(provider=Provider.OSU, user_id=eva.id, subject="4242", username="EvaOsu", country="CZ", hue=200)
    known.created_at = known.signed_in_at = known.figures_at = now()
    known.figures = {"pp": 8622.92, "rank": 12345, "accuracy": 98.7, "level": 100, "grades": {"ss": 3, "a": 120}}
    db.session.add(known)
    tie(event.groups[0].participants[1], eva, How.ADMIN, by=eva)
    db.session.flush()
    submit(eva, as_file(report("EvaOsu")))
    db.session.commit()
    return eva.username


def a_lobby(event: Event) -> int:
    """With a map of the pool, and somebody who played it."""
    admin, held = make.user(Role.ADMIN), locked(Event, event.id)
    tournaments.add_map(held, "NM1", 2_900_001, "Artist - Song [Hard]", Decimal(1), by=admin)
    name = held.groups[0].participants[0].display_name
    match = of_csv(f"map,player,score,mods\nNM1,{name},512300,HD\nNM1,Nobody,4,\n".encode())
    made = tournaments.hand_in(held, match, by=admin)
    db.session.commit()
    return made.id


def a_scan(event: Event) -> int:
    """A photo that was read, with a row that somebody has to look at."""
    admin, held = make.user(Role.ADMIN), locked(Event, event.id)
    [sheet] = make_sheets(held, held.groups[:1], held.activities[:1], size="a4", by=admin)
    kept = BytesIO()
    Image.new("L", (1680, 2376), 230).save(kept, "JPEG")
    rows = [
        {
            "row": number,
            "participant": row["participant"],
            "name": row["name"],
            "shift": [0, 0],
            "state": ("accept", "review", "empty")[number % 3],
            "marks": [{"value": "12", "reasons": []}],
            "tick": "",
            "reasons": ["unsure"] if number % 3 == 1 else [],
        }
        for number, row in enumerate(sheet.layout["pages"][0]["rows"])
    ]
    scan = PaperScan(
        event_id=event.id,
        sheet_id=sheet.id,
        page=1,
        name="photo.jpg",
        digest="",
        state=ScanState.READ,
        photo=assets.put(kept.getvalue()),
        flat=assets.put(kept.getvalue()),
        rows=rows,
        sent_at=now(),
        sent_by_name="Eva",
    )
    db.session.add(scan)
    db.session.flush()
    activity = db.session.scalars(select(Activity.id).where(Activity.event_id == event.id)).first()
    person = db.session.scalars(select(Participant.id).where(Participant.event_id == event.id)).first()
    db.session.add(PaperEvidence(scan_id=scan.id, activity_id=activity, participant_id=person, row=0, version=1))
    db.session.commit()
    return scan.id


def a_bundle(event: Event) -> int:
    """One that was looked through."""
    admin = make.user(Role.ADMIN)
    bundle = bundle_of(event, by=admin)
    made = create_import("summer.zip", packed(bundle), contents_of(unpacked(packed(bundle))), bundle, by=admin)
    db.session.commit()
    return made.id


def doubted_and_judged(event: Event) -> dict[str, Any]:
    """A flag with a photo, and a judge's link."""
    admin, group, activity = make.user(Role.ADMIN), event.groups[0], event.activities[0]
    photo = BytesIO()
    Image.new("RGB", (8, 8)).save(photo, "PNG")
    picture = pictures.shrunk(photo.getvalue())
    flag = raise_flag(event, activity, group.participants[0], "Lane two.", picture, by=admin)
    _link, token = make_link(event, group, None, now() + timedelta(hours=1), by=admin)
    db.session.commit()
    return {"flag_id": flag.id, "token": token}


def awarded(event: Event) -> dict[str, Any]:
    """A template and a rule of the event's, and a diploma that is printed."""
    admin, held = make.user(Role.ADMIN), locked(Event, event.id)
    template = create_from_starter(held, "Stripes", STARTERS["stripes"], "en", by=admin)
    add_rule(held, Basis.ACTIVITY, template.id, places=1, activity_id=event.activities[1].id, by=admin)
    run = prepare_run(held, to_check(held).lines, address="http://localhost/d/", by=admin)
    db.session.commit()
    print_diplomas(run.id)
    db.session.commit()
    number = diplomas_of(run)[0].number
    return {"template_id": template.id, "run_id": run.id, "number": number, "diploma_id": diplomas_of(run)[0].id}


def tokens() -> dict[str, str]:
    """What opens the pages that links in mails lead to, by their endpoint."""
    ann = make.user(email="ann@example.org")
    invitations.invite([Invited("", "eva@example.org", "Eva")], Role.EVALUATOR, language="en", by=make.user(Role.ADMIN))
    recovery.send_reset(ann, language="en", by=None)
    recovery.ask_for_email(ann, "new@example.org", language="en")
    links = [outbox.link_in(message) for message in outbox.deliver()]
    matched = [current_app.url_map.bind("").match(link) for link in links]
    return {endpoint: arguments["token"] for endpoint, arguments in matched}


def is_elsewhere(answer: TestResponse) -> bool:
    """Sent on to another page, or a piece that only its page asks for."""
    return answer.status_code in range(300, 400) or "<html" not in answer.text


def address(rule: Rule, values: dict[str, Any]) -> str:
    return url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


def may_be_a_page(rule: Rule) -> bool:
    # Files are no pages, and some are there only later: what a worker prints, the certificate of HTTPS.
    if rule.rule.endswith((".crt", ".css", ".json", ".pdf", ".png", ".svg", ".zip")):
        return False
    return "GET" in (rule.methods or set()) and rule.endpoint.partition(".")[0] not in ELSEWHERE | {"static"}
