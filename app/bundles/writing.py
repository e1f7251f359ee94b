"""A whole event as a bundle."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Table, select

from .. import assets
from ..accounts.invitations.models import Invitation
from ..accounts.models import User
from ..audit.models import AuditEntry
from ..database import now
from ..events.models import Event, EventEvaluator, GroupEvaluator, InvitedEvaluator
from ..extensions import db
from . import cells
from .archive import Bundle
from .models import BundleImport
from .tables import CARRIED, columns, has_files_inside, is_numbered, names_a_file, of_event, refers_to, table

ENTRY = (
    *("sequence", "at", "actor_id", "actor_name", "action", "subject_kind", "subject_id"),
    *("payload", "payload_hash", "previous_hash", "hash"),
)


class _Files:
    """The files that rows name, each once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.data: list[bytes] = []

    def place(self, key: str) -> int:
        """In the list of files, from 1."""
        if key not in self.places:
            self.data.append(assets.read(key))
            self.places[key] = len(self.data)
        return self.places[key]

    def mentioned(self, text: Any) -> Any:
        place = self.places.get(text) if isinstance(text, str) else None
        return None if place is None else {cells.FILE: place}


def bundle_of(event: Event, *, by: User) -> Bundle:
    """As it stands: a few statements a table, however many rows."""
    files = _Files()
    numbers: dict[str, dict[int, int]] = {}
    tables = {name: _rows(name, event, numbers, files) for name in CARRIED}
    _rename_keys(tables["events"], numbers)
    about = {"made_at": now().isoformat(), "by": by.name, "name": event.name}
    return Bundle(about, {"tables": tables, "staff": _staff(event, numbers["groups"])}, _logs(event), files.data)


def _rows(name: str, event: Event, numbers: dict[str, dict[int, int]], files: _Files) -> dict[str, Any]:
    """In the order of their keys, which is the order in which they are made elsewhere, so that it stays the same."""
    here, carried = table(name), columns(name)
    found = db.session.execute(_wanted(here).where(of_event(name, event.id))).mappings().all()
    if is_numbered(name):
        numbers[name] = {row["id"]: number for number, row in enumerate(found, start=1)}
    read = [(column.name, refers_to(column), names_a_file(column), has_files_inside(column)) for column in carried]
    rows = []
    for row in found:
        cells_ = []
        for column, target, is_file, has_files in read:
            value = row[column]
            if target and value is not None:
                # What is gone, though a row still names it, is named no more.
                value = numbers[target].get(value)
            elif is_file and value:
                value = files.place(value)
            elif has_files:
                value = cells.with_files(value, files.mentioned)
            cells_.append(cells.plain(value))
        rows.append(cells_)
    return {"columns": [column.name for column in carried], "rows": rows}


def _rename_keys(events: dict[str, Any], numbers: dict[str, dict[int, int]]) -> None:
    """In what is kept by the numbers of rows, once all of those are known."""
    [row] = events["rows"]
    for column, target in CARRIED["events"].keys.items():
        at = events["columns"].index(column)
        known = {str(row_id): str(place) for row_id, place in numbers[target].items()}
        row[at] = {known.get(key, key): value for key, value in row[at].items() if key in known or not key.isdigit()}


def _wanted(here: Table) -> Any:
    return select(here).order_by(*here.primary_key.columns)


def _staff(event: Event, groups: dict[int, int]) -> list[list[Any]]:
    """Who evaluates and who is asked to, by address; teams have none, and their logins open nothing elsewhere."""
    pool = (
        select(User.email, User.name, GroupEvaluator.group_id)
        .join(EventEvaluator, EventEvaluator.user_id == User.id)
        .outerjoin(
            GroupEvaluator,
            (GroupEvaluator.event_id == EventEvaluator.event_id) & (GroupEvaluator.user_id == User.id),
        )
        .where(EventEvaluator.event_id == event.id, User.email.is_not(None))
    )
    asked = (
        select(Invitation.email, Invitation.name, InvitedEvaluator.group_id)
        .join(InvitedEvaluator, InvitedEvaluator.invitation_id == Invitation.id)
        .where(
            InvitedEvaluator.event_id == event.id,
            Invitation.email.is_not(None),
            Invitation.revoked_at.is_(None),
            Invitation.taken < Invitation.most,
        )
    )
    found = [*db.session.execute(asked), *db.session.execute(pool)]
    by_email = {email: [email, name, groups.get(group_id)] for email, name, group_id in found}
    return [by_email[email] for email in sorted(by_email)]


def _logs(event: Event) -> list[Any]:
    """Those of where it comes from, as they came, and its own."""
    before = db.session.scalar(select(BundleImport.logs).where(BundleImport.event_id == event.id))
    entries = select(AuditEntry).where(AuditEntry.event_id == event.id).order_by(AuditEntry.sequence)
    own = {
        "event_id": event.id,
        "head": event.audit_head,
        "length": event.audit_length,
        "entries": [
            {name: cells.plain(getattr(entry, name)) for name in ENTRY} for entry in db.session.scalars(entries)
        ],
    }
    return [*(json.loads(assets.read(before)) if before else []), own]
