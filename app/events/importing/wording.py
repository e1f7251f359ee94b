"""What the preview calls things."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, cast

from flask_babel import format_date, format_decimal, gettext, ngettext
from flask_babel import lazy_gettext as _

from ..models import Activity
from .decimals import Decimals, without_thousands
from .headers import Field
from .mapping import LABELS, Result
from .plan import Plan, PlannedRow, Verdict
from .preview import PreviewRow
from .queries import Reading

VERDICTS = {
    Verdict.NEW: _("new"),
    Verdict.CHANGED: _("changed"),
    Verdict.UNCHANGED: _("unchanged"),
    Verdict.REFUSED: _("left out"),
}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1250": "Windows-1250",
    "iso-8859-2": "ISO 8859-2",
    "cp852": "DOS 852",
    "mac_latin2": "Mac CE",
    "cp1252": "Windows-1252",
    "cp1251": "Windows-1251",
}
DELIMITERS = {";": _("semicolon"), ",": _("comma"), "\t": _("tab"), "|": _("vertical bar")}


class Change(NamedTuple):
    label: str
    old: str
    new: str


DECIMALS = {
    Decimals.COMMA: _("decimal comma"),
    Decimals.POINT: _("decimal point"),
    Decimals.EITHER: _("decimal comma or point"),
}


def attempt(activity: Activity, result: Result) -> str:
    """Which mark of the activity, as the sheet calls it."""
    marking = activity.marking
    if marking.count == 1:
        return activity.name
    column = marking.columns[result.mark - 1]
    if not column.criterion.name and not marking.is_judged:
        return gettext("%(activity)s, attempt %(attempt)s", activity=activity.name, attempt=column.number)
    number = str(column.number) if marking.each > 1 or not column.criterion.name else ""
    return f"{activity.name}, {' '.join(filter(None, (column.criterion.name, number)))}"


def results_of(activity: Activity, result: Result) -> str:
    return gettext("Results: %(activity)s", activity=attempt(activity, result))


def changes(row: PreviewRow, reading: Reading) -> Iterator[Change]:
    """Field by field, a note under the header that it stands under in the file; then the results. Of somebody new only
    those that are read in another way than they look."""
    planned = row.planned or PlannedRow(row.row.number, Verdict.REFUSED)
    for name, (old, new) in planned.changes.items():
        if name != Field.METADATA:
            yield Change(str(LABELS[Field(name)]), _shown(old), _shown(new))
            continue
        before, after = cast(dict[str, str], old), cast(dict[str, str], new)
        for header, note in after.items():
            if before.get(header) != note:
                yield Change(header, _shown(before.get(header)), note)
    activities = {activity.id: activity for activity in reading.activities}
    for result, (standing, text) in planned.results.items():
        cell = row.row.cells[reading.mapping.results[result]]
        if planned.participant_id or without_thousands(cell, Decimals(reading.table.decimals or "either")) != cell:
            yield Change(attempt(activities[result.activity_id], result), _shown(standing), text)


def _shown(value: object) -> str:
    if value is None:
        return gettext("nothing")
    if isinstance(value, date):
        return str(format_date(value, "medium"))  # type: ignore[no-untyped-call]
    return str(value)


def confirmation(plan: Plan) -> str:
    """What the button says that it will do."""
    people, left_out = plan.writes, plan.counts[Verdict.REFUSED]
    if left_out:
        return ngettext(
            "Import %(people)s person, leave out %(left_out)s",
            "Import %(people)s people, leave out %(left_out)s",
            people,
            people=format_decimal(people),
            left_out=format_decimal(left_out),
        )
    return ngettext("Import %(people)s person", "Import %(people)s people", people, people=format_decimal(people))
