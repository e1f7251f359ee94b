"""A whole event's standings as CSV: by activity, then gender and age category, in the order of the board.

After the activities come "Overall" and "Teams", where the event has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain

from .. import spreadsheets
from ..events.kinds import EvaluationType
from ..events.models import Activity
from ..scoring.values import Value, show
from .queries import ActivityStandings, Wholes
from .ranking import medal
from .standings import Bucket, Row

HEADER = (
    "rank",
    "podium",
    "activity",
    "gender",
    "age_category",
    "participant_name",
    "group_name",
    "age",
    "score",
)


def as_csv(standings: Iterable[ActivityStandings], wholes: Wholes | None = None) -> str:
    """The same in every language: English medals, decimal points, times as m:ss.cc, a tick as 1 or 0."""
    lines = (_lines(one.activity, bucket) for one in standings for bucket in one.standings.buckets)
    return spreadsheets.as_csv(HEADER, chain(chain.from_iterable(lines), _wholes(wholes) if wholes else ()))


def _wholes(wholes: Wholes) -> Iterator[tuple[object, ...]]:
    for bucket in wholes.overall.buckets:
        for row in bucket.rows:
            who = row.participant
            place, total = row.place, wholes.figures.plain_total(row.total)
            known = bucket.gender, bucket.category, who.name, who.group.name, who.age
            yield place, medal(place), "Overall", *known, total
    for team in wholes.teams:
        total = wholes.figures.plain_total(team.total)
        yield team.place, medal(team.place), "Teams", None, None, None, team.team.name, None, total


def _lines(activity: Activity, bucket: Bucket) -> Iterator[tuple[object, ...]]:
    for row in bucket.rows:
        yield (
            row.place,
            medal(row.place),
            activity.name,
            bucket.gender,
            bucket.category,
            row.participant.name,
            row.participant.group.name,
            row.participant.age,
            _score(row, activity),
        )


def _score(row: Row, activity: Activity) -> str | Decimal:
    kind = activity.mark_type
    value: Value = row.value
    if kind is EvaluationType.TIME_LOW or value.amount is None:
        return show(value, kind, places=2 if kind is EvaluationType.TIME_LOW else 0)
    return value.amount if kind is EvaluationType.BOOLEAN else Decimal(show(value, kind))
