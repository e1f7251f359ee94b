"""Handwritten digits, parted by a hash of their pixels, and boxes of a sheet made from them as a photo shows them."""

from __future__ import annotations

import csv
import hashlib
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 40, 32
BLANK, STRUCK = 10, 11
SOURCES = ("mnist_train", "semeion", "pendigits")
HELD_BACK, VALIDATION = 0, 1
"""Tenths by the hash: never seen in training, and for the temperature. The rest is for training."""

Glyphs = NDArray[np.uint8]
"""N x 28 x 28, ink 255."""
Ink = NDArray[np.float32]


def load(folder: Path) -> tuple[Glyphs, NDArray[np.int64], NDArray[np.int64]]:
    """All digits, what they are, and which of SOURCES they come from."""
    found = [_mnist(folder), _semeion(folder), _pendigits(folder)]
    sources = np.concatenate([np.full(len(one), number) for number, (one, _labels) in enumerate(found)])
    return np.concatenate([one for one, _labels in found]), np.concatenate([some for _one, some in found]), sources


def tenth(glyphs: Glyphs) -> NDArray[np.int64]:
    """Of each digit, by its pixels: twins are on one side."""
    return np.array([int(hashlib.sha256(one.tobytes()).hexdigest()[:8], 16) % 10 for one in glyphs])


def held_back(folder: Path) -> tuple[Glyphs, NDArray[np.int64], NDArray[np.int64]]:
    """What training never sees."""
    glyphs, labels, sources = load(folder)
    kept = tenth(glyphs) == HELD_BACK
    return glyphs[kept], labels[kept], sources[kept]


def _mnist(folder: Path) -> tuple[Glyphs, NDArray[np.int64]]:
    kept = np.load(folder / "mnist_train.npz")
    return kept["x"].astype(np.uint8), kept["y"].astype(np.int64)


def _semeion(folder: Path) -> tuple[Glyphs, NDArray[np.int64]]:
    """16 x 16, stretched to the square: given back the shape of a digit."""
    kept = np.load(folder / "semeion.npz")
    small = (kept["x"] > 0).astype(np.uint8) * 255
    made = []
    for one, label in zip(small, kept["y"], strict=True):
        wide = 9 if label == 1 else 15
        made.append(_placed(cv2.resize(one, (wide, 20), interpolation=cv2.INTER_AREA)))
    return np.array(made), kept["y"].astype(np.int64)


def _pendigits(folder: Path) -> tuple[Glyphs, NDArray[np.int64]]:
    """Tracks of eight points, drawn with a pen of some thickness."""
    made, labels = [], []
    with (folder / "pendigits.csv").open() as file:
        for row in csv.reader(file):
            if not row or not row[0].strip().isdigit():
                continue
            numbers = [int(one) for one in row]
            points = np.array(numbers[:16], np.float32).reshape(8, 2)
            made.append(_drawn(points, 1 + sum(numbers) % 3))
            labels.append(numbers[16])
    return np.array(made), np.array(labels)


