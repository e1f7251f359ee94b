"""Boxes cut out of photographed sheets by the reader's own means, for training: `python -m bench.digits.photos`.

    python -m bench.digits.photos --data FOLDER --to FOLDER [--photos 700] [--without SOURCE]

Writes `training.npz`, and `validation.npz` of a tenth as many photos with that tenth's digits. Sheets are filled with
pens from dark to faint, and photographed in simulation with every fault between none and more than
`tests/support/photos.py` has, so that no one level is learnt by heart.
"""

from __future__ import annotations

import argparse
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.paper.layout import Box, Layout, Row
from app.paper.reading import rectify
from tests.support import photos

from . import boxes

Made = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""N x 40 x 32 of ink times 255, and what each shows: a digit, BLANK or STRUCK."""

_digits: tuple[boxes.Glyphs, Any, Any]
_sheets: list[tuple[Layout, list[photos.Grey]]]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--to", type=Path, required=True)
    options.add_argument("--photos", type=int, default=700)
    options.add_argument("--without", choices=boxes.SOURCES)
    given = options.parse_args()
    global _digits, _sheets
    from bench.paper import printed

    glyphs, labels, sources = boxes.load(given.data)
    tenths = boxes.tenth(glyphs)
    allowed = sources != (boxes.SOURCES.index(given.without) if given.without else -1)
    _sheets = [(sheet.layout, sheet.pages) for sheet in printed()]
    given.to.mkdir(parents=True, exist_ok=True)
    parts = {"validation": tenths == boxes.VALIDATION, "training": tenths > boxes.VALIDATION}
    for name, part in parts.items():
        _digits = (glyphs[part & allowed], labels[part & allowed], sources[part & allowed])
        seeds = range(given.photos) if name == "training" else range(10**6, 10**6 + given.photos // 10)
        with Pool(2) as pool:
            made = [one for one in pool.imap_unordered(crops, seeds, chunksize=4) if one is not None]
        pictures, kinds = np.concatenate([one for one, _k in made]), np.concatenate([k for _one, k in made])
        np.savez_compressed(given.to / f"{name}.npz", pictures=pictures, kinds=kinds.astype(np.int64))
        print(
            f"{name}: {len(made)} photos, {len(kinds)} boxes: {np.bincount(kinds, minlength=12).tolist()}", flush=True
        )


def crops(seed: int) -> Made | None:
    """The boxes of one photo; None where its markers are not found."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed + 90_000)
    layout, pages = _sheets[seed % len(_sheets)]
    number = int(rng.integers(len(pages)))
    paper, page = pages[number].copy(), layout.pages[number]
    kinds = [kind for row in page.rows for kind in fill(paper, row, rng)]
    jpeg = photos.photograph(paper, layout, level(rng), rng)
    grey = camera(np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8), rng)
    size = (layout.width, layout.height)
    projection = rectify.project(rectify.look_for_markers(grey), page, size)
    if projection is None:
        return None
    ink = rectify.ink_of(rectify.flatten(grey, projection, size))
    cut = [rectify.crop(ink, box, rectify.snap(ink, row)) for row in page.rows for box in row.boxes]
    return (np.array(cut) * 255).astype(np.uint8), np.array(kinds)


def level(rng: np.random.Generator) -> photos.Level:
    side = int(rng.integers(1280, 3000))
    quality = int(rng.integers(38, 92))
    return photos.Level(
        rng.uniform(0, 25),
        rng.uniform(0, 4),
        rng.uniform(0, 0.6),
        rng.choice([0.0, 0.5, 1.0, 1.7]),
        rng.uniform(0, 11),
        (quality, quality + 4),
        (side, side + 4),
    )


def camera(grey: photos.Grey, rng: np.random.Generator) -> photos.Grey:
    """What phones do to a picture: noise that is smoothed to blotches, edges made sharper, darks lifted."""
    picture = grey.astype(np.float32)
    if rng.random() < 0.4:
        blotches = cv2.GaussianBlur(rng.normal(0, 1, grey.shape).astype(np.float32), (0, 0), rng.uniform(0.6, 2.0))
        picture += blotches / blotches.std() * np.float32(rng.uniform(1, 7))
    if rng.random() < 0.4:
        picture += rng.uniform(0.3, 1.2) * (picture - cv2.GaussianBlur(picture, (0, 0), rng.uniform(1.0, 2.0)))
    if rng.random() < 0.4:
        picture = np.float32(255) * np.power(
            np.clip(picture, 0, 255) / np.float32(255), np.float32(rng.uniform(0.7, 1.4))
        )
    return np.clip(picture, 0, 255).astype(np.uint8)


