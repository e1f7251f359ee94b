"""What the guard-rails catch, and what they ask about for nothing, on results as they happened.

Two competitions, where they lie beside the project: a speedcubing day (every round an activity of five or three times)
and a powerlifting meet (one activity of three lifts with three attempts each). A row is typed cell by cell, in order,
beside all the other rows of its activity; a fault counts as caught when the save that would store it is asked about.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from app.events.marking import Marking
from app.events.presets import PRESETS
from app.scoring.values import Status, Value
from app.scoring.warnings import Reference, doubts, overwrites
from tests.support import real

FAULTS = 500
CENT = Decimal("0.01")
Row = tuple[Value | None, ...]
STATUSES = {-1: Value.without(Status.DNF), -2: Value.without(Status.DNS), 0: None}


@dataclass
class Meet:
    """One activity as it happened."""

    name: str
    reference: Reference

    @property
    def rows(self) -> dict[int, Row]:
        return {who: tuple(row) for who, row in self.reference.rows.items()}


def cubing() -> list[Meet]:
    path = real.find("cubing/wcif.json")
    assert path, "the speedcubing day is not here"
    meets = []
    for event in json.loads(path.read_text())["events"]:
        for one in event["rounds"]:
            cubing_of_five = PRESETS["speedcubing"].marking
            marking = cubing_of_five if one["format"] == "a" else replace(cubing_of_five, each=3)
            rows = {result["personId"]: _times(result["attempts"], marking) for result in one["results"]}
            meets.append(Meet(one["id"], Reference(marking, rows)))
    return meets


def _times(attempts: list[dict[str, int]], marking: Marking) -> Row:
    marks = [
        STATUSES[attempt["result"]] if attempt["result"] in STATUSES else Value.of(Decimal(attempt["result"]) / 100)
        for attempt in attempts
    ]
    return (*marks, *[None] * (marking.each - len(marks)))


def lifting() -> list[Meet]:
    """Who stands in the file twice with the same lifts (for two divisions) is taken once."""
    path = real.find("powerlifting/entries.csv")
    assert path, "the powerlifting meet is not here"
    rows: dict[int, Row] = {}
    for entry in real.rows_in(path):
        tries = [entry[f"{lift}{number}Kg"] for lift in ("Squat", "Bench", "Deadlift") for number in (1, 2, 3)]
        rows[int(entry["LifterID"][1:])] = tuple(Value.of(Decimal(one)) if one else None for one in tries)
    return [Meet("meet", Reference(PRESETS["powerlifting"].marking, rows))]


def saves(row: Row) -> Iterator[tuple[Row, Row]]:
    """Before and after each cell."""
    for count in range(1, len(row) + 1):
        if row[count - 1] is not None:
            yield _first(row, count - 1), _first(row, count)


def _first(row: Row, count: int) -> Row:
    return (*row[:count], *[None] * (len(row) - count))


def asked(meet: Meet, who: int, before: Row, after: Row) -> bool:
    return bool(doubts(after, meet.reference, participant=who, before=before))


def clean(meets: list[Meet]) -> tuple[int, int, int, int]:
    """Saves that are asked about, saves, rows with any, rows."""
    counts = [
        [asked(meet, who, before, after) for before, after in saves(row)]
        for meet in meets
        for who, row in meet.rows.items()
    ]
    cells = [one for row in counts for one in row]
    return sum(cells), len(cells), sum(map(any, counts)), len(counts)


def one_cell(
    chance: random.Random, meets: list[Meet], spoil: Callable[[random.Random, Decimal], Decimal | None]
) -> bool:
    """Whether a mark spoiled like this is asked about when it is typed."""
    while True:
        meet = chance.choices(meets, [len(meet.rows) for meet in meets])[0]
        who, row = chance.choice(list(meet.rows.items()))
        position = chance.randrange(len(row))
        mark = row[position]
        wrong = spoil(chance, mark.amount) if mark is not None and mark.amount else None
        if wrong is not None:
            spoiled = (*row[:position], Value.of(wrong), *row[position + 1 :])
            return asked(meet, who, _first(row, position), _first(spoiled, position + 1))


def slip(chance: random.Random, amount: Decimal) -> Decimal | None:
    if chance.random() < 0.5:
        return amount * 10
    less = (amount / 10).quantize(CENT, ROUND_HALF_UP)
    return less or None


def swap(chance: random.Random, amount: Decimal) -> Decimal | None:
    text = f"{amount:f}"
    digits = [index for index, letter in enumerate(text) if letter.isdigit()]
    pairs = [(a, b) for a, b in pairwise(digits) if text[a] != text[b] and not (a <= digits[0] and text[b] == "0")]
    if not pairs:
        return None
    left, right = chance.choice(pairs)
    letters = list(text)
    letters[left], letters[right] = letters[right], letters[left]
    return Decimal("".join(letters))


def stray(chance: random.Random, amount: Decimal) -> Decimal | None:
    """Something else altogether: a start number, another discipline."""
    return (amount * Decimal(chance.choice(("4", "0.25")))).quantize(CENT, ROUND_HALF_UP) or None


def two_rows(chance: random.Random, meets: list[Meet]) -> tuple[Meet, int, Row, Row]:
    while True:
        meet = chance.choices(meets, [len(meet.rows) for meet in meets])[0]
        (who, row), (_other, copied) = chance.sample(list(meet.rows.items()), 2)
        if None not in row and None not in copied and row != copied:
            return meet, who, row, copied


def duplicate(chance: random.Random, meets: list[Meet]) -> bool:
    """Another's row, typed for somebody whose row is empty."""
    meet, who, _row, copied = two_rows(chance, meets)
    return any(asked(meet, who, before, after) for before, after in saves(copied))


def overwrite(chance: random.Random, meets: list[Meet]) -> bool:
    """A complete row, overwritten at once by what another would have got: that row itself is not there yet."""
    meet, _who, row, copied = two_rows(chance, meets)
    return overwrites(row, copied, meet.reference)


def overwrite_first_cell(chance: random.Random, meets: list[Meet]) -> bool:
    """The same, typed cell by cell: asked about before the first cell is stored."""
    meet, _who, row, copied = two_rows(chance, meets)
    return overwrites(row, (*copied[:1], *row[1:]), meet.reference)


FAULTY: dict[str, Callable[[random.Random, list[Meet]], bool]] = {
    "ten times too much or too little": lambda chance, meets: one_cell(chance, meets, slip),
    "two digits swapped": lambda chance, meets: one_cell(chance, meets, swap),
    "four times too much or too little": lambda chance, meets: one_cell(chance, meets, stray),
    "the row of somebody else": duplicate,
    "a complete row overwritten": overwrite,
    "the same, its first cell": overwrite_first_cell,
}


def main() -> None:
    columns = {"speedcubing": cubing(), "powerlifting": lifting()}
    print(f"{'':36}" + "".join(f"{name:>22}" for name in columns))
    found = {name: clean(meets) for name, meets in columns.items()}
    for what, first in (("clean cells asked about", 0), ("clean rows asked about", 2)):
        cells = [f"{one[first]} of {one[first + 1]} ({one[first] / one[first + 1]:.1%})" for one in found.values()]
        print(f"{what:36}" + "".join(f"{cell:>22}" for cell in cells))
    for what, happens in FAULTY.items():
        caught = []
        for meets in columns.values():
            chance = random.Random(11)
            caught.append(sum(happens(chance, meets) for _ in range(FAULTS)) / FAULTS)
        print(f"{what:36}" + "".join(f"{share:>22.1%}" for share in caught))


if __name__ == "__main__":
    main()
