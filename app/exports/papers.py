"""The result lists as a PDF: of each activity and category, over all activities, and of teams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from flask_babel import format_datetime
from flask_babel import gettext as _

from .. import typesetting
from ..database import now
from ..events.kinds import ActivityState, EventStatus
from ..events.labels import days
from ..events.models import Event
from ..i18n import decimal_mark, language
from ..leaderboards.board import bucket_name
from ..leaderboards.queries import wholes
from ..leaderboards.standings import ALL, BucketOf, Competitor
from ..leaderboards.whole import OverallRow
from .printing import ResultList, result_lists

SOURCE = Path(__file__).with_name("results.typ")
FONTS = ("Inter", "Amiri")


@dataclass(frozen=True)
class Column:
    name: str
    number: bool = False
    wide: bool = False


@dataclass(frozen=True)
class List:
    title: str
    note: str
    columns: list[Column]
    rows: list[list[str]]


def results_paper(event: Event) -> dict[str, object]:
    """What `results.typ` sets. Reads all that it needs."""
    lists = [*_whole_lists(event), *(_list(one, event) for one in result_lists(event))]
    return {
        "title": event.name,
        "day": ", ".join(part for part in (event.place, days(event, "long")) if part),
        "made": _("Results as they stood on %(time)s", time=format_datetime(now(), "short")),  # type: ignore[no-untyped-call]
        "language": language(),
        "fonts": FONTS,
        "lists": [asdict(one) for one in lists],
    }


def as_pdf(paper: dict[str, object]) -> bytes:
    return typesetting.pdf(SOURCE, paper)


def _list(one: ResultList, event: Event) -> List:
    category = _("Without a category") if one.is_unassigned else one.category
    result = f"{_('Result')} ({one.activity.unit})" if one.activity.unit else _("Result")
    columns = [*_people_columns(), Column(result, number=True)]
    rows = [[*_person(row.place, row.participant), value] for row, value in one.rows]
    is_open = one.activity.state is ActivityState.OPEN and event.status is not EventStatus.ARCHIVED
    note = _("Scoring is still open, places may change.") if is_open else ""
    return List(_joined(one.activity.name, one.gender, category), note, columns, rows)


def _whole_lists(event: Event) -> Iterator[List]:
    found = wholes(event)
    if found is None:
        return
    figures = replace(found.figures, mark=decimal_mark())
    columns = [*_people_columns(), Column(_("Total"), number=True)]
    for bucket in found.overall.buckets:
        rows = [[*_person(row.place, row.participant), figures.total(row.total)] for row in bucket.rows]
        yield List(_joined(_("Overall"), _part(bucket)), "", columns, rows)
    if found.teams:
        rows = [[str(row.place or "–"), row.team.name, figures.total(row.total)] for row in found.teams]
        head = [Column(_("Place"), number=True), Column(_("Team"), wide=True), Column(_("Total"), number=True)]
        yield List(_("Teams"), "", head, rows)


def _part(bucket: BucketOf[OverallRow]) -> str:
    return "" if bucket.category == ALL and bucket.gender is None else bucket_name(bucket)


def _people_columns() -> list[Column]:
    return [
        Column(_("Place"), number=True),
        Column(_("Name"), wide=True),
        Column(_("Group")),
        Column(_("Age"), number=True),
    ]


def _person(place: int | None, person: Competitor) -> list[str]:
    age = "" if person.age is None else str(person.age)
    return [str(place or "–"), person.name, person.group.name, age]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
