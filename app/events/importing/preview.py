"""The rows of a preview, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from flask_sqlalchemy.pagination import Pagination

from .headers import Field
from .mapping import Mapping
from .plan import Plan, PlannedRow
from .queries import Reading
from .table import Row
from .text import clean

PER_PAGE = 100
ASKED = "asked"


@dataclass(frozen=True)
class PreviewRow:
    """A row as it stands in the file, and what will become of it; None while the columns have problems.

    `group` is where the person will be, if that is spelled in another way than here.
    """

    row: Row
    planned: PlannedRow | None = None
    group: str | None = None

    @property
    def wrong_columns(self) -> set[str | None]:
        return {error.column for error in self.planned.errors} if self.planned else set()


class RowPage(Pagination):
    """A page out of a list of preview rows; the last one where there are not so many. `only` says which they are."""

    only: str | None = None

    def _query_items(self) -> list[PreviewRow]:
        rows: list[PreviewRow] = self._query_args["rows"]
        return rows[self._query_offset :][: self.per_page]

    def _query_count(self) -> int:
        return len(self._query_args["rows"])


def name_column(mapping: Mapping) -> int | None:
    """The column that says best who a row is about."""
    return next(iter(mapping.columns(Field.DISPLAY_NAME, Field.LAST_NAME, Field.FIRST_NAME)), None)


def row_page(reading: Reading, plan: Plan | None, only: str | None, page: int) -> RowPage:
    """Of the rows with one verdict only, or those where something is ASKED; of all where there are none of these."""
    rows = _rows(reading, plan, only)
    if only and not rows:
        rows, only = _rows(reading, plan, None), None
    last = max(1, -(-len(rows) // PER_PAGE))
    found = RowPage(page=min(page, last), per_page=PER_PAGE, error_out=False, rows=rows)
    found.only = only
    return found


def _rows(reading: Reading, plan: Plan | None, only: str | None) -> list[PreviewRow]:
    if plan is None:
        return [PreviewRow(row) for row in reading.table.rows]
    asked = {question.row for question in plan.questions}
    column = next(iter(reading.mapping.columns(Field.GROUP_NAME)), None)
    both = zip(reading.table.rows, plan.rows, strict=True)
    return [
        PreviewRow(row, planned, _other_group("" if column is None else row.cells[column], planned))
        for row, planned in both
        if only is None or planned.verdict == only or (only == ASKED and planned.number in asked)
    ]


def _other_group(cell: str, planned: PlannedRow) -> str | None:
    group = planned.person.group_name if planned.person else None
    return None if group == clean(cell) else group
