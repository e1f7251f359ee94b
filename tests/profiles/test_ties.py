"""Who a participant is: said by an admin, by an invitation or by a diploma's number, and never by a name alone."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.identities.models import Identity, Provider
from app.accounts.models import Audience, Role, User
from app.accounts.people.personal import archive
from app.audit.models import AuditEntry
from app.database import now
from app.events.kinds import EventStatus
from app.events.models import Participant
from app.extensions import db
from app.profiles.models import How, Tie
from tests.conftest import SignIn
from tests.support import make, outbox

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def eva() -> User:
    made = make.user(Role.PLAYER, "Eva Novotná")
    made.visible_to = Audience.EVERYONE
    db.session.commit()
    return made


@pytest.fixture
def her() -> Participant:
    return make.participant(make.group(make.event()), "Eva Novotná")


@pytest.fixture
def desk(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.ADMIN))


def url(participant: Participant) -> str:
    return f"/events/{participant.event_id}/participants/{participant.id}/player"


def at_osu(user: User, subject: str, name: str) -> None:
    known = Identity(provider=Provider.OSU, user_id=user.id, subject=subject, username=name)
    known.created_at = known.signed_in_at = now()
    db.session.add(known)
    db.session.commit()


def tie_of(participant: Participant) -> Tie | None:
    db.session.expire_all()
    return db.session.get(Tie, participant.id)


def logged() -> list[str]:
    wanted = select(AuditEntry.action).where(AuditEntry.action.startswith("player.")).order_by(AuditEntry.id)
    return list(db.session.scalars(wanted))


def test_the_same_name_ties_nobody(desk: FlaskClient, eva: User, her: Participant) -> None:
    page = desk.get(url(her)).text
    assert "A name alone ties nobody" in page
    assert eva.username not in page
    assert tie_of(her) is None


@pytest.mark.both_databases
def test_an_admin_ties_and_unties_and_both_are_on_the_log(desk: FlaskClient, eva: User, her: Participant) -> None:
    assert "Eva Novotná" in desk.get(f"{url(her)}?q=eva-novotna").text
    assert desk.post(url(her), data={"user_id": eva.id}).status_code == 303
    found = tie_of(her)
    assert found is not None
    assert (found.user_id, found.how) == (eva.id, How.ADMIN)
    assert "as an admin said" in desk.get(url(her)).text
    assert "Summer games" in desk.get("/players/eva-novotna").text
    desk.post(f"{url(her)}/delete")
    assert tie_of(her) is None
    assert "Summer games" not in desk.get("/players/eva-novotna").text
    assert logged() == ["player.tie", "player.untie"]


@pytest.mark.parametrize("known", ["4242", "EvaOsu", "evaosu"])
def test_an_osu_id_or_name_is_suggested_and_confirmed(
    desk: FlaskClient, eva: User, her: Participant, known: str
) -> None:
    at_osu(eva, "4242", "EvaOsu")
    her.extra = {"osu": known}
    db.session.commit()
    assert "Has this osu! account" in desk.get(url(her)).text
    assert tie_of(her) is None
    desk.post(url(her), data={"user_id": eva.id})
    found = tie_of(her)
    assert found is not None
    assert found.how is How.OSU


def test_a_participant_is_one_player(desk: FlaskClient, eva: User, her: Participant) -> None:
    other = make.user(Role.PLAYER)
    desk.post(url(her), data={"user_id": eva.id})
    page = desk.post(url(her), data={"user_id": other.id}, follow_redirects=True)
    assert "was tied to a player meanwhile" in page.text
    found = tie_of(her)
    assert found is not None
    assert found.user_id == eva.id


@pytest.mark.parametrize("user_id", ["", "x", "999999"])
def test_nobody_is_tied_who_is_not_there(desk: FlaskClient, her: Participant, user_id: str) -> None:
    assert desk.post(url(her), data={"user_id": user_id}).status_code == 404
    assert tie_of(her) is None


def test_an_archived_event_ties_nobody(desk: FlaskClient, eva: User, her: Participant) -> None:
    her.group.event.status = EventStatus.ARCHIVED
    db.session.commit()
    assert desk.post(url(her), data={"user_id": eva.id}).status_code == 409
    assert tie_of(her) is None


def test_a_participant_of_another_event_is_not_there(desk: FlaskClient, her: Participant) -> None:
    other = make.event()
    assert desk.get(f"/events/{other.id}/participants/{her.id}/player").status_code == 404


@pytest.mark.both_databases
def test_who_takes_an_invitation_up_is_that_participant(
    desk: FlaskClient, client: FlaskClient, her: Participant
) -> None:
    assert desk.post(f"{url(her)}/invitation", data={"email": "eva@example.net"}).status_code == 303
    assert "An invitation was sent before" in desk.get(url(her)).text
    link = outbox.last_link_to("eva@example.net")
    client.post(link, data={"name": "Eva", "password": make.PASSWORD})
    found = tie_of(her)
    assert found is not None
    assert (found.how, found.user.email) == (How.INVITATION, "eva@example.net")


def test_an_address_that_is_here_already_ties_nobody(desk: FlaskClient, eva: User, her: Participant) -> None:
    answer = desk.post(f"{url(her)}/invitation", data={"email": eva.email})
    assert answer.status_code == 409
    assert "Somebody with this address is here already." in answer.text
    assert tie_of(her) is None


def test_what_is_no_address_is_said_beside_the_field(desk: FlaskClient, her: Participant) -> None:
    answer = desk.post(f"{url(her)}/invitation", data={"email": "eva at home"})
    assert answer.status_code == 422
    assert "This is not an email address." in answer.text
    assert "eva at home" in answer.text


def test_what_is_held_of_somebody_names_who_they_were(
    sign_in: SignIn, eva: User, her: Participant, desk: FlaskClient
) -> None:
    desk.post(url(her), data={"user_id": eva.id})
    found = json.loads(ZipFile(BytesIO(archive(eva))).read("participations.json"))
    assert [(one["display_name"], one["how"]) for one in found] == [("Eva Novotná", "admin")]


@pytest.mark.both_databases
def test_a_deleted_account_leaves_the_participant_and_their_values(
    eva: User, her: Participant, desk: FlaskClient
) -> None:
    desk.post(url(her), data={"user_id": eva.id})
    db.session.delete(db.session.get_one(User, eva.id))
    db.session.commit()
    assert tie_of(her) is None
    assert db.session.get(Participant, her.id) is not None
