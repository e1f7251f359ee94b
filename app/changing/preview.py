"""The steps of a plan as people read them, and what they do to the places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from ..audit.wording import CHOICES
from ..events.kinds import EvaluationType, Formula
from ..events.labels import label
from ..events.marking import Marking
from ..events.models import Activity, Event, Participant
from ..extensions import db
from ..i18n import decimal_mark
from ..leaderboards.ranking import Entry, rank
from ..scoring.checking.queries import marks_from
from ..scoring.formulas import total
from ..scoring.queries import standings
from ..scoring.values import Value, parse, show
from .plan import ActivityStep, AddStep, MarksStep, PersonStep, Plan, Step


@dataclass(frozen=True)
class Line:
    who: str
    what: str
    old: str
    new: str


@dataclass(frozen=True)
class Place:
    """Somebody's place and value before and after. None is no place."""

    name: str
    old: int | None
    old_value: str
    new: int | None
    new_value: str

    @property
    def moves(self) -> bool:
        return (self.old, self.old_value) != (self.new, self.new_value)


def lines_of(event: Event, steps: Iterable[Step]) -> list[Line]:
    """`position` goes without saying. A few statements, however many steps."""
    steps = list(steps)
    names = _names(steps)
    groups = {group.id: group.name for group in event.groups}
    activities = {activity.id: activity for activity in event.activities}
    found = []
    for step in steps:
        match step:
            case PersonStep(column="position"):
                continue
            case PersonStep():
                found.append(_person_line(step, groups, names))
            case MarksStep():
                found.append(_marks_line(names[step.participant], step, activities.get(step.activity)))
            case AddStep():
                values = step.values
                found.append(Line(values["display_name"], _("Group"), "–", groups.get(values["group_id"], "?")))
            case ActivityStep():
                name = activities[step.activity].name if step.activity in activities else "?"
                found.append(Line(name, _column(step.column), _said(step.old), _said(step.new)))
    return found


def _names(steps: Iterable[Step]) -> defaultdict[int | None, str]:
    ids: set[int] = set()
    for step in steps:
        if isinstance(step, PersonStep | MarksStep):
            ids.add(step.participant)
        if isinstance(step, PersonStep) and step.column == "merged_into_id":
            ids |= {other for other in (step.old, step.new) if other}
    named = select(Participant.id, Participant.display_name).where(Participant.id.in_(ids))
    return defaultdict(lambda: "–", {person_id: name for person_id, name in db.session.execute(named)})  # noqa: C416


def _person_line(step: PersonStep, groups: dict[int, str], names: Mapping[int | None, str]) -> Line:
    name = names[step.participant]
    match step.column:
        case "group_id":
            return Line(name, _("Group"), groups.get(step.old, "?"), groups.get(step.new, "?"))
        case "withdrawn":
            return Line(name, _("Takes part"), _yes(not step.old), _yes(not step.new))
        case "merged_into_id":
            return Line(name, _("Is the same as"), names[step.old], names[step.new])
    return Line(name, _("Number"), step.old or "–", step.new or "–")


def _marks_line(who: str, step: MarksStep, activity: Activity | None) -> Line:
    name = activity.name if activity else "?"
    return Line(who, name, _shown(step.old, activity), _shown(step.new, activity))


def _shown(marks: Iterable[str | None], activity: Activity | None) -> str:
    if activity is None:
        return "?"
    texts = [
        show(mark, activity.mark_type, decimal_mark=decimal_mark(), places=activity.decimal_places)
        for mark in marks_from(list(marks), activity)
    ]
    return " · ".join(text or "–" for text in texts)


def _yes(said: bool) -> str:
    return _("yes") if said else _("no")


def _column(name: str) -> str:
    return {
        "evaluation_type": _("What is written down"),
        "formula": _("What counts"),
        "higher_is_better": _("Higher is better"),
    }.get(name, _("Dropped marks"))


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _yes(value)
    if isinstance(value, dict):
        return ", ".join(str(value.get(name, 0)) for name in ("drop_highest", "drop_lowest"))
    for kind in (EvaluationType, Formula):
        if value in set(kind):
            return str(CHOICES["formula" if kind is Formula else "evaluation_type"].get(value, label(kind(value))))
    return str(value)


def places_of(event: Event, plan: Plan) -> list[Place]:
    """Of everybody in the activity whose scoring changes, in the order in which they will stand."""
    steps = [step for step in plan.steps if isinstance(step, ActivityStep)]
    activity = next((one for one in event.activities if steps and one.id == steps[0].activity), None)
    if activity is None:
        return []
    names = {person.id: person.display_name for group in event.groups for person in group.participants}
    known = standings([activity], list(names))
    new = {step.column: step.new for step in steps}
    kind = new.get("evaluation_type", activity.evaluation_type)
    marking = _marking(activity, new)
    before = {who: standing.value for (_activity, who), standing in known.items()}
    after = {who: total(_reread(standing.marks, activity, new), marking) for (_a, who), standing in known.items()}
    old_places = _places(before, activity.is_higher_better)
    new_places = _places(after, marking.higher_is_better)
    mark_type = activity.mark_type if "evaluation_type" not in new else kind
    return [
        Place(
            names[who],
            old_places.get(who),
            show(before[who], activity.mark_type, decimal_mark=decimal_mark()),
            place,
            show(after[who], mark_type, decimal_mark=decimal_mark()),
        )
        for who, place in new_places.items()
    ]


def _marking(activity: Activity, new: dict[str, Any]) -> Marking:
    """As the activity will have it."""
    changed = Activity(
        **{
            name: new.get(name, getattr(activity, name))
            for name in ("evaluation_type", "mark_count", "formula", "higher_is_better", "rules")
        }
    )
    return changed.marking


def _reread(marks: tuple[Value | None, ...], activity: Activity, new: dict[str, Any]) -> tuple[Value | None, ...]:
    kind = new.get("evaluation_type")
    if kind is None:
        return marks
    return tuple(parse(show(mark, activity.mark_type), kind) if mark and mark.status else mark for mark in marks)


def _places(values: dict[int, Value | None], higher_is_better: bool) -> dict[int, int | None]:
    ranked = rank([Entry(who, value) for who, value in values.items()], higher_is_better)
    return {one.key: one.place for one in ranked}
