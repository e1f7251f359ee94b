"""What is done with rules and diplomas. Wants the event's row locked, and commits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from .. import audit
from ..accounts.models import User
from ..database import now
from ..events.changes import Refused
from ..events.models import Event
from ..extensions import Model, db
from . import queries
from .kinds import Basis, DiplomaState, RunState
from .models import AwardRule, Diploma, PrintRun
from .numbers import Seals
from .queries import Line
from .template import What


def add_rule(
    event: Event, basis: Basis, template_id: int, *, places: int, activity_id: int | None, by: User
) -> AwardRule:
    rule = AwardRule(event_id=event.id, basis=basis, template_id=template_id, places=places, activity_id=activity_id)
    db.session.add(rule)
    note(event, "award_rule.create", by, rule, {"basis": basis.value, "places": places})
    return rule


def delete_rule(event: Event, rule: AwardRule, *, by: User) -> None:
    payload = {"basis": rule.basis.value, "places": rule.places}
    audit.record(event, "award_rule.delete", by=by, subject=rule, payload=payload)
    db.session.delete(rule)


def prepare_run(event: Event, lines: Sequence[Line], *, address: str, by: User) -> PrintRun:
    """Diplomas with their numbers, ready for the worker. Those that they replace count until they are printed.

    `address` is what a number is added to where its QR code leads. Raises Refused.
    """
    if queries.run_under_way(event):
        raise Refused(_l("Diplomas are being printed already. Wait until they are, or cancel that."))
    if not lines:
        raise Refused(_l("There is nothing to print."))
    run = PrintRun(
        event_id=event.id, user_id=by.id, user_name=by.name, total=len(lines), address=address, created_at=now()
    )
    db.session.add(run)
    db.session.flush()
    seals = Seals()
    db.session.add_all(_diploma(run, position, line, seals) for position, line in enumerate(lines, start=1))
    replaced = [line.held.number for line in lines if line.held]
    note(event, "diplomas.print", by, run, {"count": len(lines), "superseded": replaced})
    return run


def _diploma(run: PrintRun, position: int, line: Line, seals: Seals) -> Diploma:
    number = seals.new_number()
    says = {**line.says, What.NUMBER.value: number}
    return Diploma(
        event_id=run.event_id,
        number=number,
        seal=seals.seal(number, run.event_id, line.award.key, says),
        run_id=run.id,
        position=position,
        template_id=line.template.id,
        template_revision=line.template.revision,
        award=line.award.key,
        subject=line.award.subject,
        participant_id=line.award.participant.id if line.award.participant else None,
        place=line.award.place,
        says=says,
        replaces_id=line.held.id if line.held else None,
        made_at=run.created_at,
    )


def finish_run(run: PrintRun, pdf: str) -> None:
    """From now on its diplomas count, and those that they replace do not."""
    run.pdf, run.done, run.state, run.finished_at = pdf, run.total, RunState.DONE, now()
    made = queries.diplomas_of(run)
    replaced = {
        old.id: old
        for old in db.session.scalars(select(Diploma).where(Diploma.id.in_([one.replaces_id for one in made])))
    }
    for diploma in made:
        diploma.state = DiplomaState.VALID
        old = replaced.get(diploma.replaces_id or 0)
        if old is not None and old.state is DiplomaState.VALID:
            old.state, old.superseded_by_id, old.ended_at = DiplomaState.SUPERSEDED, diploma.id, now()


def cancel_run(event: Event, run: PrintRun, *, by: User) -> None:
    """Nobody holds any of its diplomas yet, so they are gone, and those that they would have replaced stay."""
    if run.state is not RunState.PENDING:
        raise Refused(_l("This is over already."))
    end_run(run, RunState.CANCELLED)
    note(event, "diplomas.cancel", by, run, {"count": run.total})


def end_run(run: PrintRun, state: RunState, problem: str = "") -> None:
    run.state, run.problem, run.finished_at = state, problem[:400], now()
    db.session.execute(delete(Diploma).where(Diploma.run_id == run.id))


def revoke(event: Event, diploma: Diploma, *, by: User) -> None:
    if diploma.state is not DiplomaState.VALID:
        raise Refused(_l("This diploma does not count any more already."))
    diploma.state, diploma.ended_at = DiplomaState.REVOKED, now()
    note(event, "diplomas.revoke", by, diploma, {"number": diploma.number, "name": diploma.says["participant_name"]})


def note(event: Event, action: str, by: User, subject: Model, payload: dict[str, Any]) -> None:
    """Log it; no board shows anything of it, so no activity's revision rises."""
    db.session.flush()
    audit.record(event, action, by=by, subject=subject, payload=payload)