def _drawn(points: NDArray[np.float32], thickness: int) -> Glyphs:
    big = np.zeros((112, 112), np.uint8)
    wide, high = (float(one) for one in np.ptp(points, axis=0))
    scale = 0.72 * min(1.0, 75 / max(high, 1.0) if wide < high else 1.0)
    places = np.column_stack([points[:, 0] - points[:, 0].mean(), -(points[:, 1] - points[:, 1].mean())]) * scale + 56
    cv2.polylines(big, [np.round(places).astype(np.int32)], False, 255, 4 + 3 * thickness, cv2.LINE_AA)
    return np.asarray(cv2.resize(big, (28, 28), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _placed(small: Glyphs) -> Glyphs:
    whole = np.zeros((28, 28), np.uint8)
    high, wide = small.shape
    whole[(28 - high) // 2 :, (28 - wide) // 2 :][:high, :wide] = small
    return whole


# Boxes --------------------------------------------------------------------------------------------------------------


def box(glyph: Glyphs | None, kind: int, rng: np.random.Generator, others: Glyphs) -> Ink:
    """HEIGHT x WIDTH of ink. `kind` is BLANK, STRUCK, or the digit that `glyph` shows; `others` lend their strokes."""
    scale = 3
    high, wide = HEIGHT * scale, WIDTH * scale
    ink = np.zeros((high, wide), np.float32)
    if rng.random() < 0.95:
        _lines(ink, scale, rng)
    if kind == STRUCK:
        _struck(ink, glyph, scale, rng)
    elif kind != BLANK and glyph is not None:
        _write(ink, glyph, scale, rng)
    if rng.random() < 0.3:
        _neighbour(ink, others[rng.integers(len(others))], scale, rng)
    if rng.random() < 0.2:
        _dust(ink, rng)
    return _seen(ink, rng)


def _lines(ink: Ink, scale: int, rng: np.random.Generator) -> None:
    """The box itself, and its neighbours' edges, a millimetre away."""
    x, y = WIDTH / 9 * scale, HEIGHT / 10.6 * scale
    off_x, off_y = rng.normal(0, 0.22, 2) * (x, y)
    left, top = x + off_x, y + off_y
    right, low = WIDTH * scale - x + off_x, HEIGHT * scale - y + off_y
    if rng.random() < 0.25:  # A box to tick is a square, and a small box is a little wider.
        low = top + (low - top) * rng.uniform(0.93, 1.0)
    dotted, dark = rng.random() < 0.35, rng.uniform(0.3, 0.65)
    layer = np.zeros_like(ink)
    slope = rng.normal(0, 1.5, 4)
    edges = [
        ((left, top + slope[0]), (right, top)),
        ((right, top), (right + slope[1], low)),
        ((left, top), (left + slope[2], low)),
        ((left, low), (right, low + slope[3])),
    ]
    if rng.random() < 0.7:
        gap = x * 0.98
        edges += [((right + gap, top), (right + gap, low)), ((left - gap, top), (left - gap, low))]
    for start, end in edges:
        cv2.line(layer, _point(start), _point(end), 1.0, int(rng.integers(1, 4)), cv2.LINE_AA)
    if dotted:
        period = int(rng.integers(5, 10))
        pattern = (np.add.outer(np.arange(ink.shape[0]), np.arange(ink.shape[1])) % period) < period * 0.5
        layer *= pattern
    np.maximum(ink, layer * dark, out=ink)


def _point(place: tuple[float, float]) -> tuple[int, int]:
    return round(place[0]), round(place[1])


def bent(glyph: Glyphs, rng: np.random.Generator) -> Ink:
    """A digit as another hand might have drawn it: cut out, some 60 pixels high, slanted, bent, thicker or thinner."""
    room = np.zeros((40, 40), np.float32)
    room[6:34, 6:34] = glyph.astype(np.float32) / 255
    big = cv2.resize(room, (100, 100), interpolation=cv2.INTER_CUBIC)
    x, y = np.meshgrid(np.arange(100, dtype=np.float32), np.arange(100, dtype=np.float32))
    slant, turn = rng.normal(0, 0.14), rng.normal(0, 0.08)
    at_x, at_y = x + (slant + turn) * (y - 50), y - turn * (x - 50)
    if rng.random() < 0.7:
        for at in (at_x, at_y):
            coarse = rng.normal(0, rng.uniform(0.5, 2.6), (5, 5)).astype(np.float32)
            at += cv2.resize(coarse, (100, 100), interpolation=cv2.INTER_CUBIC)
    drawn: Ink = np.asarray(
        cv2.remap(big, at_x.astype(np.float32), at_y.astype(np.float32), cv2.INTER_LINEAR), np.float32
    )
    thick = rng.random()
    if thick < 0.25:
        drawn = np.asarray(cv2.dilate(drawn, np.ones((3, 3), np.uint8), iterations=int(rng.integers(1, 3))), np.float32)
    elif thick < 0.6:
        thin = cv2.erode(drawn, np.ones((3, 3), np.uint8), iterations=int(rng.integers(1, 3)))
        drawn = np.asarray(thin, np.float32) if thin.max() > 0.6 and thin.sum() > 0.3 * drawn.sum() else drawn
    ys, xs = np.nonzero(drawn > 0.16)
    if not len(ys):
        return np.asarray(big, dtype=np.float32)
    cut = drawn[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    return np.asarray(np.clip(cut / max(float(cut.max()), 0.5), 0, 1), dtype=np.float32)


def _write(ink: Ink, glyph: Glyphs, scale: int, rng: np.random.Generator, dark: float | None = None) -> None:
    dark = rng.uniform(0.28, 1.0) if dark is None else dark
    cut = bent(glyph, rng)
    inner_x, inner_y = WIDTH * 7 / 9 * scale, HEIGHT * 8.6 / 10.6 * scale
    high = inner_y * rng.uniform(0.45, 0.92)
    wide = min(high * cut.shape[1] / cut.shape[0] * rng.uniform(0.8, 1.2), inner_x * rng.uniform(0.85, 1.05))
    big = cv2.resize(cut, (max(round(wide), 4), max(round(high), 4)), interpolation=cv2.INTER_CUBIC)
    centre = (big.shape[1] / 2, big.shape[0] / 2)
    moved = np.array(
        [
            [1, 0, ink.shape[1] / 2 + rng.normal(0, 0.08) * inner_x - centre[0]],
            [0, 1, ink.shape[0] / 2 + rng.normal(0, 0.06) * inner_y - centre[1]],
        ]
    )
    layer = cv2.warpAffine(big, moved, (ink.shape[1], ink.shape[0]), flags=cv2.INTER_LINEAR)
    np.maximum(ink, np.clip(layer, 0, 1) * dark, out=ink)


def _struck(ink: Ink, glyph: Glyphs | None, scale: int, rng: np.random.Generator) -> None:
    """A digit with lines through it, or a cross or a tick alone."""
    high, wide = ink.shape
    dark = rng.uniform(0.5, 1.0)
    drawn = rng.random()
    if glyph is not None and drawn < 0.7:
        _write(ink, glyph, scale, rng, dark)
    layer = np.zeros_like(ink)
    thick = int(rng.integers(2, 9))

    def line(x1: float, y1: float, x2: float, y2: float) -> None:
        bend = rng.normal(0, 0.05, 4)
        start = _point(((x1 + bend[0]) * wide, (y1 + bend[1]) * high))
        cv2.line(layer, start, _point(((x2 + bend[2]) * wide, (y2 + bend[3]) * high)), 1.0, thick, cv2.LINE_AA)

    way = rng.random()
    if drawn >= 0.7:
        if way < 0.5:
            line(0.22, 0.25, 0.78, 0.75)
            line(0.78, 0.25, 0.22, 0.75)
        else:
            line(0.2, 0.5, 0.42, 0.75)
            line(0.42, 0.75, 0.82, 0.2)
    elif way < 0.45:
        middle = rng.uniform(0.35, 0.65)
        line(-0.1, middle, 1.1, middle + rng.normal(0, 0.08))
        if rng.random() < 0.4:
            line(-0.1, middle + 0.12, 1.1, middle + 0.12)
    elif way < 0.7:
        line(0.1, 0.85, 0.9, 0.15)
        if rng.random() < 0.4:
            line(0.1, 0.15, 0.9, 0.85)
    else:
        places = [(rng.uniform(0.15, 0.85) * wide, y * high) for y in np.linspace(0.2, 0.8, int(rng.integers(5, 10)))]
        for start, end in pairwise(places):
            cv2.line(layer, _point(start), _point(end), 1.0, thick, cv2.LINE_AA)
    np.maximum(ink, layer * dark, out=ink)


def _neighbour(ink: Ink, glyph: Glyphs, scale: int, rng: np.random.Generator) -> None:
    """A stroke that reaches over the edge from the side."""
    layer = np.zeros_like(ink)
    _write(layer, glyph, scale, rng)
    by = int(ink.shape[1] * rng.uniform(0.84, 0.97)) * (1 if rng.random() < 0.5 else -1)
    moved = np.zeros_like(ink)
    if by > 0:
        moved[:, by:] = layer[:, :-by]
    else:
        moved[:, :by] = layer[:, -by:]
    np.maximum(ink, moved, out=ink)


def _dust(ink: Ink, rng: np.random.Generator) -> None:
    for _speck in range(int(rng.integers(1, 4))):
        place = (int(rng.integers(ink.shape[1])), int(rng.integers(ink.shape[0])))
        cv2.circle(ink, place, int(rng.integers(1, 4)), float(rng.uniform(0.2, 0.7)), -1, cv2.LINE_AA)


def _seen(ink: Ink, rng: np.random.Generator) -> Ink:
    """Through a camera: fewer pixels, blur, noise, light that is not quite even."""
    small = cv2.resize(ink, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        less = rng.uniform(1.0, 2.2)
        size = (max(round(WIDTH / less), 8), max(round(HEIGHT / less), 10))
        small = cv2.resize(
            cv2.resize(small, size, interpolation=cv2.INTER_AREA), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR
        )
    small = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.2, 1.3))
    small = small * rng.uniform(0.7, 1.1) + rng.uniform(0, 0.06)
    noise = rng.normal(0, 1, small.shape).astype(np.float32)
    if rng.random() < 0.5:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.5, 1.5)), np.float32)
    small = small + noise / noise.std() * np.float32(rng.uniform(0.0, 0.05))
    if rng.random() < 0.4:
        small = _jpeg(small, int(rng.integers(25, 90)))
    return np.asarray(np.clip(small, 0, 1), dtype=np.float32)


def _jpeg(ink: Ink, quality: int) -> Ink:
    _fine, kept = cv2.imencode(
        ".jpg", np.clip(255 - 255 * ink, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return np.asarray(1 - np.asarray(cv2.imdecode(kept, cv2.IMREAD_GRAYSCALE), np.float32) / 255, dtype=np.float32)


def batch(
    glyphs: Glyphs, labels: NDArray[np.int64], chosen: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Ink, NDArray[np.int64]]:
    """Boxes with the digits chosen, and beside every ten of them two blank and one and a half struck."""
    kinds = [int(labels[one]) for one in chosen]
    pictures = [box(glyphs[one], kind, rng, glyphs) for one, kind in zip(chosen, kinds, strict=True)]
    for kind, count in ((BLANK, len(chosen) // 5), (STRUCK, len(chosen) * 3 // 20)):
        pictures += [box(glyphs[rng.integers(len(glyphs))], kind, rng, glyphs) for _number in range(count)]
        kinds += [kind] * count
    return np.array(pictures), np.array(kinds)
