"""The page where an organiser says how an event is ranked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, User
from app.audit.models import AuditEntry
from app.events.kinds import CutBy, EvaluationType, EventStatus
from app.events.models import Activity, Event
from app.extensions import db
from app.leaderboards.overall_rules import Method, Missing, Rule, Scheme, TieBreak
from app.leaderboards.schemes import plan_of
from app.leaderboards.teams import TeamScheme
from tests.conftest import SignIn
from tests.support import make

from .conftest import Games, Score
from .reading import text


@pytest.fixture
def run(games: Games) -> Activity:
    return make.activity(games.event, EvaluationType.TIME_LOW, name="Run")


@pytest.fixture
def chief(sign_in: SignIn, admin: User) -> FlaskClient:
    return sign_in(admin)


def url(games: Games) -> str:
    return f"/events/{games.event.id}/ranking"


def said(*parts: tuple[str, str, str], **fields: Any) -> dict[str, Any]:
    """What the form sends; each part is an activity's weight, and who goes on from it."""
    form = {"method": "places", "missing": "worst", "ties-0": "countback", "ties-1": "", "teams": "", **fields}
    for number, (weight, cut_by, cut_amount) in enumerate(parts or [("1", "", ""), ("1", "", "")]):
        form |= {f"activities-{number}-weight": weight, f"activities-{number}-cut_by": cut_by}
        form[f"activities-{number}-cut_amount"] = cut_amount
    return form


def event_now(games: Games) -> Event:
    db.session.expire_all()
    return db.session.get_one(Event, games.event.id)


@pytest.mark.both_databases
def test_what_is_chosen_is_kept_and_logged(chief: FlaskClient, games: Games, run: Activity) -> None:
    games.eva.extra = {"Body weight": "61,5"}
    db.session.commit()
    form = said(
        ("1,5", "PLACE", "8"),
        ("0", "VALUE", "1:02,5"),
        method="points",
        points="10 8; 6,5",
        best="1",
        missing="out",
        rounded_to="2",
        team_best="4",
        teams="mean",
        team_whole="y",
        **{"ties-1": "low:Body weight"},
    )
    assert chief.post(url(games), data=form).status_code == 303
    plan = plan_of(event_now(games))
    assert plan is not None
    points = (Decimal(10), Decimal(8), Decimal("6.5"))
    ties = (Rule(TieBreak.COUNTBACK), Rule(TieBreak.NUMBER, "Body weight"))
    assert plan.scheme == Scheme(Method.POINTS, points, best=1, missing=Missing.OUT, decimals=2, ties=ties)
    assert plan.teams == TeamScheme(best=4, mean=True, whole=True)
    assert plan.weights == {games.sprint.id: Decimal("1.5")}
    assert (run.cut_by, run.cut_amount) == (CutBy.VALUE, Decimal("62.5"))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "event.overall")).one()
    assert entry.payload is not None
    assert entry.payload["new"]["Throw: weight"] == "1.5"
    page = chief.get(url(games)).text
    assert 'value="10 8 6.5"' in page
    assert 'value="1:02.50"' in page or 'value="1:02.5"' in page


def test_it_can_be_given_up_again(chief: FlaskClient, games: Games, run: Activity) -> None:
    chief.post(url(games), data=said(teams="sum"))
    assert event_now(games).team_rules == {}
    chief.post(url(games), data=said(method=""))
    assert (event_now(games).overall_rules, games.event.team_rules) == (None, None)


def test_saving_the_same_again_changes_nothing(chief: FlaskClient, games: Games, run: Activity) -> None:
    chief.post(url(games), data=said())
    revision = event_now(games).revision
    chief.post(url(games), data=said())
    assert event_now(games).revision == revision


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"method": "values"}, "Results cannot be added up here"),
        ({"method": "points", "points": ""}, "Write the points for the first place"),
        ({"method": "points", "points": "10 x"}, "This is not a number"),
        ({"best": "3"}, "Only 2 activities count."),
        ({"best": "0"}, "From 1 to 10000."),
        ({"method": "median"}, "This is not a choice here."),
        ({"activities-0-weight": "heavy"}, "This is not a number"),
        ({"activities-0-weight": "-1"}, "Write a number from 0 to 1000."),
        ({"activities-0-weight": "0", "activities-1-weight": ""}, "No activity counts."),
        ({"activities-0-cut_by": "PLACE", "activities-0-cut_amount": "1.5"}, "Write a whole number, 1 or more."),
        ({"activities-0-cut_by": "PERCENT", "activities-0-cut_amount": "101"}, "Write a number from 1 to 100."),
        ({"activities-0-cut_by": "VALUE", "activities-0-cut_amount": ""}, "This is not a number."),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    chief: FlaskClient, games: Games, run: Activity, fields: dict[str, str], message: str
) -> None:
    answer = chief.post(url(games), data=said() | fields)
    assert answer.status_code == 422
    assert message in answer.text
    assert event_now(games).overall_rules is None


def test_a_preview_says_who_moves_and_writes_nothing(
    chief: FlaskClient, games: Games, score: Score, run: Activity
) -> None:
    score(games.sprint, {games.eva: "7.5", games.jan: "6", games.ota: "5"})
    score(run, {games.eva: "66", games.jan: "61", games.ota: "60"})
    chief.post(url(games), data=said(("1", "", ""), ("0", "", "")))
    revision = event_now(games).revision
    answer = chief.post(f"{url(games)}/preview", data=said(("1", "", ""), ("3", "", ""), teams="sum"))
    found = text(answer.text.split('id="preview"')[1].replace("<", " <"))
    assert "2 of 3 move" in found
    assert "Ota 3 → becomes 1" in found
    assert "Eva 1 → becomes 3" in found
    assert "Foxes – → becomes 1" in found
    assert event_now(games).revision == revision


def test_what_may_not_be_meant_is_warned_of(chief: FlaskClient, games: Games) -> None:
    make.activity(games.event, name="Boxes").unit = "boxes"
    games.eva.extra = {"Body weight": "61,5"}
    db.session.commit()
    fields = {"ties-0": "given", "ties-1": "low:Body weight"}
    page = chief.post(f"{url(games)}/preview", data=said(method="values", **fields)).text
    assert "Different things are added up" in page
    assert "2 participants have no number under “Body weight”" in page
    assert "what comes after it never decides" in page


def test_only_admins_see_it_and_an_archived_event_stays_as_it_is(
    sign_in: SignIn, chief: FlaskClient, games: Games, run: Activity
) -> None:
    assert sign_in(make.user(Role.EVALUATOR)).get(url(games)).status_code == 403
    games.event.status = EventStatus.ARCHIVED
    db.session.commit()
    assert "What would change?" not in chief.get(url(games)).text
    assert chief.post(url(games), data=said()).status_code == 409


def test_a_clone_is_ranked_in_the_same_way(chief: FlaskClient, games: Games, run: Activity) -> None:
    chief.post(url(games), data=said(("2", "PLACE", "3"), ("1", "", ""), teams="sum"))
    clone = {"name": "Next games", "place": "", "starts_on": "2027-07-04", "ends_on": ""}
    assert chief.post(f"/events/{games.event.id}/clone", data=clone).status_code == 303
    made = db.session.scalars(select(Event).where(Event.name == "Next games")).one()
    assert (made.overall_rules, made.team_rules) == (event_now(games).overall_rules, {})
    assert [(one.weight, one.cut_amount) for one in made.activities] == [(Decimal(2), Decimal(3)), (Decimal(1), None)]
