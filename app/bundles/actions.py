"""What happens to a bundle on its way in. Commits nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, update

from .. import assets, audit
from ..accounts.invitations.addresses import Invited
from ..accounts.models import User
from ..database import now
from ..events import inviting
from ..events.actions import new_event
from ..events.models import Event, Group
from ..events.revisions import touch
from ..extensions import db
from ..jobs.models import Job
from .archive import Bundle, as_json
from .cells import FILE, with_files
from .models import BundleImport
from .reading import Contents, Row
from .tables import CARRIED, columns, has_files_inside, is_numbered, names_a_file, refers_to, table

DETAILS = ("name", "place", "starts_on", "ends_on")


def create_import(filename: str, data: bytes, contents: Contents, bundle: Bundle, *, by: User) -> BundleImport:
    """Keep the file until somebody has looked at what it holds."""
    import_ = BundleImport(
        user_id=by.id,
        filename=filename,
        file=assets.put(data),
        holds=_holds(contents, bundle),
        created_at=now(),
    )
    db.session.add(import_)
    db.session.flush()
    audit.record(None, "bundle.create", by=by, subject=import_, payload={"filename": filename})
    return import_


def _holds(contents: Contents, bundle: Bundle) -> dict[str, Any]:
    event = contents.event
    return {
        "name": event["name"],
        "place": event["place"],
        "starts_on": event["starts_on"].isoformat(),
        "status": event["status"],
        "visibility": event["visibility"],
        "counts": {name: len(rows) for name, rows in contents.rows.items()},
        "files": len(bundle.files),
        "staff": [who.email for who, _group in contents.staff],
        "made_at": str(bundle.about.get("made_at", ""))[:40],
        "by": str(bundle.about.get("by", ""))[:120],
        "log": sum(origin.length for origin in contents.origins),
        "unbroken": all(origin.unbroken for origin in contents.origins),
    }


def begin(import_: BundleImport, job: Job) -> None:
    import_.job_id, import_.refused = job.id, False


def delete_import(import_: BundleImport, *, by: User) -> None:
    """Forget a bundle that nothing was made of; its file goes with the commit."""
    audit.record(None, "bundle.delete", by=by, subject=import_, payload={"filename": import_.filename})
    assets.delete_after_commit(import_.file)
    db.session.delete(import_)


def bring_in(
    import_: BundleImport, bundle: Bundle, contents: Contents, *, invite: bool, language: str, by: User
) -> Event:
    """Make the event with all that is in it. The log begins anew with where it comes from: what stands in the log that
    came along was not done here, so it stays a file beside it."""
    event = _make_event(contents.event)
    files = [assets.put(file) for file in bundle.files]
    ids: dict[str, Sequence[int]] = {"events": [event.id]}
    for name in CARRIED:
        if name != "events":
            _insert(name, contents.rows[name], event, ids, files)
    for column, target in CARRIED["events"].keys.items():
        setattr(event, column, _keyed(getattr(event, column), ids[target]))
    import_.event_id = event.id
    import_.logs = assets.put(as_json(bundle.logs))
    origins = [[one.event_id, one.length, one.head, one.unbroken] for one in contents.origins]
    payload = {"filename": import_.filename, "counts": import_.holds["counts"], "origins": origins}
    audit.record(event, "bundle.import", by=by, subject=event, payload=payload)
    if invite:
        _invite(event, contents.staff, ids["groups"], language=language, by=by)
    touch(event)
    assets.delete_after_commit(import_.file)
    import_.file = ""
    return event


def _keyed(kept: Row, ids: Sequence[int]) -> Row:
    return {str(ids[int(key) - 1]) if key.isdigit() else key: value for key, value in kept.items()}


def _make_event(row: Row) -> Event:
    event = new_event({name: row[name] for name in DETAILS})  # type: ignore[arg-type]
    for name, value in row.items():
        setattr(event, name, value)
    db.session.flush()
    return event


def _insert(name: str, rows: Sequence[Row], event: Event, ids: dict[str, Sequence[int]], files: Sequence[str]) -> None:
    """The rows with the numbers that they have here; `ids` learns those."""
    here = table(name)
    ids[name] = []
    if not rows:
        return
    targets = {column.name: refers_to(column) for column in here.columns}
    own = [column for column, target in targets.items() if target == name]
    kept = {column.name for column in here.columns if names_a_file(column)}
    inside = {column.name for column in here.columns if has_files_inside(column)}
    made = []
    for row in rows:
        given: Row = {"event_id": event.id} if "event_id" in here.columns else {}
        for column, value in row.items():
            target = targets[column]
            if column in own:
                given[column] = None
            elif target and value is not None:
                given[column] = ids[target][value - 1]
            elif column in inside:
                given[column] = with_files(value, lambda one: files[one[FILE] - 1] if isinstance(one, dict) else None)
            else:
                given[column] = files[value - 1] if column in kept and value else value
        made.append(given)
    if not is_numbered(name) or not _is_referred_to(name, rows, own):
        db.session.execute(insert(here), made)
        return
    inserted = insert(here).returning(here.c.id, sort_by_parameter_order=True)
    ids[name] = list(db.session.scalars(inserted, made))
    for column in own:
        _point(name, column, rows, ids[name])


def _is_referred_to(name: str, rows: Sequence[Row], own: Sequence[str]) -> bool:
    """Whether it matters which numbers the rows get: asking for them takes long."""
    others = any(refers_to(column) == name for other in CARRIED if other != name for column in columns(other))
    return others or any(row.get(column) for row in rows for column in own)


def _point(name: str, column: str, rows: Sequence[Row], ids: Sequence[int]) -> None:
    """Those that name another row of their own table, once all are there."""
    here = table(name)
    found = [{"here": ids[n], "there": ids[row[column] - 1]} for n, row in enumerate(rows) if row.get(column)]
    if found:
        pointing = update(here).where(here.c.id == bindparam("here")).values({column: bindparam("there")})
        db.session.connection().execute(pointing, found)


def _invite(
    event: Event, staff: Sequence[tuple[Invited, int | None]], groups: Sequence[int], *, language: str, by: User
) -> None:
    """Who has an account here is put into the pool; anybody else gets a mail, and no account before they take it up."""
    by_group: defaultdict[int | None, list[Invited]] = defaultdict(list)
    for who, place in staff:
        by_group[place].append(who)
    for place, people in by_group.items():
        group = db.session.get(Group, groups[place - 1]) if place else None
        inviting.invite(event, people, group, language=language, by=by)
