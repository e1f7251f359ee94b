"""From what somebody wants to a plan, by what the database holds now. Writes nothing; raises Refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from ..events import people_queries
from ..events import queries as events
from ..events.changes import Refused, last_position
from ..events.freezes import in_force
from ..events.kinds import ActivityState, EvaluationType, Formula, Gender
from ..events.models import Activity, Event, Group, Participant
from ..extensions import db
from ..scoring.actions import plain_marks
from ..scoring.queries import Standing, standings
from ..scoring.values import InvalidValue, parse
from .plan import ActivityStep, AddStep, Kind, MarksStep, PersonStep, Plan, Step

FIRST, SECOND = "first", "second"
SINGLE = (
    EvaluationType.NUMERIC_HIGH,
    EvaluationType.NUMERIC_LOW,
    EvaluationType.TIME_LOW,
    EvaluationType.BOOLEAN,
)
MOST_NAME, MOST_NUMBER, OLDEST = 120, 60, 130


@dataclass(frozen=True)
class Wanted:
    """What a form or an address says."""

    kind: Kind
    said: Mapping[str, str]

    def number(self, name: str) -> int | None:
        text = self.said.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 10 else None

    def numbers(self, name: str) -> list[int]:
        """Several, with commas between them."""
        return [int(text) for text in self.said.get(name, "").split(",") if text.isdecimal() and len(text) < 10]

    def text(self, name: str) -> str:
        return " ".join(self.said.get(name, "").split())


def plan_for(event: Event, wanted: Wanted) -> Plan:
    match wanted.kind:
        case Kind.ADD:
            return _add(event, wanted)
        case Kind.WITHDRAW:
            people = _all_staying(event, wanted)
            steps = tuple(PersonStep(person.id, "withdrawn", False, True) for person in people)
            return Plan(wanted.kind, _names(people), steps)
        case Kind.QUIT:
            return _quit(event, _staying(event, wanted, "one"))
        case Kind.SWAP:
            return _swap(_staying(event, wanted, "one"), _staying(event, wanted, "other"))
        case Kind.MOVE:
            return _move(event, wanted)
        case Kind.MERGE:
            return _merge(event, wanted)
        case Kind.SCORING:
            return _scoring(event, wanted)


def both_written(event: Event, one: Participant, other: Participant) -> list[tuple[Activity, Standing, Standing]]:
    """The activities in which both have a value, of which one has to win."""
    known = standings(event.activities, [one.id, other.id])
    found = []
    for activity in event.activities:
        mine, theirs = known.get((activity.id, one.id)), known.get((activity.id, other.id))
        if mine and theirs and mine.value and theirs.value:
            found.append((activity, mine, theirs))
    return found


def _add(event: Event, wanted: Wanted) -> Plan:
    name, number, group = wanted.text("name"), wanted.text("number") or None, _group(event, wanted)
    gender, age = wanted.text("gender"), wanted.number("age")
    if not name or len(name) > MOST_NAME:
        raise Refused(_l("Write a name of at most %(most)d characters.", most=MOST_NAME))
    if number and (len(number) > MOST_NUMBER or _known_as(event, number)):
        raise Refused(_l("The number %(number)s is taken.", number=number))
    if (gender and gender not in set(Gender)) or (age is not None and age > OLDEST):
        raise Refused(_l("Something in it is not right."))
    values: dict[str, Any] = {
        "display_name": name,
        "external_id": number,
        "group_id": group.id,
        "gender": gender or None,
        "age": age,
        "position": last_position(event, Participant) + 1,
    }
    return Plan(Kind.ADD, name, (AddStep(values),))


def _quit(event: Event, person: Participant) -> Plan:
    """DNS wherever nothing is written and something may be, and withdrawn."""
    known = standings(event.activities, [person.id])
    steps: list[Step] = [
        MarksStep(person.id, activity.id, (None,) * activity.mark_count, _dns(activity))
        for activity in event.activities
        if activity.state is ActivityState.OPEN and not _has(known.get((activity.id, person.id)))
    ]
    return Plan(Kind.QUIT, person.display_name, (*steps, PersonStep(person.id, "withdrawn", False, True)))


def _dns(activity: Activity) -> tuple[str | None, ...]:
    return ("DNS",) * activity.mark_count


def _swap(one: Participant, other: Participant) -> Plan:
    """Their groups, and their places in the order."""
    if one.id == other.id:
        raise Refused(_l("Choose two different people."))
    columns = [name for name in ("group_id", "position") if getattr(one, name) != getattr(other, name)]
    steps = [
        PersonStep(person.id, name, getattr(person, name), getattr(twin, name))
        for person, twin in ((one, other), (other, one))
        for name in columns
    ]
    return Plan(Kind.SWAP, f"{one.display_name}, {other.display_name}", tuple(steps))


def _move(event: Event, wanted: Wanted) -> Plan:
    chosen, group = _all_staying(event, wanted), _group(event, wanted)
    people = [person for person in chosen if person.group_id != group.id]
    if not people:
        raise Refused(_l("%(name)s is in this group already.", name=_names(chosen)))
    steps = tuple(PersonStep(person.id, "group_id", person.group_id, group.id) for person in people)
    return Plan(Kind.MOVE, _names(people), steps)


def _merge(event: Event, wanted: Wanted) -> Plan:
    """`one` stays, `other` goes; `wins-<activity>` says whose value stays where both have one."""
    one, other = _staying(event, wanted, "one"), _staying(event, wanted, "other")
    if one.id == other.id:
        raise Refused(_l("Choose two different people."))
    known = standings(event.activities, [one.id, other.id])
    steps: list[Step] = []
    for activity in event.activities:
        mine, theirs = known.get((activity.id, one.id)), known.get((activity.id, other.id))
        if theirs is None or not _has(theirs):
            continue
        if not _has(mine) or wanted.text(f"wins-{activity.id}") == SECOND:
            steps += _written(one, activity, mine, tuple(plain_marks(theirs.marks)))
        steps += _written(other, activity, theirs, (None,) * activity.mark_count)
    _refuse_closed(event, steps)
    if other.external_id and not one.external_id:
        steps += [
            PersonStep(other.id, "external_id", other.external_id, None),
            PersonStep(one.id, "external_id", None, other.external_id),
        ]
    steps += [
        PersonStep(other.id, "withdrawn", False, True),
        PersonStep(other.id, "merged_into_id", None, one.id),
    ]
    return Plan(Kind.MERGE, f"{other.display_name} → {one.display_name}", tuple(steps))


def _written(
    person: Participant, activity: Activity, standing: Standing | None, new: tuple[str | None, ...]
) -> list[Step]:
    old = tuple(plain_marks(standing.marks)) if standing else (None,) * activity.mark_count
    if old == new:
        return []
    checked = standing.checked_by_id or standing.checked_by or None if standing and standing.is_checked else None
    return [MarksStep(person.id, activity.id, old, new, checked)]


def _refuse_closed(event: Event, steps: list[Step]) -> None:
    touched = {step.activity for step in steps if isinstance(step, MarksStep)}
    closed = [one.name for one in event.activities if one.id in touched and one.state is not ActivityState.OPEN]
    if closed:
        raise Refused(_l("Values would change in what is locked: %(names)s. Open it first.", names=", ".join(closed)))
    if touched and not event.can_take_scores:
        raise Refused(_l("Values would change, but the event takes none now."))


def _scoring(event: Event, wanted: Wanted) -> Plan:
    """Another type for single values, another formula for several marks. The marks stay as they are written."""
    activity = next((one for one in event.activities if one.id == wanted.number("activity")), None)
    if activity is None:
        raise Refused(_l("Choose an activity."))
    if activity.state is not ActivityState.OPEN:
        raise Refused(_l("“%(name)s” is locked. Open it first.", name=activity.name))
    refuse_frozen(event, activity)
    new = _new_scoring(activity, wanted)
    steps = [
        ActivityStep(activity.id, name, getattr(activity, name), value)
        for name, value in new.items()
        if getattr(activity, name) != value
    ]
    if not steps:
        raise Refused(_l("That is how it is scored now."))
    _refuse_unreadable(activity, new)
    return Plan(Kind.SCORING, activity.name, tuple(steps))


def refuse_frozen(event: Event, activity: Activity) -> None:
    """Its public board is made of the marks of then, by the rules as they are."""
    if in_force(event.freezes, activity.id):
        raise Refused(_l("“%(name)s” is frozen, and its public board with it. Reveal it first.", name=activity.name))


def _new_scoring(activity: Activity, wanted: Wanted) -> dict[str, Any]:
    try:
        if activity.evaluation_type is not EvaluationType.SCORE_SET:
            kind = EvaluationType(wanted.text("evaluation_type"))
            if kind not in SINGLE:
                raise ValueError(kind)
            return {"evaluation_type": kind}
        rules = {**activity.rules}
        for name in ("drop_highest", "drop_lowest"):
            dropped = wanted.number(name) or 0
            rules.pop(name, None)
            if dropped:
                rules[name] = dropped
        if sum(rules.get(name, 0) for name in ("drop_highest", "drop_lowest")) >= activity.marking.each:
            raise Refused(_l("More marks are dropped than there are."))
        return {
            "formula": Formula(wanted.text("formula")),
            "higher_is_better": wanted.text("higher_is_better") == "1",
            "rules": rules,
        }
    except ValueError:
        raise Refused(_l("Choose how it is scored.")) from None


def _refuse_unreadable(activity: Activity, new: dict[str, Any]) -> None:
    kind = new.get("evaluation_type")
    if kind is None:
        return
    people = {person.id: person.display_name for group in activity.event.groups for person in group.participants}
    for (_activity, person_id), standing in standings([activity], list(people)).items():
        for mark in plain_marks(standing.marks):
            try:
                parse(mark or "", kind)
            except InvalidValue:
                said = {"value": mark, "name": people[person_id]}
                raise Refused(_l("“%(value)s” of %(name)s would be no value of that type.", **said)) from None


def _all_staying(event: Event, wanted: Wanted) -> list[Participant]:
    """One, or several as chosen in a list; one statement."""
    people = people_queries.chosen(event, wanted.numbers("one"))
    if not people:
        raise Refused(_l("Choose who it is about."))
    return [_stays(event, person) for person in people]


def _names(people: Sequence[Participant]) -> str:
    return ", ".join(person.display_name for person in people)


def _staying(event: Event, wanted: Wanted, name: str) -> Participant:
    return _stays(event, db.session.get(Participant, wanted.number(name) or 0))


def _stays(event: Event, person: Participant | None) -> Participant:
    if person is None or person.event_id != event.id:
        raise Refused(_l("Choose who it is about."))
    if person.withdrawn_at is not None:
        raise Refused(_l("%(name)s has withdrawn.", name=person.display_name))
    return person


def _group(event: Event, wanted: Wanted) -> Group:
    found = next((group for group in events.groups(event) if group.id == wanted.number("group")), None)
    if found is None:
        raise Refused(_l("Choose a group."))
    return found


def _known_as(event: Event, number: str) -> bool:
    return db.session.query(Participant).filter_by(event_id=event.id, external_id=number).first() is not None


def _has(standing: Standing | None) -> bool:
    return standing is not None and standing.value is not None
