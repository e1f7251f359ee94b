"""What is done with templates and what is on them. Wants the event's row locked, and commits nothing.

Every change makes a new revision, so that it can be undone, and what is printed stays what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import assets
from ..accounts.models import User
from ..database import now
from ..events.models import Event
from ..extensions import db
from . import queries
from .actions import note
from .kinds import FileKind
from .models import DiplomaFile, DiplomaLayout, DiplomaTemplate
from .starters import Starter
from .template import Picture, Template

NAME = 80


def create_from_starter(event: Event, name: str, starter: Starter, language: str, *, by: User) -> DiplomaTemplate:
    drawing = starter.background
    key = keep_file(event, FileKind.BACKGROUND, starter.drawing, drawing).key if drawing else None
    return create(event, name, starter.template(language, key), language, by=by)


def create(event: Event, name: str, layout: Template, language: str, *, by: User) -> DiplomaTemplate:
    template = DiplomaTemplate(event_id=event.id, name=name[:NAME], language=language, created_at=now())
    db.session.add(template)
    db.session.flush()
    db.session.add(DiplomaLayout(template_id=template.id, revision=1, layout=layout.model_dump(mode="json")))
    note(event, "diploma_template.create", by, template, {"name": template.name})
    return template


def copy(source: DiplomaTemplate, event: Event, name: str, *, by: User) -> DiplomaTemplate:
    """Also into another event: its files are copied along."""
    layout = queries.layout_of(source).template
    known = {file.key: file for file in queries.files(source.event)}
    kept: dict[str, str] = {}
    for key in sorted(layout.files):
        file = known[key]
        kept[key] = key if source.event_id == event.id else keep_file(event, file.kind, file.name, assets.read(key)).key
    return create(event, name, _with_files(layout, kept), source.language, by=by)


def _with_files(layout: Template, kept: dict[str, str]) -> Template:
    plain = layout.model_dump(mode="json")
    plain["background"] = kept.get(plain["background"]) if plain["background"] else None
    for part in [
        *plain["fonts"],
        *(item for item in plain["items"] if item["kind"] == Picture.model_fields["kind"].default),
    ]:
        part["file"] = kept[part["file"]]
    return Template.model_validate(plain)


def rename(event: Event, template: DiplomaTemplate, name: str, language: str, *, by: User) -> None:
    if (template.name, template.language) != (name, language):
        payload = {"old": {"name": template.name}, "new": {"name": name, "language": language}}
        template.name, template.language = name, language
        note(event, "diploma_template.save", by, template, payload)


def delete(event: Event, template: DiplomaTemplate, *, by: User) -> None:
    """What was printed from it stays, and can be printed again as it was."""
    template.deleted_at = now()
    for rule in queries.rules(event):
        if rule.template_id == template.id:
            db.session.delete(rule)
    note(event, "diploma_template.delete", by, template, {"name": template.name})


def change(
    event: Event, template: DiplomaTemplate, make: Callable[[dict[str, Any]], None], what: str, *, by: User
) -> Template:
    """Give `make` the layout as plain data. Raises pydantic's ValidationError, and then nothing is changed."""
    current = queries.layout_of(template)
    plain = current.template.model_dump(mode="json")
    make(plain)
    layout = Template.model_validate(plain)
    changed = layout.model_dump(mode="json")
    if changed != current.layout:
        _add(template, changed, undo=current.revision, redo=None)
        note(event, "diploma_template.design", by, template, {"name": template.name, "changed": what})
    return layout


def undo(event: Event, template: DiplomaTemplate, *, by: User) -> bool:
    current = queries.layout_of(template)
    return _go(event, template, current.undo, redo=current.revision, by=by)


def redo(event: Event, template: DiplomaTemplate, *, by: User) -> bool:
    current = queries.layout_of(template)
    return _go(event, template, current.redo, redo=None, by=by)


def _go(event: Event, template: DiplomaTemplate, revision: int | None, *, redo: int | None, by: User) -> bool:
    """To what it was at that revision; whether there was one."""
    if revision is None:
        return False
    there = db.session.get_one(DiplomaLayout, (template.id, revision))
    _add(template, there.layout, undo=there.undo, redo=redo if redo is not None else there.redo)
    note(event, "diploma_template.design", by, template, {"name": template.name, "changed": "undo" if redo else "redo"})
    return True


def _add(template: DiplomaTemplate, layout: dict[str, Any], *, undo: int | None, redo: int | None) -> None:
    template.revision += 1
    row = DiplomaLayout(template_id=template.id, revision=template.revision, layout=layout, undo=undo, redo=redo)
    db.session.add(row)


def keep_file(event: Event, kind: FileKind, name: str, data: bytes) -> DiplomaFile:
    file = DiplomaFile(event_id=event.id, kind=kind, name=name[:120], key=assets.put(data))
    db.session.add(file)
    return file


def add_file(event: Event, kind: FileKind, name: str, data: bytes, *, by: User) -> DiplomaFile:
    file = keep_file(event, kind, name, data)
    note(event, "diploma_file.add", by, file, {"filename": file.name, "kind": kind.value})
    return file
