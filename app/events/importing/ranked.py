"""A list of results as Laurel exports it, a row for each result, as a table with a row for each person. Pure.

The header is `rank,podium,activity,gender,age_category,participant_name,group_name,age,score`. Ranks, medals and
categories follow from the scores and are not read. Who a row is about is said by name and group alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.events.importing.headers import Field
from app.events.importing.table import Row, Table
from app.events.importing.text import clean, unguarded

NEEDED = ("activity", "participant_name", "group_name", "score")
PERSON = (Field.DISPLAY_NAME.value, Field.GROUP_NAME.value, Field.GENDER.value, Field.AGE.value)


def by_person(table: Table) -> Table:
    """The same table where it is no such list. The columns of a person, then one for each activity."""
    if not set(NEEDED) <= set(table.headers) or "display_name" in table.headers:
        return table
    at = {name: table.headers.index(name) for name in table.headers}
    activities = list(dict.fromkeys(_cell(row, at, "activity") for row in table.rows))
    column = {name: place for place, name in enumerate(activities)}
    found: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    for row in table.rows:
        name = _cell(row, at, "activity")
        _number, scores = _whose(found, row, at, column[name], len(activities))
        scores[column[name]] = _cell(row, at, "score")
    rows = tuple(Row(number, (*who[:4], *scores)) for who, (number, scores) in found.items())
    return replace(table, headers=_headers(activities), rows=rows, is_ranked=True)


def _whose(
    found: dict[tuple[str, ...], tuple[int, list[str]]], row: Row, at: dict[str, int], column: int, width: int
) -> tuple[int, list[str]]:
    """The scores of this row's person. Somebody who has one already is somebody else of the same name."""
    person = tuple(_cell(row, at, name) for name in ("participant_name", "group_name", "gender", "age"))
    for twin in range(len(found) + 1):
        known = found.setdefault((*person, str(twin)), (row.number, [""] * width))
        if not known[1][column]:
            return known
    raise AssertionError("there is always room for one more")


def _cell(row: Row, at: dict[str, int], name: str) -> str:
    return clean(unguarded(row.cells[at[name]])) if name in at else ""


def _headers(activities: Iterable[str]) -> tuple[str, ...]:
    """An activity may be called like a column of people, or like nothing at all."""
    taken = list(PERSON)
    for name in activities:
        candidate = name or "#"
        while candidate in taken:
            candidate += " "
        taken.append(candidate)
    return tuple(taken)
