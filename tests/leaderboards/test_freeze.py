"""A frozen board shows everybody what stood at a moment, on every way out, until it is revealed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import actions as accounts
from app.accounts.models import Audience, Role, Scope, User
from app.audit.models import AuditEntry
from app.database import locked, now
from app.events.kinds import Checking, EvaluationType, Formula
from app.events.marking import Marking
from app.events.models import Event, Participant
from app.extensions import db
from app.leaderboards import cache
from app.leaderboards.freezing.actions import freeze
from app.leaderboards.overall_rules import Method, Scheme
from app.leaderboards.queries import standings
from app.leaderboards.schemes import scheme_rules, team_rules
from app.leaderboards.screens.actions import make_overlay, show
from app.leaderboards.screens.contents import Content, Kind
from app.leaderboards.teams import TeamScheme
from app.leaderboards.whole import Whole
from app.profiles.actions import tie
from app.profiles.models import How
from app.scoring.actions import Entry, save_records
from app.scoring.checking.actions import check
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make
from tests.test_access import EVERYONE

from .conftest import Games, Score
from .reading import rows

LATER = "7770777"
"""A value that stands nowhere by chance."""


@pytest.fixture
def ivan(context: None, sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.ADMIN, "Ivan"))


def settle() -> None:
    """A board may be a moment old."""
    time.sleep(cache.REBUILD_EVERY_MS / 1000 + 0.05)


def board(client: FlaskClient, games: Games) -> list[tuple[str, ...]]:
    settle()
    return [(row[0], row[1], row[3]) for row in rows(client.get(games.live_url))]


def hold(browser: FlaskClient, games: Games, what: str = "", **form: Any) -> int:
    return browser.post(f"/events/{games.event.id}/freeze{what}", data=form).status_code


@pytest.mark.both_databases
def test_a_frozen_board_stays_as_it_was_and_then_shows_all_at_once(
    client: FlaskClient, ivan: FlaskClient, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4", games.jan: "5"})
    assert hold(ivan, games, activity=games.sprint.id) == 303
    score(games.sprint, {games.eva: "9", games.ota: "7"})
    assert board(client, games) == [("1", "Jan", "5"), ("2", "Eva", "4")]
    assert "The board is frozen as of" in client.get(games.live_url).text
    assert hold(ivan, games, f"/{games.sprint.id}/reveal") == 303
    assert board(client, games) == [("1", "Eva", "9"), ("2", "Ota", "7"), ("3", "Jan", "5")]
    assert "frozen" not in client.get(games.live_url).text


@pytest.mark.both_databases
def test_marks_totals_statuses_and_what_is_cleared_are_as_they_were(context: None, admin: User) -> None:
    event = make.event()
    group = make.group(event, "Foxes")
    marking = Marking(each=3, formula=Formula.MEAN, higher_is_better=True)
    jumps = make.activity(event, EvaluationType.SCORE_SET, "Jumps", marking=marking)
    eva, jan, ota = (make.participant(group, name) for name in ("Eva", "Jan", "Ota"))

    def write(**marks: tuple[str | None, ...]) -> None:
        people = {"eva": eva, "jan": jan, "ota": ota}
        save_records(
            event, [Entry(people[name], jumps, row) for name, row in marks.items()], by=admin, source=Source.HAND
        )
        db.session.commit()

    write(eva=("1", "2", "4"), jan=("5", "5", "6"), ota=("DNS", "DNS", "DNS"))
    before = standings(event, jumps).together
    freeze(locked(Event, event.id), None, None, by=admin)
    db.session.commit()
    write(eva=("9", "9", "9"), jan=(None, None, None), ota=("1", "1", "1"))
    jan.withdrawn_at = now()
    db.session.commit()
    assert standings(event, jumps).together == before
    assert standings(event, jumps).people == 3
    assert standings(event, jumps, despite_freeze=True).together != before


def test_it_freezes_by_itself_at_a_time_and_readers_are_told(
    client: FlaskClient, games: Games, score: Score, admin: User
) -> None:
    score(games.sprint, {games.eva: "4"})
    freeze(locked(Event, games.event.id), None, now() + timedelta(seconds=3), by=admin)
    db.session.commit()
    score(games.sprint, {games.eva: "5"})
    settle()
    before = client.get(games.live_url)
    assert "frozen" not in before.text
    time.sleep(3)
    after = client.get(games.live_url, headers={"If-None-Match": before.headers["ETag"]})
    assert "The board is frozen as of" in after.text
    score(games.sprint, {games.eva: LATER})
    assert board(client, games) == [("1", "Eva", "5")]


def test_a_time_that_is_over_shows_what_stood_then(
    client: FlaskClient, games: Games, score: Score, admin: User
) -> None:
    score(games.sprint, {games.eva: "4"})
    moment = now()
    score(games.sprint, {games.eva: "5", games.jan: "6"})
    freeze(locked(Event, games.event.id), games.sprint, moment, by=admin)
    db.session.commit()
    assert board(client, games) == [("1", "Eva", "4")]


def test_it_is_revealed_from_the_last_place_with_ties_together(
    client: FlaskClient, ivan: FlaskClient, games: Games, score: Score
) -> None:
    more = [make.participant(games.eva.group, name) for name in ("Pia", "Rea")]
    hold(ivan, games, activity=games.sprint.id)
    score(games.sprint, {games.eva: "9", games.jan: "8", games.ota: "8", more[0]: "3", more[1]: "DNF"})
    assert board(client, games) == []
    steps = []
    for _step in range(3):
        assert hold(ivan, games, f"/{games.sprint.id}/next") == 303
        steps.append([name for _place, name, _value in board(client, games)])
    assert steps == [["Pia", "Rea"], ["Jan", "Ota", "Pia", "Rea"], ["Eva", "Jan", "Ota", "Pia", "Rea"]]
    assert hold(ivan, games, f"/{games.sprint.id}/next") == 409


def totals(client: FlaskClient, games: Games, whole: str = "overall") -> list[tuple[str, str, str]]:
    settle()
    found = rows(client.get(f"{games.url}/live?activity={whole}&language=en"), cells=None)
    return [(row[0], row[1], row[-1]) for row in found]


@pytest.mark.both_databases
def test_the_overall_board_is_revealed_place_by_place_while_its_activities_stay_frozen(
    client: FlaskClient, ivan: FlaskClient, games: Games, score: Score
) -> None:
    rank(games)
    score(games.sprint, {games.eva: "1", games.jan: "2"})
    hold(ivan, games, activity="0")
    four = [games.eva, games.jan, games.ota, make.participant(games.eva.group, "Pia")]
    score(games.sprint, dict(zip(four, ("9", "8", "8", "3"), strict=True)))
    then = [("1", "Jan", "2"), ("2", "Eva", "1")]
    assert totals(client, games) == then
    steps = []
    for teams in ("3", "3", "17"):
        assert hold(ivan, games, "/overall/next") == 303
        steps.append([name for _place, name, _total in totals(client, games)])
        assert totals(client, games, "teams") == [("1", "Foxes", teams)], "teams wait for the first place"
    assert steps == [["Pia"], ["Jan", "Ota", "Pia"], ["Eva", "Jan", "Ota", "Pia"]]
    assert board(client, games) == [("1", "Jan", "2"), ("2", "Eva", "1")], "the activity itself is not revealed"
    assert hold(ivan, games, "/overall/next") == 409
    hold(ivan, games, "/undo")
    assert [name for _place, name, _total in totals(client, games)] == ["Jan", "Ota", "Pia"]
    hold(ivan, games, activity="0")
    assert [name for _place, name, _total in totals(client, games)] != ["Jan", "Ota", "Pia"], "frozen anew, it waits"


def test_an_overall_board_that_is_not_frozen_has_nothing_to_reveal(ivan: FlaskClient, games: Games) -> None:
    assert hold(ivan, games, "/overall/next") == 409
    rank(games)
    assert hold(ivan, games, "/overall/next") == 409


def test_a_place_in_a_category_is_kept_back_on_the_whole_board_too(
    client: FlaskClient, ivan: FlaskClient, games: Games, score: Score
) -> None:
    for number, person in enumerate((games.eva, games.jan, games.ota)):
        person.age = 10 + 20 * (number == 2)
    make.category(games.event, "Young", 0, 19)
    make.category(games.event, "Old", 20, 99)
    fourth = make.participant(games.eva.group, "Pia", age=11)
    fifth = make.participant(games.eva.group, "Rea", age=12)
    hold(ivan, games, activity=games.sprint.id)
    score(games.sprint, {games.eva: "9", games.jan: "8", fourth: "7", fifth: "6", games.ota: "1"})
    hold(ivan, games, f"/{games.sprint.id}/next")
    assert board(client, games) == [("4", "Rea", "6")]


def test_undo_brings_back_what_was_frozen_and_all_of_it_is_on_the_log(
    client: FlaskClient, ivan: FlaskClient, games: Games, score: Score
) -> None:
    hold(ivan, games, activity="0")
    score(games.sprint, {games.eva: "4"})
    hold(ivan, games, f"/{games.sprint.id}/reveal")
    assert board(client, games) == [("1", "Eva", "4")]
    assert hold(ivan, games, "/undo") == 303
    assert board(client, games) == []
    assert hold(ivan, games, "/undo") == 409
    entries = db.session.query(AuditEntry).filter_by(event_id=games.event.id).order_by(AuditEntry.sequence)
    kinds = [entry.action for entry in entries]
    assert kinds[-4:] == ["board.freeze", "records.save", "board.reveal", "board.undo"]


def test_admins_see_both_and_how_the_order_differs(
    ivan: FlaskClient, client: FlaskClient, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4", games.jan: "5"})
    hold(ivan, games, activity="0")
    score(games.sprint, {games.eva: "9"})
    assert "2 lines differ" in ivan.get(f"/events/{games.event.id}/freeze").text
    page = ivan.get(f"/events/{games.event.id}/freeze/{games.sprint.id}").text
    assert "+1" in page
    assert "−1" in page
    assert client.get(f"/events/{games.event.id}/freeze/{games.sprint.id}").status_code == 303


def test_what_is_checked_later_was_not_checked_then(context: None, admin: User, games: Games, score: Score) -> None:
    games.sprint.checking = Checking.REQUIRED
    score(games.sprint, {games.eva: "4", games.jan: "5"})

    def agree(who: Participant, value: str) -> None:
        check(games.event, games.sprint, [Entry(who, games.sprint, (value,))], by=make.user())
        db.session.commit()

    agree(games.eva, "4")
    freeze(locked(Event, games.event.id), None, None, by=admin)
    db.session.commit()
    score(games.sprint, {games.eva: "9"})
    agree(games.jan, "5")
    shown = standings(games.event, games.sprint)
    assert [(row.participant.name, str(row.value.amount)) for row in shown.together] == [("Eva", "4")]


def test_a_form_that_says_no_time_keeps_what_was_typed(ivan: FlaskClient, games: Games) -> None:
    answer = ivan.post(f"/events/{games.event.id}/freeze", data={"activity": "0", "at": "soon"})
    assert answer.status_code == 422
    assert "This is not a time." in answer.text
    assert 'value="soon"' in answer.text


# The crawler ------------------------------------------------------------------------------------------------------


@dataclass
class Crawled:
    address: str
    text: str


def crawl(browser: FlaskClient, start: list[str]) -> Iterator[Crawled]:
    """Everything that nobody in particular can reach from here by links, files and what pages ask for."""
    waiting, seen = list(start), set(start)
    while waiting:
        address = waiting.pop()
        answer = browser.get(address, headers={"Accept-Encoding": "identity"})
        if answer.status_code != 200:
            continue
        yield Crawled(address, answer.data.decode("latin-1"))
        if answer.mimetype != "text/html":
            continue
        for found in re.findall(r'(?:href|src|hx-get|action|data-[a-z-]+)="(/[^"#]*)', answer.text):
            link = unescape(found)
            if link not in seen and not link.startswith(("/static", "/preferences")):
                seen.add(link)
                waiting.append(link)


WITHOUT_RESULTS = {
    *("avatars.show", "dev_mail.show", "hall.image", "offline.authority", "offline.worker"),
    *("analyser.come_back", "analyser.list_submissions", "analyser.show_picture", "analyser.show_submission"),
    *("analyser.sign_in", "analyser.sign_in_here", "analyser.hall_of_fame", "beatmaps.show", "lost_scores.show"),
    *("identities.begin", "identities.come_back", "oauth.success", "static", "styleguide.example"),
    *("events.join", "events.join_with", "events.open_team_session", "invitations.accept", "invitations.show"),
    *("judges.enter", "judges.show", "judges.start", "recovery.reset", "recovery.choose", "recovery.show_email"),
    *("recovery.show_stop", "recovery.stop_email", "second_step.ask", "second_step.check"),
    *("api.refresh", "api.register", "api.sign_in", "api.sign_out", "preferences.save", "tournaments.seeding"),
    *("players.card", "players.diploma", "verification.show", "health.ready"),
}
"""Public addresses at which nothing of a board stands. A card's numbers are pixels, a diploma says what was printed, a
judge reads their own sheet, and the seeding has a test of its own among the tournaments'."""


