"""Photos of sheets: taken in, read by the worker, and saved by a person. Commits nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from .. import assets, audit
from ..accounts.models import User
from ..database import begin_writing, locked, now
from ..events.models import Activity, Event, Participant
from ..events.queries import is_staying
from ..extensions import db
from ..jobs import chore, enqueue, job, still_working
from ..scoring.actions import Outcome
from . import tables
from .models import PaperEvidence, PaperScan, PaperSheet, ScanState
from .reading import foreign, reader
from .reading.confidence import DISAGREES, Reason, State
from .reading.reader import Code, Photo, Refused, Taken, Unreadable


@dataclass(frozen=True)
class Told:
    """What a person says that a photo shows: one of our sheets whose code cannot be read, or a group and an activity on
    a sheet that is not ours.
    """

    sheet_id: int | None = None
    group_id: int | None = None
    activity_id: int | None = None

    def __bool__(self) -> bool:
        return self != Told()


OLDER = "older"
"""Said of what was read all the same: a newer version of this sheet has been printed."""


class Settled(Exception):
    """Somebody else has saved or put away this scan already."""


def add(event: Event, files: Sequence[tuple[str, bytes]], *, by: User) -> tuple[list[PaperScan], list[PaperScan]]:
    """The scans that wait now, and those that are here already with the very same file."""
    made: list[PaperScan] = []
    known: list[PaperScan] = []
    for name, data in files:
        digest = hashlib.sha256(data).hexdigest()
        same = _same(event, digest)
        if same is not None:
            known.append(same)
            continue
        scan = PaperScan(
            event_id=event.id,
            name=name[:200],
            digest=digest,
            state=ScanState.WAITING,
            file=assets.put(data),
            sent_at=now(),
            sent_by_id=by.id,
            sent_by_name=by.name,
        )
        db.session.add(scan)
        db.session.flush()
        enqueue(read_scan, scan.id, queue="reads")
        made.append(scan)
    audit.record(event, "paper.scan", by=by, payload={"scans": [scan.id for scan in made]})
    return made, known


def _same(event: Event, digest: str) -> PaperScan | None:
    wanted = select(PaperScan).where(
        PaperScan.event_id == event.id,
        PaperScan.digest == digest,
        PaperScan.file != "",
        PaperScan.state != ScanState.DISCARDED,
    )
    return db.session.scalars(wanted.order_by(PaperScan.id).limit(1)).first()


@job
def read_scan(scan_id: int) -> None:
    """Read what was sent. A PDF's further pages become scans of their own. Done again, it does nothing."""
    scan = db.session.get(PaperScan, scan_id)
    if scan is None or scan.state is not ScanState.WAITING:
        return
    event_id, told = scan.event_id, Told(scan.sheet_id, scan.group_id, scan.activity_id)
    data = assets.read(scan.photo if told else scan.file)
    db.session.rollback()
    # A second or two: nobody waits for that with a lock.
    try:
        found = []
        with Photo(data) as photo:
            for taken in photo.pictures:
                still_working()
                found.append(_read(event_id, photo, taken, told))
    except Unreadable as problem:
        found = [{"state": ScanState.REFUSED, "reason": problem.reason.value}]
    db.session.rollback()
    begin_writing()
    scan = locked(PaperScan, scan_id)
    if scan.state is not ScanState.WAITING:
        return
    for number, values in enumerate(found):
        _settle(scan if number == 0 else _further(scan, number), values)


