"""Inviting by mail and by a link: who may, what is told, and what can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.invitations.actions import invite_super_admin
from app.accounts.invitations.models import Invitation
from app.accounts.models import Role, User
from app.audit.models import AuditEntry
from app.database import now
from app.extensions import db
from app.mail.models import Mail, Trouble
from tests.conftest import AppFactory, SignIn
from tests.support import make, outbox

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def ivan(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.ADMIN, "Ivan"))


def invite(browser: FlaskClient, people: str, role: str = "evaluator", language: str = "en"):  # type: ignore[no-untyped-def]
    form = {"mail-people": people, "mail-role": role, "mail-language": language}
    return browser.post("/invitations", data=form)


def invitations() -> list[Invitation]:
    return list(db.session.scalars(select(Invitation).order_by(Invitation.id)))


def test_an_invitation_is_mailed_in_the_language_that_was_chosen(ivan: FlaskClient) -> None:
    assert invite(ivan, "Jana Nová <jana@example.org>", language="cs").status_code == 303
    [message] = outbox.deliver()
    assert (message["To"], message["Subject"]) == ("jana@example.org", "Pozvánka do Laurelu")
    assert "Ivan vás zve do Laurelu" in outbox.text_of(message)
    page = ivan.get("/invitations").text
    assert "jana@example.org" in page
    assert "sent" in page


def test_a_list_is_told_of_row_by_row(ivan: FlaskClient) -> None:
    make.user(Role.EVALUATOR, "Petr", "petr@example.org")
    make.user(Role.PLAYER, "Pavel", "pavel@example.org")
    invite(ivan, "old@example.org")
    page = invite(ivan, "new@example.org\nNEW@example.org; petr@example.org, pavel@example.org\nold@example.org").text
    for words in ("stands here twice", "Petr, Evaluator", "gets this role when they accept", "invited before"):
        assert words in page
    assert [one.email for one in invitations()] == ["old@example.org", "new@example.org", "pavel@example.org"]


def test_one_wrong_address_keeps_the_whole_list_from_leaving(ivan: FlaskClient) -> None:
    answer = invite(ivan, "jana@example.org\nno address\nx@")
    assert answer.status_code == 422
    assert "These are not email addresses: no address, x@" in answer.text
    assert "jana@example.org" in answer.text
    assert (invitations(), outbox.deliver()) == ([], [])


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.ADMIN, ["player", "evaluator"]), (Role.SUPER_ADMIN, ["player", "evaluator", "admin", "super_admin"])],
)
def test_who_may_invite_to_what(sign_in: SignIn, role: Role, may: list[str]) -> None:
    browser = sign_in(make.user(role))
    taken = [one for one in Role if invite(browser, f"{one.value}@example.org", one.value).status_code == 303]
    assert taken == may


def test_an_admin_neither_sees_nor_touches_invitations_to_higher_roles(sign_in: SignIn, ivan: FlaskClient) -> None:
    invite(sign_in(make.user(Role.SUPER_ADMIN)), "boss@example.org", "admin")
    [higher] = invitations()
    assert "boss@example.org" not in ivan.get("/invitations").text
    assert ivan.post(f"/invitations/{higher.id}/revoke").status_code == 404
    assert ivan.post(f"/invitations/{higher.id}/renew").status_code == 404


def test_sent_again_it_has_a_new_token_and_the_old_one_opens_nothing(ivan: FlaskClient, client: FlaskClient) -> None:
    invite(ivan, "jana@example.org")
    old = outbox.last_link_to("jana@example.org")
    [invitation] = invitations()
    invitation.created_at, invitation.expires_at = now() - timedelta(days=8), now() - timedelta(days=1)
    db.session.commit()
    assert "too old" in ivan.get("/invitations").text
    ivan.post(f"/invitations/{invitation.id}/renew")
    new = outbox.last_link_to("jana@example.org")
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)


def test_a_revoked_invitation_is_over_and_is_not_called_accepted(ivan: FlaskClient, client: FlaskClient) -> None:
    invite(ivan, "jana@example.org")
    link = outbox.last_link_to("jana@example.org")
    ivan.post(f"/invitations/{invitations()[0].id}/revoke")
    assert client.get(link).status_code == 410
    page = ivan.get("/invitations").text
    assert "revoked" in page
    assert "accepted" not in page


def test_a_mail_that_did_not_leave_is_shown_to_whoever_invited(ivan: FlaskClient) -> None:
    invite(ivan, "jana@example.org")
    [mail] = db.session.scalars(select(Mail))
    mail.trouble, mail.error, mail.attempts = Trouble.BUSY, "451 <b>later</b>", 2
    db.session.commit()
    page = ivan.get("/invitations").text
    assert "The mail server asks to wait." in page
    assert "451 &lt;b&gt;later&lt;/b&gt;" in page
    assert "Tried 2 times." in page


def test_a_link_is_shown_once_with_its_code(ivan: FlaskClient) -> None:
    answer = ivan.post("/invitations/links", data={"link-role": "player", "link-most": "3", "link-days": "2"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert 'class="qr"' in answer.text
    assert "3 people may use it." in answer.text
    [invitation] = invitations()
    assert now() + timedelta(days=1.9) < invitation.expires_at < now() + timedelta(days=2.1)
    assert "/invited/" not in ivan.get("/invitations").text


@pytest.mark.parametrize(
    "wrong", [{"link-most": "0"}, {"link-days": "61"}, {"link-role": "super_admin"}, {"link-most": "x"}]
)
def test_a_link_that_makes_no_sense_is_not_made(sign_in: SignIn, wrong: dict[str, str]) -> None:
    boss = sign_in(make.user(Role.SUPER_ADMIN))
    form = {"link-role": "player", "link-most": "3", "link-days": "2", **wrong}
    assert boss.post("/invitations/links", data=form).status_code == 422
    assert invitations() == []


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_takes_the_same_statements_for_any_number(ivan: FlaskClient, statements: list[str], rows: int) -> None:
    invite(ivan, "\n".join(f"p{number}@example.org" for number in range(rows)))
    statements.clear()
    assert ivan.get("/invitations").status_code == 200
    assert len(statements) <= 4, statements


@pytest.mark.both_databases
def test_whom_the_settings_name_is_invited_once(make_app: AppFactory) -> None:
    with make_app(super_admin_email="Vera@Example.org").app_context():
        assert [invite_super_admin(), invite_super_admin()] == [1, 0]
        db.session.commit()
        [invitation] = invitations()
        assert (invitation.email, invitation.role) == ("vera@example.org", Role.SUPER_ADMIN)
        invitation.revoked_at = now()
        db.session.commit()
        assert invite_super_admin() == 0


def test_whom_the_settings_name_and_who_is_here_gets_no_invitation(make_app: AppFactory) -> None:
    make.user(Role.PLAYER, email="vera@example.org")
    with make_app(super_admin_email="vera@example.org").app_context():
        assert invite_super_admin() == 0


def test_what_was_done_is_on_the_log(ivan: FlaskClient) -> None:
    invite(ivan, "jana@example.org")
    [invitation] = invitations()
    ivan.post(f"/invitations/{invitation.id}/renew")
    ivan.post(f"/invitations/{invitation.id}/revoke")
    found = db.session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("invitation.")))
    assert [entry.action for entry in found] == ["invitation.create", "invitation.renew", "invitation.revoke"]
    assert db.session.query(User).count() == 1
