"""Which participants of an event somebody looks for."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..extensions import db
from .models import Event, Group, Participant

PER_PAGE = 50


class People(Pagination):
    """A page of participants out of those whose ids are known, in that order."""

    def _query_items(self) -> list[Participant]:
        ids = self._query_args["ids"][self._query_offset :][: self.per_page]
        found = db.session.scalars(
            select(Participant).where(Participant.id.in_(ids)).options(joinedload(Participant.group))
        )
        by_id = {participant.id: participant for participant in found}
        return [by_id[participant_id] for participant_id in ids]

    def _query_count(self) -> int:
        return len(self._query_args["ids"])


def people(event: Event, words: str = "", group_id: int | None = None, page: int = 1) -> People:
    """By group and place in it. `words` are looked for in names and numbers, without regard to case and accents,
    which SQLite cannot do: the names of the whole event are read, and only the page's rows are loaded."""
    listed = (
        select(Participant.id, Participant.display_name, Participant.external_id)
        .join(Participant.group)
        .where(Participant.event_id == event.id)
        .order_by(Group.position, Group.id, Participant.position, Participant.id)
    )
    if group_id is not None:
        listed = listed.where(Participant.group_id == group_id)
    wanted = folded(words).split()
    rows = db.session.execute(listed)
    ids = [row_id for row_id, name, number in rows if _holds(f"{name} {number or ''}", wanted)]
    return People(page=page, per_page=PER_PAGE, error_out=False, ids=ids)


def _holds(text: str, wanted: Sequence[str]) -> bool:
    if not wanted:
        return True
    text = folded(text)
    return all(word in text for word in wanted)


def folded(text: str) -> str:
    """Without case and accents: "Žofie" is found by "zofie"."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))


def participant_numbered(event: Event, external_id: str) -> Participant | None:
    return db.session.scalar(
        select(Participant).where(Participant.event_id == event.id, Participant.external_id == external_id)
    )


def chosen(event: Event, ids: Collection[int]) -> Sequence[Participant]:
    """Those of the event that these ids name, in the order of the list."""
    wanted = select(Participant).where(Participant.event_id == event.id, Participant.id.in_(ids))
    return db.session.scalars(wanted.order_by(Participant.position, Participant.id)).all()
