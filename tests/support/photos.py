"""Sheets of paper as people hand them back: written on by hand, and photographed where they stand.

What a camera does is simulated: tilt, curl, shadow, blur, noise, few pixels and a hard JPEG, at three levels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from app.paper.layout import Box, Layout, Row

SCALE = 10
"""Pixels a millimetre of the paper that is written on."""
PEN, PENCIL = (0.75, 0.97), (0.3, 0.6)
"""How dark they write, of 1."""

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Level:
    """How hard a photo is: degrees of tilt, millimetres of curl, how much of the light a shadow takes, pixels of blur,
    spread of the noise, quality of the JPEG, pixels of the longer side.
    """

    tilt: float
    curl: float
    shadow: float
    blur: float
    noise: float
    quality: tuple[int, int]
    side: tuple[int, int]


LEVELS = {
    "easy": Level(6, 1.0, 0.15, 0.4, 2, (85, 95), (2400, 3000)),
    "normal": Level(15, 2.5, 0.35, 0.9, 5, (60, 90), (1800, 2600)),
    "hard": Level(25, 4.0, 0.55, 1.4, 9, (38, 70), (1400, 2200)),
}


def pages_of(pdf: bytes) -> list[Grey]:
    """A PDF's pages, at SCALE."""
    return [
        np.array(page.render(scale=SCALE * 25.4 / 72, grayscale=True).to_pil()) for page in pypdfium2.PdfDocument(pdf)
    ]


def write(paper: Grey, box: Box, glyph: Grey, rng: np.random.Generator, pen: tuple[float, float] = PEN) -> None:
    """Put a digit, 28 x 28 with ink 255, into a box as a hand would: not quite in its middle, with a pen's grey."""
    ys, xs = np.nonzero(glyph > 40)
    cut = glyph[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    height = box.height * SCALE * rng.uniform(0.55, 0.85)
    width = min(height * cut.shape[1] / cut.shape[0], box.width * SCALE * 0.9)
    width = max(width, 4)
    drawn = cv2.resize(cut, (round(width), round(height)), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    x = (box.x + box.width / 2) * SCALE - width / 2 + rng.normal(0, 0.06) * box.width * SCALE
    y = (box.y + box.height / 2) * SCALE - height / 2 + rng.normal(0, 0.05) * box.height * SCALE
    ink(paper, np.asarray(drawn, np.float32), round(x), round(y), rng.uniform(*pen))


def tick(paper: Grey, box: Box, rng: np.random.Generator) -> None:
    """A cross or a tick."""
    drawn = np.zeros((round(box.height * SCALE), round(box.width * SCALE)), np.float32)
    high, wide = drawn.shape
    thick = int(rng.integers(4, 8))
    if rng.random() < 0.5:
        lines = [[(0.15, 0.2), (0.85, 0.85)], [(0.85, 0.15), (0.15, 0.8)]]
    else:
        lines = [[(0.1, 0.5), (0.4, 0.9)], [(0.4, 0.9), (0.95, 0.1)]]
    for one in lines:
        (x1, y1), (x2, y2) = [(x + rng.normal(0, 0.05), y + rng.normal(0, 0.05)) for x, y in one]
        cv2.line(drawn, (int(x1 * wide), int(y1 * high)), (int(x2 * wide), int(y2 * high)), 1.0, thick, cv2.LINE_AA)
    ink(paper, drawn, round(box.x * SCALE), round(box.y * SCALE), 0.9)


def strike(paper: Grey, row: Row, mark: int, rng: np.random.Generator) -> None:
    """A line through all that is written of a mark."""
    boxes = [box for box in row.boxes if box.mark == mark and not box.correction and not box.tick]
    left, right = boxes[0], boxes[-1]
    y1, y2 = (box.y + box.height * rng.uniform(0.35, 0.65) for box in (left, right))
    start = (round((left.x + 0.5) * SCALE), round(y1 * SCALE))
    end = (round((right.x + right.width - 0.5) * SCALE), round(y2 * SCALE))
    cv2.line(paper, start, end, 35, int(rng.integers(4, 8)), cv2.LINE_AA)


def fill(boxes: list[Box], text: str) -> list[tuple[Box, int]]:
    """Which digit goes into which box: a number is written to the right."""
    digits = [int(one) for one in text if one.isdigit()]
    return list(zip(boxes[len(boxes) - len(digits) :], digits, strict=True))


def boxes_of(row: Row, mark: int = 0, *, correction: bool = False) -> list[Box]:
    return [box for box in row.boxes if box.mark == mark and not box.tick and box.correction is correction]


def tick_box(row: Row, word: str) -> Box:
    return next(box for box in row.boxes if box.tick == word)


def ink(paper: Grey, drawn: NDArray[np.float32], x: int, y: int, dark: float) -> None:
    """Strokes of 0 to 1 laid over the paper; `dark` is the pen's."""
    high, wide = drawn.shape
    part = paper[y : y + high, x : x + wide].astype(np.float32)
    paper[y : y + high, x : x + wide] = (part * (1 - np.clip(drawn, 0, 1) * dark)).astype(np.uint8)


def photograph(paper: Grey, layout: Layout, level: Level, rng: np.random.Generator, *, covered: int = 0) -> bytes:
    """A JPEG of the paper on a dark table. With `covered`, so many of the lower markers are under a thumb."""
    paper = paper.copy()
    for number in range(covered):
        centre = (round((16 + number * (layout.width - 32)) * SCALE), round((layout.height - 16) * SCALE))
        cv2.ellipse(paper, centre, (13 * SCALE, 18 * SCALE), 20, 0, 360, 150, -1)
    side = int(rng.integers(*level.side))
    picture = _seen_from(_curled(paper, level, rng), level, rng, side)
    picture = _lit(picture, level, rng)
    if level.blur:
        blur = max(level.blur * rng.uniform(0.5, 1.0), 0.3)
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), blur), dtype=np.uint8)
    noisy = picture.astype(np.float32) + rng.normal(0, level.noise, picture.shape)
    quality = int(rng.integers(*level.quality))
    _fine, jpeg = cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return jpeg.tobytes()


