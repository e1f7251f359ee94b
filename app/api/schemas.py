"""The JSON that goes out and comes in under /api/v1, as it is documented. Fields keep this order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from ..events import models as events
from ..events.categories import Bracket, bracket_for
from ..events.kinds import ActivityState, EvaluationType, EventStatus, Formula, Gender, Visibility
from ..scoring import values
from ..scoring.actions import Outcome
from ..scoring.columns import mark_names
from ..scoring.warnings import Code

LARGEST_ID = 2**31 - 1
MOST_RECORDS = 5000


# What goes out ---------------------------------------------------------------------------------------------------


class Value(BaseModel):
    """A value, exactly: either `value`, a decimal number in text (times in seconds, a tick as 1 or 0), or `status`.

    `shown` is what a board shows for it, with a decimal point.
    """

    value: str | None = Field(examples=["83.45"])
    status: values.Status | None
    shown: str = Field(examples=["1:23.45"])

    @classmethod
    def of(cls, value: values.Value, kind: EvaluationType) -> Value:
        return cls(value=exact(value.amount), status=value.status, shown=values.show(value, kind))


class EventSummary(BaseModel):
    id: int
    name: str
    place: str
    starts_on: date
    status: EventStatus
    visibility: Visibility
    revision: int = Field(description="Rises with every write to the event or to anything in it.")

    @classmethod
    def of(cls, event: events.Event) -> EventSummary:
        return cls.model_validate(event, from_attributes=True)


class Group(BaseModel):
    id: int
    name: str
    identifier: str


class Activity(BaseModel):
    id: int
    name: str
    description: str
    evaluation_type: EvaluationType
    unit: str
    mark_count: int = Field(description="How many marks make a value; more than one for a SCORE_SET only.")
    formula: Formula = Field(description="How the marks of a SCORE_SET become its value.")
    higher_is_better: bool
    marks: list[str] = Field(description="What each mark is called, in the order in which a SCORE_SET's list has them.")
    rules: dict[str, Any] = Field(
        description="How else a SCORE_SET's marks count: criteria with weights and ranges, what is dropped, places, "
        "what becomes of missing marks, what breaks a tie. Left out is what is usual."
    )
    state: ActivityState
    revision: int


class Category(BaseModel):
    """Ages are inclusive; null is no limit."""

    id: int
    name: str
    age_from: int | None
    age_to: int | None
    gender: Gender | None


def _activity(activity: events.Activity) -> Activity:
    columns = {name: getattr(activity, name) for name in Activity.model_fields if name != "marks"}
    return Activity(**columns, marks=mark_names(activity))


class EventDetail(EventSummary):
    groups: list[Group]
    activities: list[Activity]
    categories: list[Category]

    @classmethod
    def of(cls, event: events.Event) -> EventDetail:
        columns = {name: getattr(event, name) for name in cls.model_fields if name != "activities"}
        activities = [_activity(activity) for activity in event.activities]
        return cls.model_validate({**columns, "activities": activities}, from_attributes=True)


class Participant(BaseModel):
    id: int
    external_id: str | None
    name: str
    group_id: int
    group: str
    gender: Gender | None
    born: date | None
    age: int | None = Field(description="On the first day of the event.")
    category: str | None
    extra: dict[str, str] = Field(description="Columns of the imported file that have no field of their own.")

    @classmethod
    def of(cls, person: events.Participant, day: date, brackets: Sequence[Bracket]) -> Participant:
        age = person.age_at(day)
        bracket = bracket_for(brackets, person.gender, age)
        return cls(
            id=person.id,
            external_id=person.external_id,
            name=person.display_name,
            group_id=person.group_id,
            group=person.group.name,
            gender=person.gender,
            born=person.born,
            age=age,
            category=bracket.name if bracket else None,
            extra=person.extra,
        )


class Page(BaseModel):
    total: int
    limit: int
    offset: int


class EventPage(Page):
    events: list[EventSummary]


class ParticipantPage(Page):
    participants: list[Participant]


class AuditEntry(BaseModel):
    """One thing that somebody did. `event_id` is null for what belongs to the installation."""

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    action: str = Field(examples=["participant.save"])
    event_id: int | None
    subject_kind: str
    subject_id: int | None
    payload: dict[str, Any] | None = Field(description="Old and new values; null once they are erased.")


class AuditPage(BaseModel):
    """Newest first. `next` is the cursor of what is older, null at the end."""

    entries: list[AuditEntry]
    next: int | None


class SavedRecord(BaseModel):
    participant: int
    activity: int
    version: int


class Saved(BaseModel):
    """Records stand in the order of the request."""

    saved: int
    unchanged: int
    revision: int
    records: list[SavedRecord]


# What comes in ---------------------------------------------------------------------------------------------------

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Written = str | int | bool | None
Wanted = Annotated[
    Written | list[Written],
    WithJsonSchema(
        {
            "description": "Text as somebody would type it (`1:23.4`, `7,5`, `DNS`, `DNF`, `DSQ`), a number taken "
            "exactly as written, true or false for a tick; null clears. A SCORE_SET of several marks takes a list of "
            "such; marks left out at its end are cleared.",
            "anyOf": [
                {"type": ["string", "number", "boolean", "null"]},
                {"type": "array", "items": {"type": ["string", "number", "boolean", "null"]}},
            ],
            "examples": ["1:23.45", 7.5, None, [7, 8.5, "DNS"]],
        }
    ),
]


class WantedRecord(BaseModel):
    """What shall stand for a participant in an activity. Either `participant` or `external_id` names who."""

    model_config = ConfigDict(strict=True, extra="forbid")

    participant: Id | None = None
    external_id: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]*$")] | None = None
    activity: Annotated[
        Id | Annotated[str, Field(max_length=80)], Field(description="Its id, or its name in any case.")
    ]
    value: Wanted
    confirmed: bool = Field(
        False, description="Write it although it looks wrong: whoever sends it has looked at the warnings."
    )
    version: int | None = Field(
        None, ge=0, description="The version last seen, 0 for none yet. Without it, whatever stands is overwritten."
    )


class WantedRecords(BaseModel):
    """Written all together, or not at all."""

    records: list[WantedRecord] = Field(min_length=1, max_length=MOST_RECORDS)


class EventsQuery(BaseModel):
    limit: int = Field(50, ge=1, le=100)
    offset: int = Field(0, ge=0, le=LARGEST_ID)


class ParticipantsQuery(BaseModel):
    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=LARGEST_ID)


class AuditQuery(BaseModel):
    before: Id | None = Field(None, description="The `next` of the page before this one.")
    limit: int = Field(50, ge=1, le=500)
    event: Id | None = None
    actor: Id | None = Field(None, description="The id of who did it.")
    action: str = Field("", max_length=60, description="An action, or its noun: `participant.save`, `participant`.")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = Field(None, description="Exclusive.")
    q: str = Field("", max_length=120, pattern=r"^[^\x00]*$", description="Stands in a name or among the values.")


# Errors ----------------------------------------------------------------------------------------------------------


class Error(BaseModel):
    detail: str = Field(description="For people, in the language that `Accept-Language` asks for.")
    error_code: str = Field(description="For programs: it does not change.")
    request_id: str


class ItemError(BaseModel):
    index: int | None = Field(description="The place of the item in the list, from 0; null outside of a list.")
    field: str
    code: str
    detail: str


class ItemErrors(Error):
    """`errors` are there when items are to blame: other codes are about the request as a whole."""

    errors: list[ItemError] = Field([], description="The first 100 of them.")
    error_count: int = 0


class Conflict(BaseModel):
    """What stands now, and who wrote it when. `marks` holds every mark, null for one that is empty."""

    index: int
    participant: int
    activity: int
    version: int
    value: Value | None
    marks: list[Value | None]
    by: str
    at: datetime | None

    @classmethod
    def of(cls, index: int, outcome: Outcome) -> Conflict:
        standing, kind = outcome.standing, outcome.entry.activity.mark_type
        return cls(
            index=index,
            participant=outcome.entry.participant.id,
            activity=outcome.entry.activity.id,
            version=standing.version,
            value=Value.of(standing.value, kind) if standing.value else None,
            marks=[Value.of(mark, kind) if mark else None for mark in standing.marks],
            by=standing.by_name,
            at=standing.at,
        )


class Doubt(BaseModel):
    """Something that looks wrong, and may be right: send the item again with `confirmed` then."""

    index: int = Field(description="The place of the item in the list, from 0.")
    mark: int | None = Field(description="Which of the marks, from 1; null for all of them.")
    code: Code
    detail: str
    instead: str | None = Field(description="What was probably meant, where that can be told.")


class Doubts(ItemErrors):
    """`warnings` stand beside `doubtful` only: nothing was written."""

    warnings: list[Doubt] = Field([], description="The first 100 of them.")
    warning_count: int = 0


class Conflicts(Error):
    """`conflicts` stand beside a `conflict` only: other codes say what takes no values now."""

    conflicts: list[Conflict] = Field([], description="The first 100 of them.")
    conflict_count: int = 0


def exact(amount: Decimal | None) -> str | None:
    """A decimal number in text."""
    return None if amount is None else f"{amount:f}"
