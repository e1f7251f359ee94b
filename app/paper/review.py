"""The table of a scan: what was read beside what stands, for a person to look at and to save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..i18n import decimal_mark
from ..scoring import rows as sheets
from ..scoring.actions import Entry, Outcome
from ..scoring.queries import Sheet
from ..scoring.rows import Row
from .models import PaperScan
from .reading.confidence import Reason, State


@dataclass(frozen=True)
class Line:
    """A row of the page with somebody's name. `texts` stand in the fields; `row` is what stands in the database and
    what became of it when it was sent.
    """

    number: int
    row: Row
    texts: tuple[str, ...]
    state: State
    reasons: tuple[str, ...]
    differs: bool

    @property
    def is_doubtful(self) -> bool:
        return self.state is State.REVIEW


class TwoRows(ValueError):
    """One person was chosen for two rows; the argument is their name."""


def lines_of(
    scan: PaperScan, sheet: Sheet, outcomes: Iterable[Outcome] = (), typed: Mapping[str, str] | None = None
) -> list[Line]:
    """In the order of the page. Who is not in the group any more has no line. What was `typed` stays in its field."""
    outcomes = list(outcomes)
    mark = decimal_mark()
    standing = {row.participant.id: row for row in sheets.rows_of(sheet, mark, outcomes)}
    sent = {outcome.entry.participant.id for outcome in outcomes}
    return [
        _line(read, standing[read["participant"]], read["participant"] in sent, mark, typed or {})
        for read in scan.rows
        if read["participant"] in standing
    ]


@dataclass(frozen=True)
class Stranger:
    """A row with something on it that nobody of the group has: a spare one, of who is gone, or whose name could be read
    in two ways. A person may say whose it is.
    """

    number: int
    name: str
    texts: tuple[str, ...]
    owner: str = ""


def strangers(scan: PaperScan, sheet: Sheet, typed: Mapping[str, str] | None = None) -> list[Stranger]:
    here = {person.id for person in sheet.participants}
    count, mark, typed = sheet.activity.marking.count, decimal_mark(), typed or {}
    return [
        Stranger(
            row["row"],
            row["name"],
            tuple(
                typed.get(f"text-{row['row']}-{place}", text) for place, text in enumerate(_texts(row, count, mark), 1)
            ),
            typed.get(f"owner-{row['row']}", ""),
        )
        for row in scan.rows
        if row["participant"] not in here and row["state"] != State.EMPTY
    ]


def without_row(scan: PaperScan, sheet: Sheet) -> list[tuple[str, str]]:
    """Who may be meant by a stranger's row: with the version of what stands for them, and their name."""
    taken = {row["participant"] for row in scan.rows}
    rows = sheets.rows_of(sheet, decimal_mark())
    return [
        (f"{row.participant.id}:{row.standing.version}", row.participant.display_name)
        for row in rows
        if row.participant.id not in taken
    ]


def with_owners(scan: PaperScan, sheet: Sheet, form: Mapping[str, str]) -> tuple[dict[int, int], dict[str, str]]:
    """Whose strangers' rows are, by their numbers, and the form as if they always had been. Raises TwoRows."""
    whole, owners = dict(form), {}
    people = {person.id: person for person in sheet.participants}
    taken = {row["participant"] for row in scan.rows}
    for row in strangers(scan, sheet, form):
        chosen, _colon, version = row.owner.partition(":")
        person = people.get(int(chosen)) if chosen.isdecimal() else None
        if person is None or not any(text.strip() for text in row.texts):
            continue
        if person.id in taken:
            raise TwoRows(person.display_name)
        taken.add(person.id)
        owners[row.number] = person.id
        whole[f"version-{person.id}"] = version
        whole |= {f"value-{person.id}-{place}": text for place, text in enumerate(row.texts, 1)}
    return owners, whole


def entries_of(scan: PaperScan, sheet: Sheet, form: Mapping[str, str]) -> list[Entry]:
    """What is to be saved. Boxes that are left blank say nothing, and clear nothing."""
    on_page = {row["participant"] for row in scan.rows}
    entries = sheets.entries_of(sheet, form)
    return [
        one for one in entries if one.participant.id in on_page and any(str(mark or "").strip() for mark in one.marks)
    ]


def _line(read: dict[str, Any], row: Row, sent: bool, mark: str, typed: Mapping[str, str]) -> Line:
    texts = row.texts if sent else _texts(read, len(row.shown), mark)
    if not sent:
        name = f"value-{row.participant.id}"
        texts = tuple(typed.get(f"{name}-{place}", text) for place, text in enumerate(texts, 1))
    reasons = list(read["reasons"])
    differs = any(row.shown) and any(texts) and not _same(texts, row.shown)
    if differs and not sent:
        reasons.append(Reason.STORED.value)
    state = State.REVIEW if differs and not sent else State(read["state"])
    return Line(read["row"], row, texts, state, tuple(dict.fromkeys(reasons)), differs)


def _texts(read: dict[str, Any], count: int, mark: str) -> tuple[str, ...]:
    if read["tick"]:
        return (read["tick"],) + ("",) * (count - 1)
    found = [one["value"].replace(".", mark) for one in read["marks"]][:count]
    return (*found, *[""] * (count - len(found)))


def _same(texts: tuple[str, ...], shown: tuple[str, ...]) -> bool:
    return [_plain(text) for text in texts] == [_plain(text) for text in shown]


def _plain(text: str) -> str:
    """1:05.50 and 1:05.5 are the same; so are 012 and 12."""
    said = text.replace(",", ".").strip().casefold()
    said = said.rstrip("0").rstrip(".") if "." in said else said
    return said.lstrip("0") or "0"
