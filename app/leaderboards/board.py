"""A board as one view of it shows it: which activity, which of its people, which page."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from flask import Request, abort, current_app, url_for
from flask_babel import gettext as _
from flask_sqlalchemy.pagination import Pagination

from ..events import freezes
from ..events.freezes import Freeze
from ..events.kinds import ActivityState, EvaluationType, EventStatus
from ..events.labels import gender_of_many
from ..events.models import Activity, Event
from ..i18n import LANGUAGES, decimal_mark
from ..scoring.values import Value, show
from . import queries
from .advancing import Chance, chances
from .figures import Figures, figures_of
from .overall_rules import BadScheme
from .ranking import Ranked
from .recent import Recent
from .schemes import Plan, cut_of, is_total_higher_better, plan_of
from .standings import ALL, BucketOf, Competitor, GroupStandingsOf, Part, Row, Standings, StandingsOf, Team
from .whole import OverallRow, OverallStandings, TeamRow, Whole, team_rows
from .why import Why, of_activity, of_overall, of_team, team_words, total_words

TOGETHER = "all"
BUCKET = re.compile(r"(f|m|x|none)-(\d{1,10}|all|unassigned)|group-\d{1,10}")
WHY = re.compile(r"(?:(?P<of>\d{1,10}|overall|teams)-)?(?P<who>\d{1,10})", re.ASCII)
ROWS = 100
ALIGNED_PLACES = 3
SHOWN_GROUPS = 12


@dataclass(frozen=True)
class View:
    """What of an event's board is looked at. Without an activity it is the event's first.

    `why` is the participant, or the team, whose place is explained beside it.
    """

    event: int
    activity: int | Whole | None
    bucket: str
    page: int
    language: str
    link: str | None
    why: int | None = None

    @classmethod
    def asked_for(cls, event_id: int, request: Request, link: str | None, language: str) -> View:
        """From an address that anybody may have typed: what is not understood falls back to the whole."""
        names = ("activity", "bucket", "page", "language", "why")
        activity, bucket, page, asked, why = (request.args.get(name, "") for name in names)
        told = WHY.fullmatch(why)
        return cls(
            event=event_id,
            activity=_which(activity or (told and told["of"]) or ""),
            bucket=bucket if BUCKET.fullmatch(bucket) else TOGETHER,
            page=int(page) if re.fullmatch(r"[1-9]\d{0,5}", page, re.ASCII) else 1,
            language=asked if asked in LANGUAGES else language,
            link=link,
            why=int(told["who"]) if told else None,
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """What an address needs to come back to this view of all rows; None is left out of it."""
        return {
            "event_id": self.event,
            "activity": self.activity,
            "bucket": None if self.bucket == TOGETHER else self.bucket,
            "link": self.link,
        }

    @property
    def address(self) -> str:
        return url_for("leaderboards.show", **self.arguments, page=self._page, why=self.why)

    def why_address(self, who: int) -> str:
        """The explanation of one place, on this same page: there may be a hundred of these, so they are short."""
        kept = {"bucket": None if self.bucket == TOGETHER else self.bucket, "link": self.link}
        more = urlencode({name: value for name, value in kept.items() if value is not None})
        return f"?why={self.activity}-{who}{more and '&'}{more}#why"

    @property
    def live_address(self) -> str:
        """Names the language too: what it answers depends on nothing else."""
        return url_for("leaderboards.live", **self.arguments, page=self._page, why=self.why, language=self.language)

    @property
    def _page(self) -> int | None:
        return None if self.page == 1 else self.page


class Lines(Pagination):
    """One page of a board's rows."""

    def __init__(self, rows: Sequence[Any], page: int) -> None:
        last = max(1, -(-len(rows) // ROWS))
        super().__init__(page=min(page, last), per_page=ROWS, error_out=False, rows=rows)

    def _query_items(self) -> list[Any]:
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
    """What every board has. `at` was taken before anything else was read, as a cache needs to know.

    This one is of an event without activities.
    """

    view: View
    event: Event
    standings: StandingsOf[Any]
    at: float

    kind: ClassVar[str] = "nothing"

    @property
    def title(self) -> str | None:
        """What is ranked, beside the event."""
        return None

    @property
    def why(self) -> Why | None:
        """Of the place that the view asks about; None too where it is not on this board."""
        return None

    @property
    def explained(self) -> int | None:
        """The participant whose place that is; None of a team's."""
        return None if self.view.activity is Whole.TEAMS else self.view.why

    @property
    def revision(self) -> int:
        """Of what it is made from."""
        return self.event.revision

    @property
    def plan(self) -> Plan | None:
        return plan_of(self.event)

    @property
    def freeze(self) -> Freeze | None:
        return self.standings.freeze

    @property
    def is_live(self) -> bool:
        return self.event.status is not EventStatus.ARCHIVED

    @property
    def is_provisional(self) -> bool:
        return self.is_live and any(one.state is ActivityState.OPEN for one in self.activities)

    @property
    def is_final(self) -> bool:
        return bool(self.activities) and all(one.state is ActivityState.PUBLISHED for one in self.activities)

    @property
    def activities(self) -> Sequence[Activity]:
        """Whose values are in it."""
        return ()

    @cached_property
    def rows(self) -> Sequence[Any]:
        return self.part.rows

    @cached_property
    def lines(self) -> Lines:
        """The page asked for; where a place is explained, the one that it is on."""
        return Lines(self.rows, self.view.page if self._told_at is None else self._told_at // ROWS + 1)

    @property
    def told(self) -> Any:
        """The row whose place is explained, or None."""
        return None if self._told_at is None else self.rows[self._told_at]

    @cached_property
    def _told_at(self) -> int | None:
        if self.view.why is None:
            return None
        return next((index for index, row in enumerate(self.rows) if key_of(row) == self.view.why), None)

    @property
    def address_without_why(self) -> str:
        return replace(self.view, why=None, page=self.lines.page).address

    @property
    def part(self) -> Part[Any]:
        parts: list[BucketOf[Any] | GroupStandingsOf[Any]] = [*self.standings.buckets, *self.standings.groups]
        if self.view.bucket == TOGETHER:
            return self.standings.whole
        return next((part for part in parts if part.key == self.view.bucket), NOBODY)

    @property
    def switch(self) -> list[tuple[str, str, bool]]:
        """The event's boards: its activities, and what comes of all together."""
        wholes = [(whole_name(whole), whole) for whole in Whole if has_whole(self.plan, whole)]
        parts: list[tuple[str, int | Whole]] = [*((one.name, one.id) for one in self.event.activities), *wholes]
        return [(name, self._of(what).address, what == self.view.activity) for name, what in parts]

    @property
    def filters(self) -> list[Filter]:
        """All together and each bucket; none where that would all be the same people."""
        buckets = self.standings.buckets if len(self.standings.buckets) > 1 else ()
        groups = [group for group in self.standings.groups if group.key == self.view.bucket]
        parts = [
            (_("All together"), TOGETHER, self.standings.whole),
            *((bucket_name(bucket), bucket.key, bucket) for bucket in buckets),
            *((group.group.name, group.key, group) for group in groups),
        ]
        return [self._filter(*part) for part in parts] if len(parts) > 1 or self.view.bucket != TOGETHER else []

    @cached_property
    def progress(self) -> list[GroupStandingsOf[Any]]:
        """The groups whose progress is shown: all, or of many the one looked at and those where most is missing."""
        groups = self.standings.groups
        wanted = sorted(groups, key=lambda group: (group.key != self.view.bucket, len(group.entrants) - group.people))
        shown = {group.key for group in wanted[:SHOWN_GROUPS]}
        return [group for group in groups if group.key in shown]

    def group_view(self, group: GroupStandingsOf[Any]) -> View:
        return replace(self.view, bucket=group.key, page=1, why=None)

    def _of(self, what: int | Whole) -> View:
        return replace(self.view, activity=what, page=1, why=None)

    def _filter(self, label: str, key: str, part: Part[Any]) -> Filter:
        view = replace(self.view, bucket=key, page=1, why=None)
        return Filter(label, view, len(part.entrants), key == self.view.bucket)


@dataclass(frozen=True)
class ActivityBoard(Board):
    standings: Standings
    activity: Activity

    kind: ClassVar[str] = "activity"

    @property
    def title(self) -> str:
        return self.activity.name

    @property
    def revision(self) -> int:
        return self.activity.revision

    @property
    def activities(self) -> Sequence[Activity]:
        return (self.activity,)

    @property
    def column(self) -> str:
        """What heads the values."""
        if self.activity.mark_type is EvaluationType.TIME_LOW:
            return _("Time")
        unit = self.activity.unit
        return _("Result, %(unit)s", unit=unit) if unit else _("Result")

    @property
    def has_statuses(self) -> bool:
        return any(row.place is None for row in self.lines.items)

    def shown(self, row: Row) -> str:
        return self.shown_value(row.value)

    def shown_value(self, value: Value) -> str:
        return show(value, self.activity.mark_type, decimal_mark=decimal_mark(), places=self._places)

    @cached_property
    def chances(self) -> Mapping[int, Chance]:
        """Who goes on, by participant: in the board of all together, which is what a cut is about."""
        cut = cut_of(self.activity)
        if cut is None or self.view.bucket != TOGETHER:
            return {}
        is_open = self.activity.state is ActivityState.OPEN
        waiting = self.standings.people - self.standings.done if is_open else 0
        ranked = [Ranked(row.participant.id, row.value, row.place) for row in self.rows]
        return chances(ranked, waiting, cut, self.activity.is_higher_better)

    @cached_property
    def why(self) -> Why | None:
        row = self.told
        return of_activity(row, self.rows, self.activity, self.shown) if row else None

    @cached_property
    def _places(self) -> int:
        """As many decimals as the finest value has, so that a column lines up, unless one is far finer.

        At least as many as the activity asks for.
        """
        amounts = (row.value.amount for row in self.rows if row.value.amount is not None)
        finest = min(max((-int(amount.as_tuple().exponent) for amount in amounts), default=0), ALIGNED_PLACES)
        return max(finest, self.activity.decimal_places)


@dataclass(frozen=True)
class WholeBoard(Board):
    """Over all activities. Where the scheme does not fit them any more, there are no rows, and `misfit` is true."""

    standings: OverallStandings
    scheme: Plan

    @property
    def activities(self) -> Sequence[Activity]:
        return [activity for activity in self.event.activities if activity.id in self.scheme.weights]

    @cached_property
    def figures(self) -> Figures:
        return figures_of(self.scheme, self.activities)

    @cached_property
    def misfit(self) -> bool:
        try:
            is_total_higher_better(self.scheme, self.event.activities)
        except BadScheme:
            return True
        return False

    def shown(self, row: OverallRow | TeamRow) -> str:
        return self.figures.total(row.total)


@dataclass(frozen=True)
class OverallBoard(WholeBoard):
    kind: ClassVar[str] = "overall"

    @property
    def title(self) -> str:
        return whole_name(Whole.OVERALL)

    @cached_property
    def rows(self) -> Sequence[OverallRow]:
        return () if self.misfit else self.part.rows

    @cached_property
    def why(self) -> Why | None:
        row = self.told
        return of_overall(row, self.rows, self.scheme, self.figures, self.shown) if row else None

    @property
    def words(self) -> str:
        """How the totals come about."""
        return capitalised(total_words(self.scheme.scheme))


@dataclass(frozen=True)
class TeamBoard(WholeBoard):
    kind: ClassVar[str] = "teams"

    @property
    def title(self) -> str:
        return whole_name(Whole.TEAMS)

    @cached_property
    def rows(self) -> Sequence[TeamRow]:
        if self.misfit or self.scheme.teams is None:
            return ()
        return team_rows(self.part.rows, self.scheme.teams, is_total_higher_better(self.scheme, self.event.activities))

    @cached_property
    def why(self) -> Why | None:
        row = self.told
        return of_team(row, self.rows, self.scheme.teams, self.shown) if row and self.scheme.teams else None

    @property
    def words(self) -> str:
        return capitalised(team_words(self.scheme.teams)) if self.scheme.teams else ""


def subject_of(row: Row | OverallRow | TeamRow) -> Competitor | Team:
    """Whose line it is: both have an id and a name."""
    return row.team if isinstance(row, TeamRow) else row.participant


NOBODY: Part[Any] = Part((), lambda _nobody: ())


def board_of(view: View) -> Board:
    """404 for an activity that is not the event's; five statements, whatever there is."""
    at = time.time()
    event = queries.event_as_it_is(view.event) or abort(404)
    if isinstance(view.activity, Whole):
        plan = plan_of(event)
        if plan is None or not has_whole(plan, view.activity):
            abort(404)
        kind = OverallBoard if view.activity is Whole.OVERALL else TeamBoard
        as_frozen = view.activity is Whole.TEAMS and freezes.of_overall(event.freezes)[1] is not None
        key = (event.link_token, f"overall {as_frozen}", event.revision, freezes.began(event.freezes, at))
        overall = recent().get(key, lambda: queries.overall(event, plan, as_frozen=as_frozen))
        return kind(view, event, overall, at, plan)
    activity = next((one for one in event.activities if view.activity in (None, one.id)), None)
    if activity is None:
        return Board(view, event, StandingsOf(NOBODY, (), ()), at) if view.activity is None else abort(404)
    of = (event.link_token, activity.id, activity.revision, freezes.began(event.freezes, at))
    standings = recent().get(of, lambda: queries.standings(event, activity))
    return ActivityBoard(replace(view, activity=activity.id), event, standings, at, activity)


def recent() -> Recent:
    return cast(Recent, current_app.extensions["laurel_standings"])


def has_whole(plan: Plan | None, whole: Whole) -> bool:
    return plan is not None and (whole is Whole.OVERALL or plan.teams is not None)


def capitalised(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def whole_name(whole: Whole) -> str:
    return _("Overall") if whole is Whole.OVERALL else _("Teams")


def bucket_name(bucket: BucketOf[Any]) -> str:
    """As the organiser calls the category; with a gender beside it where the category has none itself."""
    gender = gender_of_many(bucket.gender) if bucket.gender else _("Gender not stated")
    if bucket.bracket and (bucket.bracket.gender or not bucket.gender):
        return bucket.category
    if bucket.category == ALL:
        return gender
    category = bucket.category if bucket.bracket else _("no category")
    return f"{gender} · {category}"


def key_of(row: Row | OverallRow | TeamRow) -> int:
    return subject_of(row).id


def _which(text: str) -> int | Whole | None:
    if text in set(Whole):
        return Whole(text)
    return int(text) if re.fullmatch(r"\d{1,10}", text, re.ASCII) else None