def public(app: Flask) -> set[str]:
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint in EVERYONE and "GET" in (rule.methods or ())
    }


def endpoint_of(app: Flask, address: str) -> str:
    path, _mark, _query = address.partition("?")
    return str(app.url_map.bind("localhost").match(path)[0])


def rank(games: Games) -> None:
    """An overall board, and one of teams."""
    event = db.session.get_one(Event, games.event.id)
    event.overall_rules, event.team_rules = scheme_rules(Scheme(Method.VALUES)), team_rules(TeamScheme(best=2))
    db.session.commit()


@pytest.mark.both_databases
def test_nobody_finds_a_value_that_is_later_than_the_freeze(
    app: Flask, client: FlaskClient, sign_in: SignIn, games: Games, score: Score, admin: User
) -> None:
    player = make.user(Role.PLAYER, "Eva")
    player.visible_to = Audience.EVERYONE
    rank(games)
    tie(games.eva, player, How.ADMIN, by=admin)
    overlay, token = make_overlay(games.event, "Stream", by=admin)
    show(games.event, [overlay], Content(kind=Kind.BOARD, activity=Whole.OVERALL), None, by=admin)
    score(games.sprint, {games.eva: "4", games.jan: "5"})
    late = make.activity(games.event, name="Late")
    freeze(locked(Event, games.event.id), None, None, by=admin)
    db.session.commit()
    score(games.sprint, {games.eva: LATER, games.ota: LATER})
    score(late, {games.jan: LATER})
    settle()
    static = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and not rule.arguments and rule.endpoint != "static"
    ]
    boards = [f"{games.url}?activity={late.id}", games.live_url, f"{games.url}.csv", f"{games.url}.csv?bom=1"]
    boards += [f"{games.url}{live}?activity={whole}" for whole in Whole for live in ("", "/live")]
    boards += [f"{games.url}?why=overall-{games.eva.id}", f"{games.url}?why=teams-{games.eva.group_id}"]
    boards += [f"/overlay/{token}", f"/overlay/{token}/content", f"/players/{player.username}"]
    boards += [f"/players/{player.username}/{file}" for file in ("badge.svg", "hue.css")]
    evaluator = make.user()
    make.assign(evaluator, make.group(games.event, "Bears"))
    for browser in (client, sign_in(player), sign_in(evaluator)):
        browser.get("/screen")  # Its cookie is what the content is asked for with.
        seen = list(crawl(browser, [*static, *boards]))
        assert {one.address for one in seen} >= set(boards)
        missed = public(app) - {endpoint_of(app, one.address) for one in seen}
        assert browser is not client or missed <= WITHOUT_RESULTS, "a public page that this crawl does not come to"
        assert [one.address for one in seen if LATER in one.text or "7,770,777" in one.text] == []
    assert LATER in "".join(one.text for one in crawl(sign_in(admin), [f"/events/{games.event.id}/freeze"]))


