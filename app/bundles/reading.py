"""What a bundle would make: every row looked at before the first is written. Reads nothing but the bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..accounts.invitations.addresses import Invited
from ..audit import digest, hash_of
from ..audit.models import GENESIS, AuditEntry
from ..events.freezes import OVERALL, WHOLE, of_overall, planned
from ..events.kinds import Formula
from ..events.marking import Marking
from ..events.names import name_key
from . import pieces
from .archive import Bundle, Damaged
from .cells import WrongCell, read, whole
from .tables import CARRIED, columns, names_a_file, refers_to, table

MOST_ROWS = 2_000_000
MOST_STAFF = 2000

Row = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """A log that comes along. `unbroken` says that each of its rows follows the one before, and none was altered."""

    event_id: int
    length: int
    head: str
    unbroken: bool


@dataclass(frozen=True)
class Contents:
    """Rows by table, where a reference is the place of the row it names and a file its place, both from 1; `staff`
    with the place of their group."""

    rows: Mapping[str, Sequence[Row]]
    staff: Sequence[tuple[Invited, int | None]]
    origins: Sequence[Origin]

    @property
    def event(self) -> Row:
        return self.rows["events"][0]


def contents_of(bundle: Bundle) -> Contents:
    """Raises Damaged."""
    try:
        tables = bundle.event["tables"]
        if not set(tables) <= set(CARRIED):
            raise Damaged("newer")
        rows: dict[str, list[Row]] = {}
        for name in CARRIED:
            rows[name] = list(_rows(name, tables.get(name) or {"columns": [], "rows": []}, rows, bundle))
        if len(rows["events"]) != 1 or sum(map(len, rows.values())) > MOST_ROWS:
            raise Damaged("contradictory")
        _check(rows)
        pieces.check(rows, bundle.files)
        staff = [_member(one, len(rows["groups"])) for one in bundle.event["staff"][:MOST_STAFF]]
        return Contents(rows, staff, [_origin(log) for log in bundle.logs])
    except Damaged:
        raise
    except (WrongCell, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Damaged("contradictory") from error


def _rows(name: str, given: Mapping[str, Any], before: Mapping[str, Sequence[Row]], bundle: Bundle) -> Iterator[Row]:
    known = {column.name: column for column in columns(name)}
    if not set(given["columns"]) <= set(known):
        raise Damaged("newer")
    asked = [(known[column], refers_to(known[column])) for column in given["columns"]]
    for cells in given["rows"]:
        row: Row = {}
        for (column, target), value in zip(asked, cells, strict=True):
            if target and value is not None:
                row[column.name] = _place(value, len(given["rows"] if target == name else before[target]))
            elif names_a_file(column):
                row[column.name] = _place(value, len(bundle.files)) if value else value
            else:
                row[column.name] = read(column, value)
        if "name_key" in table(name).columns:
            row["name_key"] = name_key(row["name"])
        yield row


def _place(value: Any, last: int) -> int:
    """Of a row or a file that is there."""
    if not 1 <= whole(value) <= last:
        raise WrongCell("names what is not there")
    return int(value)


def _check(rows: Mapping[str, Sequence[Row]]) -> None:
    """What the pages rely on and no constraint of the database holds."""
    freezes = rows["events"][0].setdefault("freezes", {})
    of_overall(freezes)
    for activity in freezes.keys() - {OVERALL}:
        planned(freezes, None if activity == WHOLE else _place(int(activity), len(rows["activities"])))
    counts = []
    for activity in rows["activities"]:
        rules, count = activity["rules"], activity["mark_count"]
        marking = Marking.of(count, Formula(activity["formula"]), activity["higher_is_better"], rules)
        if not 1 <= count == marking.count <= 200 or not isinstance(rules, dict):
            raise WrongCell("is marked in no way there is")
        counts.append(count)
    for person in rows["participants"]:
        if not all(isinstance(text, str) for text in person["extra"].values()):
            raise WrongCell("has notes that are no text")
    for record in rows["records"]:
        if record["version"] < 1 or (record["amount"] is not None and record["status"] is not None):
            raise WrongCell("is no value")
        list(map(Decimal, record["ties"] or ()))
    for mark in rows["marks"]:
        record = rows["records"][mark["record_id"] - 1]
        if not 1 <= mark["position"] <= counts[record["activity_id"] - 1]:
            raise WrongCell("is a mark that the activity has not")
    for change in [*rows["record_changes"], *rows["second_entries"]]:
        for name in {"old", "new", "marks"} & set(change):
            _marks(change[name])


def _marks(given: Any) -> None:
    if not isinstance(given, list) or not all(one is None or isinstance(one, str) for one in given):
        raise WrongCell("is no list of marks")


def _member(one: Sequence[Any], groups: int) -> tuple[Invited, int | None]:
    email, name, group = one
    if not isinstance(email, str) or not isinstance(name, str) or not 3 <= len(email) <= 254 or "@" not in email:
        raise WrongCell("is no address")
    return Invited("", email.casefold(), name[:120]), None if group is None else _place(group, groups)


def _origin(log: Mapping[str, Any]) -> Origin:
    """Walked in the way of `audit verify`. A payload that was erased there is no fault."""
    entries, head, unbroken = log["entries"], GENESIS, True
    for sequence, given in enumerate(entries, start=1):
        entry = AuditEntry(**{**given, "at": datetime.fromisoformat(given["at"])}, event_id=log["event_id"])
        payload = given["payload"]
        unbroken &= given["sequence"] == sequence and given["previous_hash"] == head and given["hash"] == hash_of(entry)
        unbroken &= payload is None or given["payload_hash"] == digest(payload)
        head = given["hash"]
    unbroken &= (len(entries), head) == (log["length"], log["head"])
    return Origin(whole(log["event_id"]), whole(log["length"]), str(log["head"])[:64], bool(unbroken))
