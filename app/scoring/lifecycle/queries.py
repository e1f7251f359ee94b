from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ...audit.models import AuditEntry
from ...events.models import Activity, Event
from ...events.queries import groups
from ...extensions import db
from .. import queries
from ..doubting import findings
from ..queries import SheetProgress


@dataclass(frozen=True)
class Outlook:
    """An activity before it is locked: how much of it is there, and the sheets on which something is missing."""

    activity: Activity
    done: int
    people: int
    incomplete: list[SheetProgress] = field(default_factory=list)
    reason: str = ""
    unchecked: list[SheetProgress] = field(default_factory=list)
    flagged: int = 0
    doubtful: int = 0
    """How many of its values look wrong."""

    @property
    def looks_complete(self) -> bool:
        return not (self.missing or self.unchecked or self.flagged or self.doubtful)

    @property
    def missing(self) -> int:
        return self.people - self.done


def outlooks(event: Event) -> list[Outlook]:
    """In the event's order; a few statements, whatever there is."""
    sheets = queries.progress_of(groups(event))
    reasons, doubtful = _reasons(event), Counter(finding.activity.id for finding in findings(event))
    found = []
    for activity in event.activities:
        own = [sheet for sheet in sheets if sheet.activity.id == activity.id]
        done, people = sum(sheet.done for sheet in own), sum(sheet.people for sheet in own)
        incomplete = [sheet for sheet in own if sheet.done < sheet.people]
        unchecked, flagged = [sheet for sheet in own if sheet.unchecked], sum(sheet.flagged for sheet in own)
        reason = reasons.get(activity.id, "")
        found.append(Outlook(activity, done, people, incomplete, reason, unchecked, flagged, doubtful[activity.id]))
    return found


def _reasons(event: Event) -> dict[int, str]:
    """Why each activity is in the state it is in."""
    moves = (
        db.select(AuditEntry.subject_id, AuditEntry.payload)
        .where(AuditEntry.event_id == event.id, AuditEntry.action == "activity.state")
        .order_by(AuditEntry.sequence)
    )
    return {activity_id: (payload or {}).get("reason", "") for activity_id, payload in db.session.execute(moves)}
