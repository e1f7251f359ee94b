"""The picture that somebody has at osu! becomes theirs here, unless they chose one themselves."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.accounts.identities.jobs import may_be_fetched
from app.accounts.identities.queries import identities_of
from app.accounts.identities.services import service
from app.accounts.models import User
from app.audit.models import AuditEntry
from app.extensions import db
from app.jobs.models import Job, JobState
from app.sandbox import Sandbox
from tests.support.trips import ADA, LARKSPUR, Traveller, run_jobs

pytestmark = pytest.mark.usefixtures("context")


def the_user() -> User:
    """As they are now, whatever the worker has done since."""
    db.session.rollback()
    return db.session.scalars(select(User)).one()


def own_picture() -> bytes:
    data = BytesIO()
    Image.new("RGB", (80, 80), "red").save(data, "PNG")
    return data.getvalue()


def upload(traveller: Traveller) -> None:
    form = {"avatar": (BytesIO(own_picture()), "me.png")}
    assert traveller.browser.post("/account/avatar", data=form).status_code == 303


@pytest.mark.parametrize(("who", "service"), [(LARKSPUR, "osu"), (ADA, "github")])
def test_it_is_taken_over_by_the_worker(app: Flask, traveller: Traveller, who: int, service: str) -> None:
    traveller.sign_in(who, service)
    assert the_user().avatar is None
    run_jobs(app)
    answer = traveller.browser.get(f"/avatars/{the_user().avatar}/192")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.actor_id) == ("user.avatar", None)


def test_it_is_asked_for_once(app: Flask, traveller: Traveller) -> None:
    traveller.sign_in()
    run_jobs(app)
    before = the_user().avatar
    Traveller(app.test_client()).sign_in()
    run_jobs(app)
    assert the_user().avatar == before
    assert [job.kind for job in db.session.scalars(select(Job))] == ["fetch_picture"]


def test_a_new_one_there_is_a_new_one_here(app: Flask, traveller: Traveller) -> None:
    traveller.sign_in()
    run_jobs(app)
    before = the_user().avatar
    has_another_address(the_user())
    Traveller(app.test_client()).sign_in()
    run_jobs(app)
    assert the_user().avatar not in {None, before}


def has_another_address(user: User) -> None:
    [identity] = identities_of(user)
    identity.avatar_url += "&older"
    db.session.commit()


def test_their_own_choice_stays(app: Flask, traveller: Traveller) -> None:
    traveller.sign_in()
    upload(traveller)
    own = the_user().avatar
    run_jobs(app)
    has_another_address(the_user())
    Traveller(app.test_client()).sign_in()
    run_jobs(app)
    assert the_user().avatar == own


def test_whoever_removed_it_does_not_get_it_again(app: Flask, traveller: Traveller) -> None:
    traveller.sign_in()
    run_jobs(app)
    traveller.browser.post("/account/avatar/delete")
    has_another_address(the_user())
    Traveller(app.test_client()).sign_in()
    run_jobs(app)
    assert the_user().avatar is None


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (404, "", {}),
        (None, "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", {}),
        (None, "x" * (5 * 1024 * 1024 + 1), {}),
        (302, "", {"Location": "http://169.254.169.254/latest/meta-data/"}),
        (302, "", {"Location": "http://127.0.0.1:22/"}),
        (302, "", {"Location": "file:///etc/passwd"}),
        (302, "", {"Location": "/avatars/7001.png?1"}),
    ],
)
def test_what_is_no_picture_or_is_elsewhere_is_not_taken(
    app: Flask, traveller: Traveller, sandbox: Sandbox, status: int | None, body: str, headers: dict[str, str]
) -> None:
    sandbox.fault("/avatars", status=status, body=body, headers=headers)
    traveller.sign_in()
    run_jobs(app)
    assert the_user().avatar is None
    assert db.session.scalars(select(Job.state)).all() == [JobState.DONE]


def test_what_may_work_later_is_tried_again(app: Flask, traveller: Traveller, sandbox: Sandbox) -> None:
    sandbox.fault("/avatars", status=503)
    traveller.sign_in()
    run_jobs(app)
    assert db.session.scalars(select(Job.state)).all() == [JobState.PENDING]
    sandbox.faults.clear()
    run_jobs(app)
    assert the_user().avatar


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://a.ppy.sh/2?1.png", True),
        ("https://a.ppy.sh:443/2", True),
        ("http://a.ppy.sh/2", False),
        ("https://a.ppy.sh:8443/2", False),
        ("https://a.ppy.sh.evil.example/2", False),
        ("https://evilppy.sh/2", False),
        ("https://a.ppy.sh@evil.example/2", False),
        ("https://127.0.0.1/2", False),
        ("https://[::1]/2", False),
        ("ftp://a.ppy.sh/2", False),
        ("", False),
    ],
)
def test_pictures_are_fetched_only_where_osu_keeps_them(app: Flask, url: str, allowed: bool) -> None:
    with app.app_context():
        osu = service("osu")
    assert osu is not None
    assert may_be_fetched(osu, url) is allowed
    assert may_be_fetched(osu, f"{osu.url}/avatars/1.png")
