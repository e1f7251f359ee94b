"""A result that looks wrong is flagged, keeps its activity from being locked, and is answered."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from app.accounts.models import Role
from app.events.kinds import ActivityState
from app.events.models import Activity, Group, Participant
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.flags.models import Flag
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.ADMIN, "Ivan"))


@pytest.fixture
def eva() -> Participant:
    event = make.event()
    person, jump = make.participant(make.group(event, "Foxes"), "Eva"), make.activity(event, name="Jump")
    save_records(event, [Entry(person, jump, ("5",))], by=make.user(), source=Source.HAND)
    db.session.commit()
    return person


@pytest.fixture
def jump(eva: Participant) -> Activity:
    return db.session.scalars(select(Activity)).one()


@pytest.fixture
def petra(sign_in: SignIn, eva: Participant) -> FlaskClient:
    user = make.user(name="Petra")
    make.assign(user, db.session.get_one(Group, eva.group_id))
    return sign_in(user)


def photo(size: tuple[int, int] = (40, 30), secret: bytes = b"") -> tuple[BytesIO, str]:
    file = BytesIO()
    Image.new("RGB", size, "red").save(file, "JPEG")
    return BytesIO(file.getvalue() + secret), "../../photo.jpg"


def flag(browser: FlaskClient, eva: Participant, jump: Activity, **more: object) -> int:
    data = {"text": "She stepped over.", **more}
    return browser.post(f"/sheets/{eva.group_id}/{jump.id}/{eva.id}/flags", data=data).status_code


def test_an_evaluator_flags_a_result_with_a_photo_that_is_made_anew(
    petra: FlaskClient, admin: FlaskClient, eva: Participant, jump: Activity
) -> None:
    assert flag(petra, eva, jump, photo=photo((3000, 2000), b"a secret place")) == 303
    [made] = db.session.scalars(select(Flag))
    page = admin.get(f"/events/{eva.event_id}/flags").text
    assert "She stepped over." in page
    stored = admin.get(f"/events/{eva.event_id}/flags/{made.id}/photo")
    assert (stored.mimetype, b"a secret place" in stored.data) == ("image/webp", False)
    assert max(Image.open(BytesIO(stored.data)).size) == 1600
    assert "flagged" in petra.get(f"/sheets/{eva.group_id}/{jump.id}").text


@pytest.mark.parametrize("file", [b"<script>alert(1)</script>", b"GIF89a", b"x" * 5_300_000])
def test_what_is_no_picture_is_refused_and_the_words_are_kept(
    petra: FlaskClient, eva: Participant, jump: Activity, file: bytes
) -> None:
    url = f"/sheets/{eva.group_id}/{jump.id}/{eva.id}/flags"
    part = b"--laurel\r\nContent-Disposition: form-data; name="
    body = part + b'"text"\r\n\r\nLane two.\r\n' + part + b'"photo"; filename="a.jpg"\r\n\r\n' + file
    kind = "multipart/form-data; boundary=laurel"
    answer = petra.post(url, data=body + b"\r\n--laurel--\r\n", content_type=kind)
    assert answer.status_code == 422
    assert "Lane two." in answer.text
    assert db.session.query(Flag).count() == 0


def test_a_player_flags_from_the_board_and_sees_only_their_own_photo(
    sign_in: SignIn, eva: Participant, jump: Activity
) -> None:
    player, other = sign_in(make.user(Role.PLAYER, "Ota")), sign_in(make.user(Role.PLAYER))
    url = f"/events/{eva.event_id}/board/{jump.id}/flags"
    assert "Eva" in player.get(url).text
    data = {"participant": eva.id, "text": "It was six.", "photo": photo()}
    assert player.post(url, data=data).status_code == 303
    [made] = db.session.scalars(select(Flag))
    address = f"/events/{eva.event_id}/flags/{made.id}/photo"
    assert (made.by_name, player.get(address).status_code, other.get(address).status_code) == ("Ota", 200, 404)
    assert player.get(f"/events/{eva.event_id}/flags").status_code == 403


def test_a_stranger_is_asked_to_sign_in_and_comes_back(client: FlaskClient, eva: Participant, jump: Activity) -> None:
    answer = client.get(f"/events/{eva.event_id}/board/{jump.id}/flags")
    assert (answer.status_code, "next=" in answer.location) == (303, True)
    assert f"/board/{jump.id}/flags" in client.get(f"/events/{eva.event_id}/board").text


def test_an_open_flag_keeps_the_activity_open_unless_it_is_overridden(
    petra: FlaskClient, admin: FlaskClient, eva: Participant, jump: Activity
) -> None:
    flag(petra, eva, jump)
    url, form = f"/events/{eva.event_id}/results/locked", {"activities": [jump.id], "reason": "Over."}
    answer = admin.post(url, data=form)
    assert (answer.status_code, jump.state) == (409, ActivityState.OPEN)
    assert "There are open flags: Jump." in answer.text
    assert admin.post(url, data={**form, "despite_flags": "y"}).status_code == 303
    assert jump.state is ActivityState.LOCKED


def test_an_answer_closes_it_and_the_evaluator_reads_it(
    petra: FlaskClient, admin: FlaskClient, eva: Participant, jump: Activity
) -> None:
    flag(petra, eva, jump)
    [made] = db.session.scalars(select(Flag))
    url = f"/events/{eva.event_id}/flags/{made.id}/answer"
    assert admin.post(url, data={"answer": ""}).status_code == 422
    assert admin.post(url, data={"answer": "The judge saw it too."}).status_code == 303
    assert "The judge saw it too." in petra.get(f"/sheets/{eva.group_id}/{jump.id}/{eva.id}/flags").text
    form = {"activities": [jump.id], "reason": "Over."}
    assert admin.post(f"/events/{eva.event_id}/results/locked", data=form).status_code == 303


def test_only_those_of_the_sheet_flag_on_it(sign_in: SignIn, eva: Participant, jump: Activity) -> None:
    assert flag(sign_in(make.user()), eva, jump) == 404
    assert flag(sign_in(make.user(Role.PLAYER)), eva, jump) == 403


def test_the_page_of_progress_counts_what_is_flagged(
    petra: FlaskClient, admin: FlaskClient, eva: Participant, jump: Activity
) -> None:
    address = f"/events/{eva.event_id}/progress"
    state = re.search(r"state=([\w-]+)", admin.get(address).text)
    assert flag(petra, eva, jump) == 303
    assert state is not None
    news = admin.get(address, query_string={"state": state[1]}, headers={"HX-Request": "true"})
    assert (news.status_code, "one flagged" in news.text) == (200, True)
