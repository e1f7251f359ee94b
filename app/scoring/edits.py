"""Edits as a sheet's script sends them: several rows at once, each under a key, so that it is done once however often
it is sent."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard

from .actions import Entry
from .queries import Sheet

MOST_EDITS = 50
LONGEST_BODY = 64 * 1024
MOST_MARKS = 100
KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


class BadEdits(ValueError):
    """Not what the script of a sheet sends."""


@dataclass(frozen=True)
class Edit:
    """What somebody wants to stand in a row: all its marks as typed, and the version that they had seen."""

    key: str
    participant_id: int
    marks: tuple[str, ...]
    version: int
    confirmed: bool = False
    """The writer was asked about these marks, and keeps them."""
    chosen: bool = False
    """The writer saw these marks beside those of somebody else, and chose these."""

    @property
    def digest(self) -> str:
        """Differs for what differs, so that a key cannot stand for two edits."""
        parts = [self.participant_id, self.version, self.marks, self.confirmed, self.chosen]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def entry(self, sheet: Sheet) -> Entry | None:
        """None for what is not on the sheet, as after a move to another group, or with fewer marks than there were."""
        person = next((person for person in sheet.participants if person.id == self.participant_id), None)
        if person is None or len(self.marks) > sheet.activity.mark_count:
            return None
        return Entry(person, sheet.activity, self.marks, self.version, self.confirmed, self.chosen)


def read(body: Any) -> tuple[str, list[Edit]]:
    """Who the script believes it sends for, and what. One edit a row and a key at most. Raises `BadEdits`."""
    if not isinstance(body, dict) or not isinstance(body.get("edits"), list) or not isinstance(body.get("user"), str):
        raise BadEdits
    edits = [_edit(item) for item in body["edits"]]
    if not 1 <= len(edits) <= MOST_EDITS:
        raise BadEdits
    if _repeat(edit.key for edit in edits) or _repeat(edit.participant_id for edit in edits):
        raise BadEdits
    return body["user"], edits


def _edit(item: Any) -> Edit:
    if not isinstance(item, dict):
        raise BadEdits
    key, person, version, marks = (item.get(name) for name in ("key", "participant", "version", "marks"))
    if not isinstance(key, str) or not KEY.fullmatch(key) or not _is_whole(person) or not _is_whole(version):
        raise BadEdits
    if not isinstance(marks, list) or not len(marks) <= MOST_MARKS or not all(isinstance(mark, str) for mark in marks):
        raise BadEdits
    confirmed, chosen = (item.get(name) is True for name in ("confirmed", "chosen"))
    return Edit(key, person, tuple(marks), version, confirmed, chosen)


def _is_whole(number: Any) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool) and -1 <= number < 2**31


def _repeat(items: Iterable[object]) -> bool:
    listed = list(items)
    return len(set(listed)) < len(listed)
