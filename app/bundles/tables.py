"""What of an event goes into its bundle, and what stays behind and why.

Every table that belongs to an event stands in one of the two lists, and a test holds that: a feature with a table of
its own adds a line here. Columns need a line only where they hold what a number or a text cannot say by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import JSON, ColumnElement, Table, select
from sqlalchemy.schema import Column

from ..assets import FileKey
from ..extensions import Model


@dataclass(frozen=True)
class Carried:
    """`behind` are columns that stay behind, `rows` such without a foreign key that name a row of another table, and
    `open_json` those whose JSON names no rows. `keys` are columns of JSON whose keys are the numbers of rows of another
    table, or words; `files` those whose JSON names files that rows of the tables before name too."""

    behind: frozenset[str] = frozenset()
    rows: Mapping[str, str] = field(default_factory=dict)
    open_json: frozenset[str] = frozenset()
    keys: Mapping[str, str] = field(default_factory=dict)
    files: frozenset[str] = frozenset()


def _carried(
    *, behind: str = "", open_json: str = "", keys: Mapping[str, str] | None = None, files: str = "", **rows: str
) -> Carried:
    return Carried(frozenset(behind.split()), rows, frozenset(open_json.split()), keys or {}, frozenset(files.split()))


CARRIED: dict[str, Carried] = {
    "events": _carried(
        behind="link_token hooked revision audit_head audit_length",
        open_json="overall_rules team_rules",
        keys={"freezes": "activities"},
    ),
    "groups": _carried(behind="name_key"),
    "participants": _carried(open_json="extra", merged_into_id="participants"),
    "activities": _carried(behind="name_key revision", open_json="rules"),
    "categories": _carried(behind="name_key"),
    "records": _carried(behind="updated_by_link_id checked_by_id", open_json="ties"),
    "marks": _carried(),
    "record_changes": _carried(behind="device", open_json="old new", undoes="record_changes"),
    "second_entries": _carried(open_json="marks"),
    "flags": _carried(behind="answered_by_id"),
    "tournaments": _carried(),
    "pooled_maps": _carried(),
    "sponsor_images": _carried(),
    "diploma_files": _carried(),
    "diploma_templates": _carried(),
    "diploma_layouts": _carried(files="layout"),
    "award_rules": _carried(),
}
"""In an order in which whatever is referred to comes first. Of who did something the name goes along and the account
does not: that it was theirs cannot be known elsewhere."""

LEFT_BEHIND: dict[str, str] = {
    "audit_entries": "is no table of the new event: the log goes along as a file of its own, as it was",
    "bundle_imports": "is where the event came from; the logs that came along go on with it",
    "diplomas": "was sealed here, and is verified at an address of this installation",
    "event_evaluators": "goes along as addresses, by which people are found or invited",
    "follows": "are wishes of accounts of this installation",
    "group_evaluators": "goes along with the addresses",
    "imports": "holds the numbers of rows here, by which it is undone; what it did is in the log",
    "invited_evaluators": "goes along as addresses",
    "invited_players": "names invitations, which open nothing elsewhere",
    "judge_links": "is a way in, and opens nothing elsewhere",
    "match_imports": "is where scores came from, which go along themselves",
    "paper_evidence": "is of photos that were taken here",
    "paper_scans": "are photos that were taken here",
    "paper_sheets": "is paper that was printed here",
    "plan_changes": "holds the numbers of rows here, by which it is undone; what it did is in the log",
    "player_ties": "names accounts of this installation: that somebody is theirs elsewhere cannot be known",
    "print_runs": "is paper that was printed here",
    "scenes": "says what each of the screens shows, and those are paired with this installation",
    "screens": "is a screen in one hall, paired with this installation",
    "team_logins": "is a way in, and opens nothing elsewhere",
    "webhook_deliveries": "was told to a program of this installation",
    "webhooks": "is between this installation and a program, with a secret of theirs",
}


@cache
def table(name: str) -> Table:
    return Model.metadata.tables[name]


def columns(name: str) -> list[Column[object]]:
    """Those that go along, in their order."""
    behind = CARRIED[name].behind
    return [one for one in table(name).columns if one.name not in behind and not _is_implied(one) and not _is_away(one)]


def refers_to(column: Column[object]) -> str | None:
    """The carried table that it names a row of."""
    named = CARRIED[column.table.name].rows.get(column.name)
    return named or next((target for target in _targets(column) if target in CARRIED), None)


def is_numbered(name: str) -> bool:
    """Whether its rows have a number of their own, by which others refer to them."""
    return "id" in table(name).columns


def names_a_file(column: Column[object]) -> bool:
    return isinstance(column.type, FileKey)


def has_files_inside(column: Column[object]) -> bool:
    return column.name in CARRIED[column.table.name].files


def is_json(column: Column[object]) -> bool:
    return isinstance(column.type, JSON)


def of_event(name: str, event_id: int) -> ColumnElement[bool]:
    """Which rows of the table are the event's."""
    here = table(name)
    if name == "events":
        return here.c.id == event_id
    if "event_id" in here.columns:
        return here.c.event_id == event_id
    parent = next(one for one in here.columns if one.foreign_keys and refers_to(one))
    above = table(str(refers_to(parent)))
    return parent.in_(select(above.c.id).where(of_event(above.name, event_id)))


def belonging_to_events() -> set[str]:
    """Every table that has rows of an event: by a column that says so, or through another such table."""
    found = {"events"}
    tables = Model.metadata.sorted_tables
    while more := {one.name for one in tables if one.name not in found and _belongs(one, found)}:
        found |= more
    return found


def _belongs(one: Table, known: set[str]) -> bool:
    return "event_id" in one.columns or any(target in known for column in one.columns for target in _targets(column))


def _targets(column: Column[object]) -> Iterator[str]:
    return (key.target_fullname.partition(".")[0] for key in column.foreign_keys)


def _is_implied(column: Column[object]) -> bool:
    """The row's own number, and the event that all of it belongs to."""
    return column.name in {"id", "event_id"}


def _is_away(column: Column[object]) -> bool:
    """Names a row of what does not go along: an account, most of all."""
    return bool(column.foreign_keys) and refers_to(column) is None