def _curled(paper: Grey, level: Level, rng: np.random.Generator) -> Grey:
    """Bent a little across, as paper is that was rolled up in a pocket."""
    high, wide = paper.shape
    x, y = np.meshgrid(np.linspace(-1, 1, wide, dtype=np.float32), np.linspace(-1, 1, high, dtype=np.float32))
    bend, lean = (rng.uniform(-1, 1) * level.curl * SCALE for _ in range(2))
    at_x = (x + 1) / 2 * (wide - 1) + np.float32(lean * 0.3) * x * y
    at_y = (y + 1) / 2 * (high - 1) + np.float32(bend) * (x * x - 1)
    bent = cv2.remap(paper, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255)
    return np.asarray(bent, dtype=np.uint8)


def _seen_from(paper: Grey, level: Level, rng: np.random.Generator, side: int) -> Grey:
    high, wide = paper.shape
    turns = np.radians(rng.uniform(-level.tilt, level.tilt, 2))
    spin = np.radians(rng.uniform(-level.tilt, level.tilt) / 2)
    corners = np.array([(-wide, -high, 0), (wide, -high, 0), (wide, high, 0), (-wide, high, 0)], dtype=np.float64) / 2
    for axis, angle in ((0, turns[0]), (1, turns[1]), (2, spin)):
        corners = corners @ _rotation(axis, float(angle)).T
    away = 2.2 * high
    seen = corners[:, :2] * away / (away + corners[:, 2:3])
    least, most = seen.min(axis=0), seen.max(axis=0)
    edge = 0.04 * (most - least).max()
    scale = side / ((most - least).max() + 2 * edge)
    places = ((seen - least + edge) * scale).astype(np.float32)
    size = (round(float(most[0] - least[0] + 2 * edge) * scale), round(float(most[1] - least[1] + 2 * edge) * scale))
    whole = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    matrix = cv2.getPerspectiveTransform(whole, places)
    smaller = cv2.GaussianBlur(paper, (0, 0), max(0.4 * wide / (size[0] * 1.0), 0.3))
    return np.asarray(cv2.warpPerspective(smaller, matrix, size, borderValue=75), dtype=np.uint8)


def _rotation(axis: int, angle: float) -> NDArray[np.float64]:
    cos, sin = np.cos(angle), np.sin(angle)
    one, other = [place for place in range(3) if place != axis]
    matrix = np.eye(3)
    matrix[one, one], matrix[one, other], matrix[other, one], matrix[other, other] = cos, -sin, sin, cos
    return matrix


def _lit(picture: Grey, level: Level, rng: np.random.Generator) -> Grey:
    """From one side, and with the shadow of a hand that has an edge."""
    high, wide = picture.shape
    x, y = np.meshgrid(np.linspace(0, 1, wide, dtype=np.float32), np.linspace(0, 1, high, dtype=np.float32))
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    light = 1 - level.shadow * 0.5 * (along - along.min()) / (along.max() - along.min())
    edge = rng.uniform(0.2, 0.8)
    light = light * (1 - level.shadow * 0.6 / (1 + np.exp(-(along - along.min() - edge) * 40)))
    return np.asarray(np.clip(picture * light * 0.95, 0, 255), dtype=np.uint8)
