"""The three real competitions go from one Laurel to another and back without a mark changed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from app.accounts.models import Role, User
from app.events.kinds import EvaluationType, Missing
from app.events.marking import Marking
from app.events.models import Activity, Event, Group, Participant
from app.events.presets import PRESETS
from app.extensions import db
from app.scoring.actions import Entry, Verdict, save_records
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make, real

from .test_round_trip import bring_in, take, what_there_is

pytestmark = pytest.mark.usefixtures("context")


def people(event: Event, by_group: dict[str, list[str]]) -> dict[str, Participant]:
    """By their key, which is their number."""
    groups = {name: make.group(event, name[:80]) for name in by_group}
    made = [
        _participant(event, groups[group], key, place)
        for group, keys in by_group.items()
        for place, key in enumerate(keys)
    ]
    db.session.add_all(made)
    db.session.commit()
    return {one.external_id or "": one for one in made}


def _participant(event: Event, group: Group, key: str, place: int) -> Participant:
    return Participant(event_id=event.id, group_id=group.id, display_name=key, external_id=key, position=place)


def write(event: Event, by: User, activity: Activity, marks: dict[Participant, tuple[str | None, ...]]) -> None:
    entries = [Entry(person, activity, values, confirmed=True) for person, values in marks.items()]
    outcomes = save_records(event, entries, by=by, source=Source.IMPORT)
    assert {outcome.verdict for outcome in outcomes} == {Verdict.SAVED}
    db.session.commit()


def travels(event: Event, by: User, sign_in: SignIn) -> None:
    browser = sign_in(by)
    data = take(browser, event)
    assert what_there_is(take(browser, bring_in(browser, data))) == what_there_is(data)


def test_the_meet_with_nine_attempts_of_1223_lifters(sign_in: SignIn) -> None:
    rows, owner, event = real.rows("powerlifting/entries.csv"), make.user(Role.ADMIN), make.event("Meet")
    by_group: defaultdict[str, list[str]] = defaultdict(list)
    for number, row in enumerate(rows):
        by_group[f"{row['Division']} {row['WeightClassKg']}"].append(str(number))
    entrants = people(event, by_group)
    lifts = make.activity(event, EvaluationType.SCORE_SET, "Total", marking=PRESETS["powerlifting"].marking)
    columns = [f"{lift}{number}Kg" for lift in ("Squat", "Bench", "Deadlift") for number in (1, 2, 3)]
    tries = {entrants[str(number)]: tuple(row[one] or None for one in columns) for number, row in enumerate(rows)}
    write(event, owner, lifts, {person: marks for person, marks in tries.items() if any(marks)})
    travels(event, owner, sign_in)


def test_the_panels_of_340_performances(sign_in: SignIn) -> None:
    owner, event = make.user(Role.ADMIN), make.event("Skating")
    panels: defaultdict[str, dict[str, list[str | None]]] = defaultdict(dict)
    for row in real.rows("skating/judge_marks.csv"):
        panels[row["aspect_id"]].setdefault(row["judge"], []).append(row["score"])
    programmes: defaultdict[int, dict[str, tuple[str | None, ...]]] = defaultdict(dict)
    for key, judges in panels.items():
        marks = [one for given in judges.values() for one in given]
        programmes[len(marks)][key] = tuple(None if Decimal(str(mark)) == 0 else mark for mark in marks)
    entrants = people(event, {"Skaters": list(panels)[:2000]})
    for count, performances in programmes.items():
        marking = Marking(each=count, formula=PRESETS["panel"].marking.formula, missing=Missing.REMOVED, places=2)
        panel = make.activity(event, EvaluationType.SCORE_SET, f"Panels of {count}", marking=marking)
        write(event, owner, panel, {entrants[key]: marks for key, marks in performances.items() if key in entrants})
    travels(event, owner, sign_in)
