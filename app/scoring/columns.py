"""What the marks of an activity are called: over the fields of a sheet, and as columns of files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..events.marking import Column, Marking
from ..events.models import Activity


@dataclass(frozen=True)
class Heading:
    """The marks of one criterion, each with what stands over it: a number, or what is judged where it has one mark."""

    name: str
    marks: tuple[tuple[int, str], ...]


def headings(activity: Activity) -> list[Heading]:
    marking = activity.marking
    return [_heading(marking, place) for place in range(len(marking.criteria))]


def mark_names(activity: Activity) -> list[str]:
    """Each tells one mark from all others: "1", "Squat 2", "Technique"; one mark needs no name."""
    marking = activity.marking
    return [""] if marking.count == 1 else [_name(marking, column) for column in marking.columns]


def _heading(marking: Marking, place: int) -> Heading:
    criterion = marking.criteria[place]
    first = place * marking.each + 1
    if marking.each == 1:
        return Heading("", ((first, criterion.name),))
    return Heading(criterion.name, tuple((first + index, str(index + 1)) for index in range(marking.each)))


def _name(marking: Marking, column: Column) -> str:
    return " ".join(_parts(marking, column))


def _parts(marking: Marking, column: Column) -> Iterator[str]:
    if column.criterion.name:
        yield column.criterion.name
    if marking.each > 1 or not column.criterion.name:
        yield str(column.number)
