"""Every endpoint is guarded by a rule, and the rule holds: tried as each kind of person there is."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app import policy
from app.accounts.actions import create_shared_user, create_token
from app.accounts.models import Role, Scope
from app.database import now
from app.extensions import db
from app.web import access_rule
from tests.conftest import AppFactory, SignIn
from tests.support import make

EVERYONE = {
    "accounts.open_session",
    "accounts.sign_in",
    "analyser.come_back",
    "analyser.hall_of_fame",
    "analyser.list_submissions",
    "analyser.show_picture",
    "analyser.show_submission",
    "analyser.sign_in",
    "analyser.sign_in_here",
    "api.refresh",
    "api.register",
    "api.show_openapi",
    "api.sign_in",
    "api.sign_out",
    "beatmaps.show",
    "dev_mail.index",
    "dev_mail.show",
    "designer.schema",
    "avatars.show",
    "events.join",
    "events.join_with",
    "events.open_team_session",
    "hall.content",
    "hall.image",
    "hall.overlay",
    "hall.overlay_content",
    "hall.show",
    "health.alive",
    "health.ready",
    "home.show",
    "identities.begin",
    "identities.come_back",
    "invitations.accept",
    "invitations.show",
    "judges.enter",
    "judges.show",
    "judges.start",
    "leaderboards.download",
    "leaderboards.index",
    "leaderboards.live",
    "leaderboards.show",
    "lost_scores.index",
    "lost_scores.show",
    "oauth.success",
    "offline.authority",
    "offline.show",
    "offline.worker",
    "players.badge",
    "players.card",
    "players.diploma",
    "players.hue",
    "players.index",
    "players.show",
    "preferences.save",
    "recovery.ask",
    "recovery.ask_for_reset",
    "recovery.asked",
    "recovery.choose",
    "recovery.confirm_email",
    "recovery.reset",
    "recovery.show_email",
    "recovery.show_stop",
    "recovery.stop_email",
    "static",
    "styleguide.example",
    "second_step.ask",
    "second_step.check",
    "styleguide.show",
    "tournaments.seeding",
    "verification.find",
    "verification.show",
}
"""What strangers may call. A new name here is a decision."""


def endpoints(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=str)


def test_every_endpoint_has_an_access_rule(app: Flask) -> None:
    with app.app_context():
        unguarded = [rule.endpoint for rule in endpoints(app) if access_rule(rule.endpoint) is None]
    assert unguarded == []


def test_an_endpoint_without_a_rule_is_refused_before_it_runs(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "a secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 500
    assert "a secret" not in answer.text


def test_only_what_is_meant_to_be_open_is_open(app: Flask) -> None:
    with app.app_context():
        opened = {rule.endpoint for rule in endpoints(app) if access_rule(rule.endpoint) == "everyone"}
    assert opened == EVERYONE


def test_the_table_of_who_may_do_what_is_up_to_date(app: Flask) -> None:
    with app.app_context():
        assert policy.FILE.read_text() == policy.table(), (
            "run `make policy`, or LAUREL_ENV=development .venv/bin/python -m flask --app wsgi policy"
        )


def test_a_shut_account_and_an_ended_session_are_like_nobodys(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        user = make.user(Role.SUPER_ADMIN)
        browser = sign_in(user)
        user.active = False
        db.session.commit()
        guarded = [rule for rule in endpoints(app) if access_rule(rule.endpoint) in set(Role)]
    for rule in guarded:
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            assert call(browser, rule, method) == 303, rule


def test_what_belongs_to_a_person_is_not_a_teams(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        chief = make.user(Role.SUPER_ADMIN)
        team = sign_in(create_shared_user("Foxes: helpers", by=chief))
    views = app.view_functions
    personal = [rule for rule in endpoints(app) if getattr(views[rule.endpoint], "for_teams", True) is False]
    assert len(personal) > 10
    for rule in personal:
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            assert call(team, rule, method) == 403, rule


def script_calls(app: Flask, text: str) -> dict[str, tuple[int, str]]:
    """What each endpoint for scripts answers to this token: its status and code."""
    with app.app_context():
        guarded = [rule for rule in endpoints(app) if (access_rule(rule.endpoint) or "").startswith("token:")]
    answers, headers = {}, {"Authorization": f"Bearer {text}"}
    for rule in guarded:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = app.test_client().open(re.sub(r"<int:\w+>", "99999", rule.rule), method=method, headers=headers)
            answers[f"{method} {rule.endpoint}"] = (answer.status_code, (answer.get_json() or {}).get("error_code", ""))
    return answers


@pytest.mark.parametrize("scope", [None, *Scope])
def test_a_token_opens_what_its_scope_says_and_nothing_else(app: Flask, scope: Scope | None) -> None:
    with app.app_context():
        _token, text = create_token(make.user(Role.SUPER_ADMIN), "script", [scope] if scope else [])
        db.session.commit()
        needed = {rule.endpoint: (access_rule(rule.endpoint) or "") for rule in endpoints(app)}
    for name, (status, code) in script_calls(app, text).items():
        opens = scope is not None and needed[name.partition(" ")[2]].endswith(f":{scope.value}")
        assert (code == "wrong_scope") is not opens, (name, status, code)
        assert status not in {401, 500}, name


@pytest.mark.parametrize("role", list(Role))
def test_a_token_does_no_more_than_its_owner_may(app: Flask, role: Role) -> None:
    with app.app_context():
        _token, text = create_token(make.user(role), "script", list(Scope))
        db.session.commit()
        needed = {rule.endpoint: (access_rule(rule.endpoint) or "") for rule in endpoints(app)}
    for name, (status, _code) in script_calls(app, text).items():
        wanted = Role(needed[name.partition(" ")[2]].split(":")[1])
        assert (status == 403) is not role.includes(wanted), (name, status)


@pytest.mark.parametrize("what", ["expired", "revoked", "shut"])
def test_a_token_that_is_over_opens_nothing(app: Flask, what: str) -> None:
    with app.app_context():
        user = make.user(Role.SUPER_ADMIN)
        token, text = create_token(user, "script", list(Scope), now() if what == "expired" else None)
        token.revoked_at = now() if what == "revoked" else None
        user.active = what != "shut"
        db.session.commit()
    assert {status for status, _code in script_calls(app, text).values()} == {401}


def test_an_evaluator_has_the_sheets_of_their_own_group_and_of_no_other(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        event = make.event()
        own, other = make.group(event, people=1), make.group(event, people=1)
        activity, helper = make.activity(event), make.user()
        make.assign(helper, own)
        browser, stranger = sign_in(helper), sign_in(make.user())
        sheets = [f"/sheets/{group.id}/{activity.id}" for group in (own, other)]
    assert [browser.get(sheet).status_code for sheet in sheets] == [200, 404]
    assert [stranger.get(sheet).status_code for sheet in sheets] == [404, 404]
    assert browser.post(sheets[1], data={}).status_code == 404


def call(browser: FlaskClient, rule: Rule, method: str) -> int:
    """Call an endpoint with ids that do not exist: whoever is let in gets as far as a 404, or a 4xx of the form."""
    url = rule.rule
    for name, converter in rule._converters.items():
        url = url.replace(f"<{converter.__class__.__name__}:{name}>", "0").replace(f"<int:{name}>", "999999")
        url = url.replace(f"<{name}>", "nothing")
    return browser.open(url, method=method).status_code


@pytest.mark.parametrize("role", [None, *Role])
def test_each_rule_lets_in_who_it_names_and_nobody_below(app: Flask, sign_in: SignIn, role: Role | None) -> None:
    with app.app_context():
        browser = sign_in(make.user(role)) if role else app.test_client()
    with app.app_context():
        guarded = [(rule, access_rule(rule.endpoint)) for rule in endpoints(app)]
    wrong = []
    for rule, needed in guarded:
        if needed not in set(Role) or rule.endpoint == "accounts.sign_out":
            continue
        allowed = role is not None and role.includes(Role(needed))
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            status = call(browser, rule, method)
            refused = status in ({303} if role is None else {403})
            if (allowed and role is not None and status in {403, 500}) or (not allowed and not refused):
                wrong.append((rule.rule, method, needed, status))
    assert wrong == []


def test_scripts_are_refused_in_json_and_never_sent_to_a_sign_in_page(app: Flask) -> None:
    browser = app.test_client()
    with app.app_context():
        guarded = [rule for rule in endpoints(app) if (access_rule(rule.endpoint) or "").startswith("token:")]
    assert guarded
    for rule in guarded:
        method = next(method for method in ("POST", "PATCH", "DELETE", "GET") if method in (rule.methods or set()))
        answer = browser.open(re.sub(r"<int:\w+>", "1", rule.rule), method=method)
        assert (answer.status_code, answer.mimetype) == (401, "application/json"), rule
        assert set(answer.get_json()) == {"detail", "error_code", "request_id"}


def test_what_is_the_analysers_is_refused_without_its_token(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        browser = sign_in(make.user(Role.SUPER_ADMIN))
        _token, text = create_token(make.user(Role.SUPER_ADMIN), "script", list(Scope))
        db.session.commit()
        guarded = [rule for rule in endpoints(app) if access_rule(rule.endpoint) == "analyser"]
    assert len(guarded) > 3
    for rule in guarded:
        method = "POST" if "POST" in (rule.methods or set()) else "GET"
        for headers in ({}, {"Authorization": f"Bearer {text}"}):
            answer = browser.open(re.sub(r"<[\w:]+>", "me", rule.rule), method=method, headers=headers)
            assert (answer.status_code, answer.mimetype) == (401, "application/json"), rule


def test_a_signed_in_browser_is_not_a_token(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        browser = sign_in(make.user(Role.SUPER_ADMIN))
    assert browser.get("/api/v1/events").status_code == 401


def test_the_metrics_are_for_whoever_has_their_token(make_app: AppFactory, sign_in: SignIn) -> None:
    with make_app().app_context():
        admin = sign_in(make.user(Role.SUPER_ADMIN))
    assert admin.get("/metrics").status_code == 404
    stranger = make_app(metrics_token="a token of its own").test_client()
    for headers in ({}, {"Authorization": "Bearer another"}, {"Authorization": "Basic a token of its own"}):
        assert stranger.get("/metrics", headers=headers).status_code == 401
    assert stranger.get("/metrics", headers={"Authorization": "Bearer a token of its own"}).status_code == 200


def test_a_revoked_session_opens_nothing_more(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        user = make.user()
        stolen, own = sign_in(user), sign_in(user)
    own.post("/account/password", data={"current": make.PASSWORD, "password": "new words 1", "again": "new words 1"})
    assert own.get("/account").status_code == 200
    assert stolen.get("/account").status_code == 303
