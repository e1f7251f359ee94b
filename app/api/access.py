"""Which events a token reaches, and whose values it may write there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort

from ..accounts.access import me
from ..events.models import Event, Participant
from . import queries


@dataclass(frozen=True)
class Reach:
    """An event that the token's owner may see, and the groups they may score in it: None for all of them."""

    event: Event
    group_ids: frozenset[int] | None

    def may_write(self, participant: Participant) -> bool:
        return self.group_ids is None or participant.group_id in self.group_ids


def event_in_reach(event_id: int) -> Reach:
    """404 for an event whose pool the token's owner is not in."""
    event, own_group = queries.event_with_own_group(event_id, me()) or abort(404)
    if me().is_admin:
        return Reach(event, None)
    return Reach(event, frozenset() if own_group is None else frozenset({own_group}))
