"""A board as one view of it shows it: which activity, which of its people, which page."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import Request, abort, url_for
from flask_babel import gettext as _
from flask_sqlalchemy.pagination import Pagination

from ..events.freezes import Freeze
from ..events.kinds import ActivityState, EvaluationType, EventStatus
from ..events.labels import gender_of_many
from ..events.models import Activity, Event
from ..i18n import LANGUAGES, decimal_mark
from ..scoring.values import show
from . import queries
from .standings import ALL, Bucket, GroupStandings, Row, Standings

TOGETHER = "all"
BUCKET = re.compile(r"(f|m|x|none)-(\d{1,10}|all|unassigned)|group-\d{1,10}")
ROWS = 100
ALIGNED_PLACES = 3
SHOWN_GROUPS = 12


@dataclass(frozen=True)
class View:
    """What of an event's board is looked at. Without an activity it is the event's first."""

    event: int
    activity: int | None
    bucket: str
    page: int
    language: str
    link: str | None

    @classmethod
    def asked_for(cls, event_id: int, request: Request, link: str | None, language: str) -> View:
        """From an address that anybody may have typed: what is not understood falls back to the whole."""
        bucket, page, asked = (request.args.get(name, "") for name in ("bucket", "page", "language"))
        return cls(
            event=event_id,
            activity=request.args.get("activity", type=int),
            bucket=bucket if BUCKET.fullmatch(bucket) else TOGETHER,
            page=int(page) if re.fullmatch(r"[1-9]\d{0,5}", page, re.ASCII) else 1,
            language=asked if asked in LANGUAGES else language,
            link=link,
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """What an address needs to come back to this view; None is left out of it."""
        return {
            "event_id": self.event,
            "activity": self.activity,
            "bucket": None if self.bucket == TOGETHER else self.bucket,
            "link": self.link,
        }

    @property
    def address(self) -> str:
        return url_for("leaderboards.show", **self.arguments, page=self._page)

    @property
    def live_address(self) -> str:
        """Names the language too: what it answers depends on nothing else."""
        return url_for("leaderboards.live", **self.arguments, page=self._page, language=self.language)

    @property
    def _page(self) -> int | None:
        return None if self.page == 1 else self.page


class Lines(Pagination):
    """One page of a board's rows."""

    def __init__(self, rows: Sequence[Row], page: int) -> None:
        last = max(1, -(-len(rows) // ROWS))
        super().__init__(page=min(page, last), per_page=ROWS, error_out=False, rows=rows)

    def _query_items(self) -> list[Row]:
        return list(self._query_args["rows"][self._query_offset : self._query_offset + self.per_page])

    def _query_count(self) -> int:
        return len(self._query_args["rows"])


@dataclass(frozen=True)
class Filter:
    label: str
    view: View
    count: int
    is_current: bool


@dataclass(frozen=True)
class Board:
    """`revision` and `at` were taken before anything else was read, as a cache needs to know."""

    view: View
    event: Event
    activity: Activity | None
    standings: Standings
    at: float

    @property
    def revision(self) -> int:
        return self.activity.revision if self.activity else self.event.revision

    @property
    def is_live(self) -> bool:
        return self.event.status is not EventStatus.ARCHIVED

    @cached_property
    def lines(self) -> Lines:
        return Lines(rows_of(self.standings, self.view.bucket), self.view.page)

    @property
    def filters(self) -> list[Filter]:
        """All together and each bucket; none where that would all be the same people."""
        buckets = self.standings.buckets if len(self.standings.buckets) > 1 else ()
        groups = [group for group in self.standings.groups if group.key == self.view.bucket]
        parts = [
            (_("All together"), TOGETHER, self.standings.together),
            *((bucket_name(bucket), bucket.key, bucket.rows) for bucket in buckets),
            *((group.group.name, group.key, group.rows) for group in groups),
        ]
        return [self._filter(*part) for part in parts] if len(parts) > 1 or self.view.bucket != TOGETHER else []

    @cached_property
    def progress(self) -> list[GroupStandings]:
        """The groups whose progress is shown: all, or of many the one looked at and those where most is missing."""
        groups = self.standings.groups
        wanted = sorted(groups, key=lambda group: (group.key != self.view.bucket, len(group.rows) - group.people))
        return [group for group in groups if group in wanted[:SHOWN_GROUPS]]

    @property
    def is_provisional(self) -> bool:
        return self.is_live and self.activity is not None and self.activity.state is ActivityState.OPEN

    @property
    def is_final(self) -> bool:
        return self.activity is not None and self.activity.state is ActivityState.PUBLISHED

    @property
    def freeze(self) -> Freeze | None:
        return self.standings.freeze

    @property
    def column(self) -> str:
        """What heads the values."""
        if self._kind is EvaluationType.TIME_LOW:
            return _("Time")
        unit = self.activity.unit if self.activity else ""
        return _("Result, %(unit)s", unit=unit) if unit else _("Result")

    @property
    def has_statuses(self) -> bool:
        return any(row.place is None for row in self.lines.items)

    def group_view(self, group: GroupStandings) -> View:
        return replace(self.view, bucket=group.key, page=1)

    def activity_view(self, activity: Activity) -> View:
        return replace(self.view, activity=activity.id, page=1)

    def shown(self, row: Row) -> str:
        return show(row.value, self._kind, decimal_mark=decimal_mark(), places=self._places)

    @property
    def _kind(self) -> EvaluationType:
        if self.activity is None:
            raise LookupError("without an activity there are no values")
        return self.activity.mark_type

    @cached_property
    def _places(self) -> int:
        """As many decimals as the finest value has, so that a column lines up, unless one is far finer.

        At least as many as the activity asks for.
        """
        amounts = (row.value.amount for row in self.standings.together if row.value.amount is not None)
        finest = min(max((-int(amount.as_tuple().exponent) for amount in amounts), default=0), ALIGNED_PLACES)
        return max(finest, self.activity.decimal_places if self.activity else 0)

    def _filter(self, label: str, key: str, rows: Sequence[Row]) -> Filter:
        return Filter(label, replace(self.view, bucket=key, page=1), len(rows), key == self.view.bucket)


def board_of(view: View) -> Board:
    """404 for an activity that is not the event's; four statements, whatever there is."""
    at = time.time()
    event = queries.event_as_it_is(view.event) or abort(404)
    activity = next((one for one in event.activities if view.activity in (None, one.id)), None)
    if activity is None:
        return Board(view, event, None, Standings((), (), ()), at) if view.activity is None else abort(404)
    return Board(replace(view, activity=activity.id), event, activity, queries.standings(event, activity), at)


def bucket_name(bucket: Bucket) -> str:
    """As the organiser calls the category; with a gender beside it where the category has none itself."""
    gender = gender_of_many(bucket.gender) if bucket.gender else _("Gender not stated")
    if bucket.bracket and (bucket.bracket.gender or not bucket.gender):
        return bucket.category
    if bucket.category == ALL:
        return gender
    category = bucket.category if bucket.bracket else _("no category")
    return f"{gender} · {category}"


def rows_of(standings: Standings, bucket: str) -> tuple[Row, ...]:
    if bucket == TOGETHER:
        return standings.together
    parts: list[Bucket | GroupStandings] = [*standings.buckets, *standings.groups]
    return next((part.rows for part in parts if part.key == bucket), ())
