"""Sheets filled in with digits that training never saw, photographed in simulation, and read: what is right, what goes
to a person, and what it costs.

    python -m bench.paper FOLDER [--sheets 200] [--worst FOLDER]

FOLDER holds the digits; `--worst` keeps pictures of the rows that were accepted and wrong.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from app.accounts.actions import create_user
from app.accounts.models import Role
from app.events.kinds import EvaluationType
from app.extensions import db
from app.paper import actions, crops, printing
from app.paper import layout as paper
from app.paper.layout import Layout, Row
from app.paper.reading import child, reader
from app.paper.reading.reader import Photo, Unreadable
from bench import data
from bench.digits import boxes
from bench.harness import head, place
from tests.support import photos

PENS = {"pen": photos.PEN, "pencil": photos.PENCIL}
VALUES = {EvaluationType.NUMERIC_HIGH: (1, 999), EvaluationType.TIME_LOW: (100, 595999)}


@dataclass
class Tally:
    filled: int = 0
    right: int = 0
    review: int = 0
    accepted: int = 0
    accepted_right: int = 0
    empty: int = 0
    empty_wrong: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass
class Printed:
    """A sheet with its picture; `ends` are open."""

    code: str
    layout: Layout
    pages: list[photos.Grey]
    kind: EvaluationType


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("data", type=Path)
    options.add_argument("--sheets", type=int, default=200)
    options.add_argument("--worst", type=Path)
    given = options.parse_args()
    glyphs, labels, sources = boxes.held_back(given.data)
    rng = np.random.default_rng(2026)
    sheets = printed()
    by_source = {name: Tally() for name in boxes.SOURCES}
    by_level = {name: Tally() for name in photos.LEVELS}
    by_pen = {name: Tally() for name in PENS}
    refused: Counter[str] = Counter()
    misfiled = 0
    memory = 0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for number in range(given.sheets):
        sheet = sheets[number % len(sheets)]
        page = number // len(sheets) % len(sheet.pages)
        source, level = number % len(boxes.SOURCES), list(photos.LEVELS)[number // 3 % len(photos.LEVELS)]
        pen = list(PENS)[number // 9 % len(PENS)]
        own = np.nonzero(sources == source)[0]
        picture = sheet.pages[page].copy()
        wanted = fill(picture, sheet, page, glyphs[own], labels[own], rng, PENS[pen])
        photo = photos.photograph(picture, sheet.layout, photos.LEVELS[level], rng, covered=int(rng.random() < 0.1))
        try:
            with Photo(photo) as opened:
                [taken] = opened.pictures
                code = reader.code_of(taken)
                misfiled += f"L{code.sheet}.{code.page}.{code.version}" != sheet.layout.pages[page].code
                asked: dict[str, Any] = {"layout": sheet.layout.to_json(), "page": code.page, "ends": [[None, None]]}
                rows, flat = opened.read(taken, **asked)
        except Unreadable as problem:
            refused[problem.reason.value] += 1
            continue
        memory = memory or peak(photo, {"picture": 0, **asked})
        for row, value in zip(rows, wanted, strict=True):
            for tally in (by_source[boxes.SOURCES[source]], by_level[level], by_pen[pen]):
                count(tally, row, value)
            if given.worst and row["state"] == "accept" and row["value"] != value:
                keep(given.worst, number, row, value, flat, sheet.layout, sheet.layout.pages[page].rows[row["row"]])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    head(f"{given.sheets} photos, digits that training never saw")
    print(f"refused: {dict(refused) or 'none'}; filed under a wrong sheet: {misfiled}")
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(f"CPU {cpu / (given.sheets + 1):.2f} s a photo; memory of the reader {memory} MB")
    for name, tally in (by_source | by_level | by_pen).items():
        show(name, tally)
    print(json.dumps({name: dict(tally.reasons) for name, tally in by_level.items()}))


MEASURED = """import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "app.paper.reading.child"], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"""


def peak(photo: bytes, asked: dict[str, Any]) -> int:
    """Megabytes that the reader needs. Started by a small process: the memory of who starts one counts as its own."""
    told = io.BytesIO()
    child.send(told, [photo])
    child.send(told, [json.dumps(asked).encode()])
    done = subprocess.run([sys.executable, "-c", MEASURED], input=told.getvalue(), capture_output=True, check=True)
    return int(done.stdout)


def printed() -> list[Printed]:
    """One sheet of numbers and one of times, 30 people each, both of several pages."""
    made = []
    with place() as here, here.app().test_request_context():
        eva = create_user("eva@example.org", "Eva", Role.ADMIN, None, by=None)
        event = data.event(30, with_records=False)
        event.activities[1].evaluation_type = EvaluationType.TIME_LOW
        db.session.flush()
        for activity in event.activities[:2]:
            [sheet] = actions.make_sheets(event, event.groups[:1], [activity], size="a4", by=eva)
            found = paper.from_json(sheet.layout)
            pages = photos.pages_of(printing.pdf([sheet]))
            made.append(Printed(found.pages[0].code, found, pages, activity.evaluation_type))
        db.session.commit()
        db.engine.dispose()
    return made


def fill(
    picture: photos.Grey,
    sheet: Printed,
    page: int,
    glyphs: boxes.Glyphs,
    labels: Any,
    rng: np.random.Generator,
    pen: tuple[float, float] = photos.PEN,
) -> list[str]:
    """What stands in each row afterwards: a value, a tick, or nothing."""
    wanted = []
    low, high = VALUES[sheet.kind]
    by_digit = [np.nonzero(labels == digit)[0] for digit in range(10)]
    for row in sheet.layout.pages[page].rows:
        chance = rng.random()
        if row.participant is None or chance < 0.08:
            wanted.append("")
        elif chance < 0.14:
            word = "DNS" if rng.random() < 0.5 else "DNF"
            photos.tick(picture, photos.tick_box(row, word), rng)
            wanted.append(word)
        else:
            number = int(rng.integers(low, high + 1))
            if sheet.kind is EvaluationType.TIME_LOW:
                number = number // 10000 * 10000 + number % 10000 % 6000
                number = max(number, 100)
            text = str(number)
            for box, digit in photos.fill(photos.boxes_of(row), text):
                photos.write(picture, box, glyphs[rng.choice(by_digit[digit])], rng, pen)
            wanted.append(as_read(text, sheet.layout.pattern))
    return wanted


def as_read(text: str, pattern: str) -> str:
    """A number of digits with the points and colons that are printed."""
    padded, said, place = text.rjust(pattern.count("0"), "_"), "", 0
    for one in pattern:
        if one == "0":
            said += padded[place].replace("_", "")
            place += 1
        elif said:
            said += one
    return said


def count(tally: Tally, row: dict[str, Any], value: str) -> None:
    right = row["value"] == value
    if not value:
        tally.empty += 1
        tally.empty_wrong += row["state"] == "accept"
        return
    tally.filled += 1
    tally.right += right
    tally.review += row["state"] == "review"
    tally.accepted += row["state"] != "review"
    tally.accepted_right += row["state"] == "accept" and right
    tally.reasons.update(row["reasons"])


def interval(right: int, of: int) -> tuple[float, float]:
    """Wilson's, 95 %."""
    if not of:
        return 0.0, 1.0
    share, z = right / of, 1.96
    middle = (share + z * z / 2 / of) / (1 + z * z / of)
    around = z * ((share * (1 - share) + z * z / 4 / of) / of) ** 0.5 / (1 + z * z / of)
    return middle - around, middle + around


def show(name: str, tally: Tally) -> None:
    low, high = interval(tally.accepted_right, tally.accepted)
    print(
        f"{name:12} rows {tally.filled:5}  right {tally.right / max(tally.filled, 1):7.2%}  "
        f"to review {tally.review / max(tally.filled, 1):6.2%}  "
        f"accepted right {tally.accepted_right / max(tally.accepted, 1):7.2%} ({low:.2%} to {high:.2%})  "
        f"blank rows {tally.empty}, of which read as a value {tally.empty_wrong}"
    )


def keep(folder: Path, number: int, row: dict[str, Any], value: str, flat: bytes, layout: Layout, of: Row) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{number:03}-{row['row']:02}-{value}-read-{row['value']}.jpg".replace(":", "m")
    (folder / name).write_bytes(crops.row(flat, layout, of, tuple(row["shift"])))


if __name__ == "__main__":
    main()
