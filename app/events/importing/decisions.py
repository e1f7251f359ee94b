"""What only the organiser can know: whether two names are one group, and whether two people are one person."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from app.events.importing.people import Person
from app.events.importing.text import folded
from app.events.names import name_key

NEAR = 88
MOST_COMPARED = 1000


class Kind(StrEnum):
    GROUP = "group"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Question:
    """Are these two the same? `same` is the answer, None where there is none yet; until then they are two.

    It is asked at `row` of the file, where the person stands or the group's name for the first time; `other` is
    somebody or some group of the event, or the person of the row `other_row`.
    """

    kind: Kind
    one: str
    other: str
    row: int
    same: bool | None = None
    other_row: int | None = None

    @property
    def key(self) -> str:
        """The same after the file was read anew, in another order too."""
        return sha256(repr((self.kind, self.one, self.other)).encode()).hexdigest()[:16]


def near_groups(names: Iterable[str], existing: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name with the earlier one that it is nearly. Figures and single letters tell groups apart, and so does a
    plus: 100+ is not 100."""
    from rapidfuzz import fuzz, process

    earlier: defaultdict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    first = list(dict.fromkeys(existing))
    for name in first:
        earlier[_marks(name)][name] = folded(name)
    for count, name in enumerate(names, len(first)):
        if count > MOST_COMPARED:
            return
        alike = earlier[_marks(name)]
        found = process.extractOne(folded(name), alike, scorer=fuzz.ratio, score_cutoff=NEAR)
        if found:
            yield name, found[2]
        alike[name] = folded(name)


def _marks(name: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"\d+|\b\w\b|\+", name_key(name))))


def likeness(name: str) -> tuple[str, ...]:
    """Shared by two spellings of a name, with its words in any order."""
    return tuple(sorted(filter(None, map(folded, name.split()))))


def may_be_same(one: Person, other: Person) -> bool:
    """Given that their names are alike: nothing that both have contradicts it."""
    pairs = ((one.external_id, other.external_id), (one.born, other.born), (one.gender, other.gender))
    return all(left == right for left, right in pairs if left and right)


def described(person: Person) -> str:
    """Enough to tell people of the same name apart."""
    born = person.born.isoformat() if person.born else None
    return ", ".join(filter(None, (person.display_name, person.group_name, born, person.external_id)))
