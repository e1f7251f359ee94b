"""The lists that are printed: a group, or an activity and category, a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..events.labels import label
from ..events.models import Activity, Event, Group, Participant
from ..i18n import decimal_mark
from ..leaderboards.queries import event_standings
from ..leaderboards.standings import ALL, UNASSIGNED, Bucket, Row
from ..scoring.values import show
from . import queries
from .results import category_of


@dataclass(frozen=True)
class StartList:
    """`people` are with their category."""

    group: Group
    people: list[tuple[Participant, str]]

    @property
    def has_numbers(self) -> bool:
        return any(one.external_id for one, _category in self.people)


@dataclass(frozen=True)
class ResultList:
    """`rows` are with their value as text."""

    activity: Activity
    bucket: Bucket
    rows: list[tuple[Row, str]]

    @property
    def gender(self) -> str:
        """Unless its category says so."""
        said = self.bucket.bracket and self.bucket.bracket.gender
        return label(self.bucket.gender) if self.bucket.gender and not said else ""

    @property
    def category(self) -> str:
        """The name of a real category, else nothing."""
        return "" if self.bucket.category in {ALL, UNASSIGNED} and not self.bucket.bracket else self.bucket.category

    @property
    def is_unassigned(self) -> bool:
        return self.bucket.bracket is None and self.bucket.category == UNASSIGNED


def start_lists(event: Event) -> list[StartList]:
    """The groups that have people."""
    brackets = [category.bracket for category in event.categories]
    return [
        StartList(
            roster.group,
            [(one, category_of(brackets, one.gender, one.age_at(event.starts_on))) for one in roster.starting],
        )
        for roster in queries.rosters(event)
        if roster.starting
    ]


def result_lists(event: Event) -> Iterator[ResultList]:
    mark = decimal_mark()
    for one in event_standings(event):
        kind = one.activity.mark_type
        for bucket in one.standings.buckets:
            places = _places(one.activity, bucket)
            rows = [(row, show(row.value, kind, decimal_mark=mark, places=places)) for row in bucket.rows]
            yield ResultList(one.activity, bucket, rows)


def _places(activity: Activity, bucket: Bucket) -> int:
    """As many as the longest value has, so that a column of them lines up."""
    amounts = [row.value.amount.normalize() for row in bucket.rows if row.value.amount is not None]
    return max([activity.decimal_places, *(-int(amount.as_tuple().exponent) for amount in amounts)])