def fill(paper: photos.Grey, row: Row, rng: np.random.Generator) -> list[int]:
    """Something in the boxes of a row, with one pen: what each shows afterwards."""
    dark = rng.uniform(0.28, 0.98)
    kinds: dict[Box, int] = {}
    for mark in {box.mark for box in row.boxes}:
        for correction in (False, True):
            own = photos.boxes_of(row, mark, correction=correction)
            if not own:
                continue
            empty = rng.random() < (0.55 if correction else 0.15)
            some = [box for box in own if not empty and rng.random() < 0.88]
            kinds |= {box: write(paper, box, dark, rng) for box in some}
            if some and rng.random() < 0.09:
                kinds |= dict.fromkeys(strike(paper, some, dark, rng), boxes.STRUCK)
    for box in row.boxes:
        if box.tick and rng.random() < 0.4:
            photos.tick(paper, box, rng)
            kinds[box] = boxes.STRUCK
    return [kinds.get(box, boxes.BLANK) for box in row.boxes]


def write(paper: photos.Grey, box: Box, dark: float, rng: np.random.Generator) -> int:
    """A digit of any of the sources in their shares, and which."""
    glyphs, labels, sources = _digits
    number = rng.choice(len(boxes.SOURCES), p=[0.55, 0.15, 0.3])
    own = np.nonzero(sources == number)[0]
    chosen = int(rng.choice(own if len(own) else np.arange(len(labels))))
    drawn = boxes.bent(glyphs[chosen], rng)
    width, height = box.width * photos.SCALE, box.height * photos.SCALE
    high = height * rng.uniform(0.45, 0.93)
    wide = max(min(high * drawn.shape[1] / drawn.shape[0] * rng.uniform(0.8, 1.15), width * rng.uniform(0.85, 1.05)), 5)
    drawn = np.asarray(cv2.resize(drawn, (round(wide), round(high)), interpolation=cv2.INTER_AREA), np.float32)
    if rng.random() < 0.3:  # A pencil on paper that is not smooth.
        drawn = drawn * rng.uniform(0.55, 1.0, drawn.shape).astype(np.float32)
    x = box.x * photos.SCALE + (width - wide) / 2 + rng.normal(0, 0.07) * width
    y = box.y * photos.SCALE + (height - high) / 2 + rng.normal(0, 0.05) * height
    photos.ink(paper, np.asarray(drawn, np.float32), round(x), round(y), dark * rng.uniform(0.9, 1.0))
    return int(labels[chosen])


def strike(paper: photos.Grey, written: list[Box], dark: float, rng: np.random.Generator) -> list[Box]:
    """A line through all boxes, or a scribble over one; which ones are struck."""
    if rng.random() < 0.5:
        written = [written[rng.integers(len(written))]]
    left, right = written[0], written[-1]
    x, y = left.x * photos.SCALE, left.y * photos.SCALE
    wide, high = (right.x + right.width) * photos.SCALE - x, left.height * photos.SCALE
    drawn = np.zeros((round(high), round(wide)), np.float32)
    thick = int(rng.integers(3, 8))
    if len(written) == 1 and rng.random() < 0.6:
        across = np.linspace(0.15, 0.85, int(rng.integers(4, 9)))
        places = [(rng.uniform(0.1, 0.9) * wide, one * high) for one in across]
        cv2.polylines(drawn, [np.array(places, np.int32)], False, 1.0, thick, cv2.LINE_AA)
    else:
        first, last = (rng.uniform(0.3, 0.7) * high for _ in range(2))
        cv2.line(drawn, (2, round(first)), (round(wide) - 2, round(last)), 1.0, thick, cv2.LINE_AA)
    photos.ink(paper, drawn, round(x), round(y), dark)
    return written


if __name__ == "__main__":
    main()
