from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from ..events.models import Event
from ..extensions import db
from ..jobs.models import JobState
from .models import BundleImport


class Stage(StrEnum):
    PREVIEW = "preview"
    UNDER_WAY = "under_way"


def stage(import_: BundleImport) -> Stage:
    return Stage.UNDER_WAY if import_.job and not import_.job.is_finished else Stage.PREVIEW


def went_wrong(import_: BundleImport) -> bool:
    return import_.refused or bool(import_.job and import_.job.state is JobState.FAILED)


def made_at(import_: BundleImport) -> datetime | None:
    """When it was taken away, if the file says so."""
    try:
        return datetime.fromisoformat(import_.holds["made_at"])
    except ValueError:
        return None


def origin(event: Event) -> BundleImport | None:
    """The bundle that an event was made of."""
    return db.session.scalar(select(BundleImport).where(BundleImport.event_id == event.id))


def waiting() -> list[BundleImport]:
    """Looked through and not brought in, the newest first."""
    wanted = select(BundleImport).where(BundleImport.event_id.is_(None)).order_by(BundleImport.id.desc())
    return list(db.session.scalars(wanted))
