from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..assets import FileKey
from ..database import Enumerated, UtcDateTime
from ..events.models import Activity, Event
from ..extensions import Model
from ..jobs.models import Job
from .kinds import IN_ACTIVITIES, Basis, DiplomaState, FileKind, RunState
from .template import Template


class DiplomaTemplate(Model):
    """What an event's diplomas look like. `revision` names its layout of now; dates and places are in `language`."""

    __tablename__ = "diploma_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8))
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()


class DiplomaLayout(Model):
    """One revision of a template, never changed: what is being printed stays what it was when it was asked for.

    `undo` and `redo` are the revisions that those lead to from here.
    """

    __tablename__ = "diploma_layouts"

    template_id: Mapped[int] = mapped_column(ForeignKey("diploma_templates.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    layout: Mapped[dict[str, Any]] = mapped_column(JSON)
    undo: Mapped[int | None]
    redo: Mapped[int | None]

    @property
    def template(self) -> Template:
        return Template.model_validate(self.layout)


class DiplomaFile(Model):
    """What an event's templates may use. `name` is a font's family, else the file's."""

    __tablename__ = "diploma_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    kind: Mapped[FileKind] = mapped_column(Enumerated(FileKind))
    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(FileKey(80))


class AwardRule(Model):
    """Who gets a diploma from which template: places 1 to `places`. Without an activity, of each of the event's."""

    __tablename__ = "award_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("diploma_templates.id", ondelete="CASCADE"))
    basis: Mapped[Basis] = mapped_column(Enumerated(Basis))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"))
    places: Mapped[int] = mapped_column(default=3)

    template: Mapped[DiplomaTemplate] = relationship()
    activity: Mapped[Activity | None] = relationship()

    @property
    def is_in_activities(self) -> bool:
        return self.basis in IN_ACTIVITIES


class PrintRun(Model):
    """Diplomas printed together. `done` counts pages and single files; the files are there once they are."""

    __tablename__ = "print_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    user_name: Mapped[str] = mapped_column(String(120))
    state: Mapped[RunState] = mapped_column(Enumerated(RunState), default=RunState.PENDING)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    address: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(String(400), default="")
    pdf: Mapped[str] = mapped_column(FileKey(80), default="")
    archive: Mapped[str] = mapped_column(FileKey(80), default="")

    event: Mapped[Event] = relationship()
    job: Mapped[Job | None] = relationship()


class Diploma(Model):
    """One printed piece of paper. `says` is what it says, by field; `award` and `subject` name what it was given for
    and to whom, so that a later one is known to replace it. `seal` signs what is printed."""

    __tablename__ = "diplomas"
    __table_args__ = (UniqueConstraint("run_id", "position"), Index("ix_diplomas_event_id_award", "event_id", "award"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(24), unique=True)
    seal: Mapped[str] = mapped_column(String(64))
    run_id: Mapped[int] = mapped_column(ForeignKey("print_runs.id", ondelete="CASCADE"))
    position: Mapped[int]
    template_id: Mapped[int] = mapped_column(ForeignKey("diploma_templates.id", ondelete="CASCADE"))
    template_revision: Mapped[int]
    award: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id", ondelete="SET NULL"), index=True)
    place: Mapped[int | None]
    says: Mapped[dict[str, str]] = mapped_column(JSON)
    state: Mapped[DiplomaState] = mapped_column(Enumerated(DiplomaState), default=DiplomaState.PREPARED)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("diplomas.id", ondelete="SET NULL"))
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("diplomas.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    run: Mapped[PrintRun] = relationship()
    event: Mapped[Event] = relationship()
    superseded_by: Mapped[Diploma | None] = relationship(foreign_keys=[superseded_by_id], remote_side="Diploma.id")
