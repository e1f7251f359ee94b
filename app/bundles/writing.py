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
from .tables import CARRIED, columns, is_numbered, names_a_file, of_event, refers_to, table

ENTRY = (
    *("sequence", "at", "actor_id", "actor_name", "action", "subject_kind", "subject_id"),
    *("payload", "payload_hash", "previous_hash", "hash"),
)


def bundle_of(event: Event, *, by: User) -> Bundle:
    """As it stands: a few statements a table, however many rows."""
    files: list[bytes] = []
    numbers: dict[str, dict[int, int]] = {}
    tables = {name: _rows(name, event, numbers, files) for name in CARRIED}
    about = {"made_at": now().isoformat(), "by": by.name, "name": event.name}
    return Bundle(about, {"tables": tables, "staff": _staff(event, numbers["groups"])}, _logs(event), files)


def _rows(name: str, event: Event, numbers: dict[str, dict[int, int]], files: list[bytes]) -> dict[str, Any]:
    """In the order of their keys, which is the order in which they are made elsewhere, so that it stays the same."""
    here, carried = table(name), columns(name)
    found = db.session.execute(_wanted(here).where(of_event(name, event.id))).mappings().all()
    if is_numbered(name):
        numbers[name] = {row["id"]: number for number, row in enumerate(found, start=1)}
    read = [(column.name, refers_to(column), names_a_file(column)) for column in carried]
    rows = []
    for row in found:
        cells_ = []
        for column, target, is_file in read:
            value = row[column]
            if target and value is not None:
                # What is gone, though a row still names it, is named no more.
                value = numbers[target].get(value)
            elif is_file and value:
                files.append(assets.read(value))
                value = len(files)
            cells_.append(cells.plain(value))
        rows.append(cells_)
    return {"columns": [column.name for column in carried], "rows": rows}


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