def _settle(scan: PaperScan, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(scan, name, assets.put(value) if isinstance(value, bytes) else value)


def _further(scan: PaperScan, number: int) -> PaperScan:
    made = PaperScan(
        event_id=scan.event_id,
        name=f"{scan.name} ({number + 1})"[-200:],
        digest="",
        sent_at=scan.sent_at,
        sent_by_id=scan.sent_by_id,
        sent_by_name=scan.sent_by_name,
    )
    db.session.add(made)
    return made


def _read(event_id: int, photo: Photo, taken: Taken, told: Told) -> dict[str, Any]:
    """What becomes of a scan: columns by name; files as bytes."""
    try:
        if told.group_id and told.activity_id:
            rows = foreign_rows(photo, taken, told.group_id, told.activity_id)
            return {"state": ScanState.READ, "reason": "", "rows": rows, "photo": taken.jpeg}
        code = _code_of(taken, told)
        sheet = sheet_of(code, event_id)
        rows, flat = photo.read(taken, sheet.layout, code.page, ends_of(sheet.activity))
    except Unreadable as problem:
        return {"state": ScanState.REFUSED, "reason": problem.reason.value, "photo": taken.jpeg}
    return {
        "state": ScanState.READ,
        "reason": "" if is_newest(sheet) else OLDER,
        "sheet_id": sheet.id,
        "page": code.page,
        "rows": rows,
        "photo": taken.jpeg,
        "flat": flat,
    }


def _code_of(taken: Taken, told: Told) -> Code:
    sheet = db.session.get(PaperSheet, told.sheet_id) if told.sheet_id else None
    # Which page it is, its markers say as well.
    return reader.code_of(taken) if sheet is None else Code(sheet.id, taken.page or 1, sheet.version)


def foreign_rows(photo: Photo, taken: Taken, group_id: int, activity_id: int) -> list[dict[str, Any]]:
    """In the shape of those of our own sheets, all for a person to look at. Raises Unreadable."""
    activity = db.session.get(Activity, activity_id)
    wanted = select(Participant).where(Participant.group_id == group_id, is_staying())
    people = {person.id: person.display_name for person in db.session.scalars(wanted)}
    count = activity.marking.count if activity else 1
    db.session.rollback()
    rows = tables.read(photo, taken)
    claims = foreign.match([row["name"] for row in rows], people)
    return [_foreign_row(row, claim, count) for row, claim in zip(rows, claims, strict=True)]


def _foreign_row(row: dict[str, Any], participant: int | None, count: int) -> dict[str, Any]:
    numbers = [number.replace(",", ".") for number in row["numbers"]]
    reasons = [Reason.FOREIGN]
    if not row["agree"]:
        reasons.append(Reason.DISAGREE)
    if participant is None:
        reasons.append(Reason.NOBODY)
    if len(numbers) != count and not row["tick"]:
        reasons.append(Reason.INCOMPLETE)
    confidence = row["confidence"] * (1 if row["agree"] else DISAGREES)
    marks = [{"value": number, "confidence": confidence, "reasons": []} for number in numbers[:count]]
    return {
        "row": row["row"],
        "by": row["by"],
        "participant": participant,
        "name": row["name"],
        "number": "",
        "value": row["tick"] or " ".join(numbers[:count]),
        "state": State.REVIEW.value,
        "confidence": round(confidence, 4),
        "marks": [] if row["tick"] else marks,
        "tick": row["tick"],
        "reasons": [reason.value for reason in reasons],
        "corners": row["corners"],
    }


def read_again(scan: PaperScan, told: Told, *, by: User) -> None:
    """With what a person says that it shows. Wants the scan as `to_settle` gives it."""
    scan.sheet_id, scan.group_id, scan.activity_id = told.sheet_id, told.group_id, told.activity_id
    scan.state, scan.reason = ScanState.WAITING, ""
    audit.record(scan.event, "paper.again", by=by, payload={"scan": scan.id, "name": scan.name})
    enqueue(read_scan, scan.id, queue="reads")


def assign(scan: PaperScan, owners: Mapping[int, int]) -> None:
    """Whose rows they are, as a person says: participants by the numbers of rows."""
    scan.rows = [{**row, "participant": owners.get(row["row"], row["participant"])} for row in scan.rows]


def sheet_of(code: Code, event_id: int | None = None) -> PaperSheet:
    """Raises Unreadable where there is none such, or it is of another event than is wanted."""
    sheet = db.session.get(PaperSheet, code.sheet)
    if sheet is None or sheet.version != code.version or code.page > len(sheet.layout["pages"]):
        raise Unreadable(Refused.UNKNOWN_SHEET)
    if event_id is not None and sheet.event_id != event_id:
        raise Unreadable(Refused.OTHER_EVENT)
    return sheet


def ends_of(activity: Activity) -> list[list[str | None]]:
    """Where each mark is expected: what its criterion allows, or else the activity's usual range."""
    found = []
    for column in activity.marking.columns:
        low = activity.low if column.criterion.low is None else column.criterion.low
        high = activity.high if column.criterion.high is None else column.criterion.high
        found.append([None if end is None else str(end) for end in (low, high)])
    return found


def sheets_of(event: Event) -> Sequence[PaperSheet]:
    """Whose code could not be read: the newest first."""
    wanted = select(PaperSheet).where(PaperSheet.event_id == event.id).order_by(PaperSheet.id.desc()).limit(300)
    return db.session.scalars(wanted.options(joinedload(PaperSheet.activity), joinedload(PaperSheet.group))).all()


def keep_for(event: Event, days: int | None, *, by: User) -> None:
    """Wants the event's row locked."""
    if event.photo_days != days:
        audit.record(event, "paper.keeping", by=by, payload={"from": event.photo_days, "to": days})
        event.photo_days = days


def is_newest(sheet: PaperSheet) -> bool:
    newest = db.session.scalar(
        select(func.max(PaperSheet.version)).where(
            PaperSheet.group_id == sheet.group_id, PaperSheet.activity_id == sheet.activity_id
        )
    )
    return newest == sheet.version


def to_settle(scan_id: int) -> PaperScan:
    """Locked, for one person at a time. Raises Settled."""
    scan = locked(PaperScan, scan_id)
    if scan.state not in {ScanState.READ, ScanState.REFUSED}:
        raise Settled
    return scan


def keep_evidence(scan: PaperScan, outcomes: Sequence[Outcome]) -> None:
    """What was saved came from this photo."""
    rows = {row["participant"]: row["row"] for row in scan.rows if row["participant"]}
    db.session.add_all(
        PaperEvidence(
            scan_id=scan.id,
            activity_id=outcome.entry.activity.id,
            participant_id=outcome.entry.participant.id,
            row=rows[outcome.entry.participant.id],
            version=outcome.standing.version,
        )
        for outcome in outcomes
        if outcome.verdict.is_fine
    )


def settle(scan: PaperScan, state: ScanState, *, by: User) -> None:
    scan.state, scan.settled_at, scan.settled_by_name = state, now(), by.name
    audit.record(scan.event, f"paper.{state.value}", by=by, payload={"scan": scan.id, "name": scan.name})


def evidence_of(activity_id: int, participant_id: int) -> PaperEvidence | None:
    """The newest that was read from paper."""
    wanted = select(PaperEvidence).where(
        PaperEvidence.activity_id == activity_id, PaperEvidence.participant_id == participant_id
    )
    return db.session.scalars(wanted.order_by(PaperEvidence.id.desc()).limit(1)).first()


@chore
def remove_old_photos() -> int:
    """Evidence is kept for as long as the event says. What waits for a person waits on."""
    done = {ScanState.SAVED, ScanState.DISCARDED, ScanState.REFUSED}
    wanted = (
        select(PaperScan, Event.photo_days)
        .join(Event, Event.id == PaperScan.event_id)
        .where(Event.photo_days.is_not(None), PaperScan.state.in_(done), PaperScan.photo + PaperScan.file != "")
    )
    old = [
        scan
        for scan, days in db.session.execute(wanted)
        if (scan.settled_at or scan.sent_at) < now() - timedelta(days=days or 0)
    ]
    for scan in old:
        for key in {scan.file, scan.photo, scan.flat} - {""}:
            assets.delete_after_commit(key)
        scan.file = scan.photo = scan.flat = ""
        scan.rows = []
        db.session.execute(delete(PaperEvidence).where(PaperEvidence.scan_id == scan.id))
    return len(old)
