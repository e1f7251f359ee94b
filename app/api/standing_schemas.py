"""The JSON that boards go out as under /api/v1. Fields keep this order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from ..events.kinds import ActivityState, EvaluationType, Gender
from ..leaderboards import standings, whole
from ..leaderboards.queries import ActivityStandings, Wholes
from ..leaderboards.schemes import scheme_rules
from ..leaderboards.scores import Fate, Step
from .schemas import Value, exact

R = TypeVar("R", bound=standings.Placed)

Split = Literal["category", "group", "all"]


class StandingsQuery(BaseModel):
    by: Split = Field("category", description="Who competes with whom: gender and age category, group, or all.")


class Competitor(BaseModel):
    id: int
    external_id: str | None
    name: str
    group: str

    @classmethod
    def of(cls, who: standings.Competitor) -> Competitor:
        return cls(id=who.id, external_id=who.external_id, name=who.name, group=who.group.name)


class Row(BaseModel):
    """Equal values share a place and the next one counts them all (1, 1, 3); none beside DNF, DNS and DSQ."""

    place: int | None
    participant: Competitor
    value: Value

    @classmethod
    def of(cls, row: standings.Row, kind: EvaluationType) -> Row:
        return cls(place=row.place, participant=Competitor.of(row.participant), value=Value.of(row.value, kind))


class Bucket(BaseModel):
    """People who compete with each other. Only what they were split by is set."""

    key: str
    gender: Gender | None = None
    category: str | None = None
    group: str | None = None
    rows: list[Row]


class StandingsOfActivity(BaseModel):
    id: int
    name: str
    evaluation_type: EvaluationType
    unit: str
    provisional: bool = Field(description="The activity is open: values may still change.")
    frozen_at: datetime | None = Field(description="As of when it is, where the organisers hold newer values back.")
    buckets: list[Bucket]

    @classmethod
    def of(cls, of: ActivityStandings, by: Split) -> StandingsOfActivity:
        activity = of.activity
        return cls(
            id=activity.id,
            name=activity.name,
            evaluation_type=activity.evaluation_type,
            unit=activity.unit,
            provisional=activity.state is ActivityState.OPEN,
            frozen_at=of.standings.freeze.at if of.standings.freeze else None,
            buckets=_buckets(of.standings, by, activity.mark_type),
        )


class OverallStep(BaseModel):
    """What one activity gave. `fate`: counted; filled, as nothing was there; dropped; skipped, which counts nothing."""

    activity: int
    place: int | None
    score: str | None
    weighted: str | None = Field(description="The score times the activity's weight, which is what is added up.")
    fate: Fate

    @classmethod
    def of(cls, step: Step) -> OverallStep:
        score, weighted = exact(step.score), exact(step.weighted)
        return cls(activity=step.column, place=step.place, score=score, weighted=weighted, fate=step.fate)


class OverallRow(BaseModel):
    """`total` is exact as far as it can be written, up to 50 digits; `shown` is what the board shows."""

    place: int | None
    participant: Competitor
    total: str | None
    shown: str
    steps: list[OverallStep]


class OverallBucket(BaseModel):
    """People who compete with each other. Only what they were split by is set."""

    key: str
    gender: Gender | None = None
    category: str | None = None
    group: str | None = None
    rows: list[OverallRow]


class TeamRow(BaseModel):
    """`counted` are the participants whose totals count."""

    place: int | None
    group_id: int
    group: str
    total: str | None
    shown: str
    counted: list[int]


class Overall(BaseModel):
    """All activities together, by the rules that the event chose; `teams` is null where it has none."""

    rules: dict[str, Any]
    buckets: list[OverallBucket]
    teams: list[TeamRow] | None

    @classmethod
    def of(cls, wholes: Wholes, by: Split) -> Overall:
        def rows(of: Sequence[whole.OverallRow]) -> list[OverallRow]:
            return [
                OverallRow(
                    place=row.place,
                    participant=Competitor.of(row.participant),
                    total=exact(row.total),
                    shown=wholes.figures.total(row.total),
                    steps=[OverallStep.of(step) for step in row.line.steps],
                )
                for row in of
            ]

        teams = [
            TeamRow(
                place=row.place,
                group_id=row.team.id,
                group=row.team.name,
                total=exact(row.total),
                shown=wholes.figures.total(row.total),
                counted=[member.key for member in row.line.members if member.is_counted],
            )
            for row in wholes.teams
        ]
        buckets = [OverallBucket(**named, rows=rows(part.rows)) for named, part in _parts(wholes.overall, by)]
        rules = scheme_rules(wholes.plan.scheme)
        return cls(rules=rules, buckets=buckets, teams=teams if wholes.plan.teams else None)


class Standings(BaseModel):
    event_id: int
    revision: int
    activities: list[StandingsOfActivity]
    overall: Overall | None = Field(description="Null where the event has no overall results.")


def _buckets(of: standings.Standings, by: Split, kind: EvaluationType) -> list[Bucket]:
    return [Bucket(**named, rows=[Row.of(row, kind) for row in part.rows]) for named, part in _parts(of, by)]


def _parts(of: standings.StandingsOf[R], by: Split) -> Iterator[tuple[dict[str, Any], standings.Part[R]]]:
    """Each part, with what it was split by."""
    if by == "all":
        yield {"key": "all"}, of.whole
    elif by == "group":
        yield from (({"key": one.key, "group": one.group.name}, one) for one in of.groups)
    else:
        yield from (({"key": one.key, "gender": one.gender, "category": one.category}, one) for one in of.buckets)
