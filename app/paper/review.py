"""The table of a scan: what was read beside what stands, for a person to look at and to save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..events.models import Participant
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


def lines_of(scan: PaperScan, sheet: Sheet, outcomes: Iterable[Outcome] = ()) -> list[Line]:
    """In the order of the page. Who is not in the group any more has no line."""
    outcomes = list(outcomes)
    mark = decimal_mark()
    standing = {row.participant.id: row for row in sheets.rows_of(sheet, mark, outcomes)}
    sent = {outcome.entry.participant.id for outcome in outcomes}
    return [
        _line(read, standing[read["participant"]], read["participant"] in sent, mark)
        for read in scan.rows
        if read["participant"] in standing
    ]


def strangers(scan: PaperScan, sheet: Sheet) -> list[dict[str, Any]]:
    """Rows with something on them that nobody of the group has: spare ones, and of who is gone."""
    here = {person.id for person in sheet.participants}
    return [row for row in scan.rows if row["participant"] not in here and row["state"] != State.EMPTY]


def entries_of(scan: PaperScan, sheet: Sheet, form: Mapping[str, str]) -> list[Entry]:
    """What is to be saved. Boxes that are left blank say nothing, and clear nothing."""
    on_page = {row["participant"] for row in scan.rows}
    entries = sheets.entries_of(sheet, form)
    return [
        one for one in entries if one.participant.id in on_page and any(str(mark or "").strip() for mark in one.marks)
    ]


def is_written(form: Mapping[str, str], person: Participant) -> bool:
    return any(text.strip() for name, text in form.items() if name.startswith(f"value-{person.id}-"))


def _line(read: dict[str, Any], row: Row, sent: bool, mark: str) -> Line:
    texts = row.texts if sent else _texts(read, len(row.shown), mark)
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
