"""A whole event's standings as CSV: by activity, then gender and age category, in the order of the board."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from ..events.kinds import EvaluationType
from ..events.models import Activity
from ..scoring.values import Value, show
from .queries import ActivityStandings
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
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(standings: Iterable[ActivityStandings]) -> str:
    """The same in every language: English medals, decimal points, times as m:ss.cc, a tick as 1 or 0."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for one in standings:
        for bucket in one.standings.buckets:
            writer.writerows(_lines(one.activity, bucket))
    return text.getvalue()


def _lines(activity: Activity, bucket: Bucket) -> Iterator[tuple[object, ...]]:
    for row in bucket.rows:
        yield (
            row.place,
            medal(row.place),
            guarded(activity.name),
            bucket.gender,
            guarded(bucket.category),
            guarded(row.participant.name),
            guarded(row.participant.group.name),
            row.participant.age,
            _score(row, activity),
        )


def guarded(text: str) -> str:
    """Text that a spreadsheet does not take for a formula. Scores need none: -5 is a number there as here."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _score(row: Row, activity: Activity) -> str:
    kind = activity.evaluation_type
    value: Value = row.value
    if kind is EvaluationType.BOOLEAN and value.amount is not None:
        return str(value.amount)
    return show(value, kind, places=2 if kind is EvaluationType.TIME_LOW else 0)