@pytest.mark.both_databases
@pytest.mark.parametrize("role", [Role.PLAYER, Role.EVALUATOR, Role.ADMIN])
def test_scripts_are_told_what_stood_then_and_as_of_when(
    client: FlaskClient, games: Games, score: Score, admin: User, role: Role
) -> None:
    score(games.sprint, {games.eva: "4"})
    freeze(locked(Event, games.event.id), None, None, by=admin)
    db.session.commit()
    score(games.sprint, {games.eva: LATER})
    user = make.user(role)
    if role is Role.EVALUATOR:
        make.assign(user, games.eva.group)
    _token, text = accounts.create_token(user, "script", [Scope.RESULTS_READ])
    db.session.commit()
    answer = client.get(f"/api/v1/events/{games.event.id}/standings", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == (403 if role is Role.PLAYER else 200)
    assert LATER not in answer.text
    if role is not Role.PLAYER:
        assert answer.get_json()["activities"][0]["frozen_at"]


def test_files_for_the_public_are_frozen_for_whoever_makes_them(ivan: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "4"})
    hold(ivan, games, activity="0")
    score(games.sprint, {games.eva: LATER})
    for name in ("export/results.csv", "print/results"):
        assert LATER not in ivan.get(f"/events/{games.event.id}/{name}").text


def test_while_it_is_frozen_its_rules_stay_as_they_are(ivan: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "4"})
    hold(ivan, games, activity="0")
    wanted = {"kind": "scoring", "activity": str(games.sprint.id), "evaluation_type": "NUMERIC_LOW"}
    answer = ivan.post(f"/events/{games.event.id}/changes", data=wanted)
    assert (answer.status_code, games.sprint.evaluation_type) == (409, EvaluationType.NUMERIC_HIGH)
    assert "“Throw” is frozen" in answer.text
