"""A photo of a sheet, laid flat: markers and code found, curl and light taken out, each row snapped to its boxes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..layout import Box, Page, Row
from ..markers import A_PAGE, MOST_PAGES
from . import geometry

SCALE = 8
"""Pixels a millimetre of a page laid flat."""
LEAST_MARKERS = 2
REACH = 1.6
"""Millimetres by which a row may lie beside where it should."""
CROP = (40, 32)
"""Height and width, in pixels, of what the digits' reader is given."""

Grey = NDArray[np.uint8]
Ink = NDArray[np.float32]
"""0 is paper, 1 is black."""


@dataclass(frozen=True)
class Seen:
    """On a photo: the codes that could be read, and the corners of markers by their number, 4 x 2 in pixels."""

    codes: tuple[str, ...]
    markers: dict[int, NDArray[np.float64]]

    @property
    def page(self) -> int | None:
        """Which page most of the markers are of, counted from 1."""
        pages = Counter(number // A_PAGE + 1 for number in self.markers)
        return pages.most_common(1)[0][0] if pages else None


def look(picture: Grey) -> Seen:
    """Whatever there is of a sheet."""
    return Seen(_codes(picture), _markers(picture))


def look_for_markers(picture: Grey) -> Seen:
    return Seen((), _markers(picture))


def _codes(picture: Grey) -> tuple[str, ...]:
    import zxingcpp

    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return tuple(dict.fromkeys(code.text for code in found))


def _markers(picture: Grey) -> dict[int, NDArray[np.float64]]:
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_250)
    corners, ids, _rejected = cv2.aruco.ArucoDetector(dictionary, settings).detectMarkers(picture)
    found: dict[int, NDArray[np.float64]] = {}
    for number, places in zip([] if ids is None else ids.flatten(), corners, strict=True):
        if int(number) < A_PAGE * MOST_PAGES:
            found[int(number)] = np.asarray(places[0], dtype=np.float64)
    return found


def project(seen: Seen, page: Page, size: tuple[float, float]) -> geometry.Projection | None:
    """None where too few of the page's markers are seen."""
    places, pixels = [], []
    for marker in page.markers:
        if marker.id in seen.markers:
            x, y, side = marker.x, marker.y, marker.size
            places += [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
            pixels += list(seen.markers[marker.id])
    if len(places) < 4 * LEAST_MARKERS:
        return None
    try:
        return geometry.fit(np.array(places), np.array(pixels), size)
    except geometry.TooFewPoints:
        return None


def flatten(picture: Grey, projection: geometry.Projection, size: tuple[float, float]) -> Grey:
    """The page alone, at SCALE."""
    width, height = round(size[0] * SCALE), round(size[1] * SCALE)
    # Worked out on a coarse grid and drawn out between: the page bends slowly.
    columns, rows = np.meshgrid(np.linspace(0, size[0], width // 16 + 1), np.linspace(0, size[1], height // 16 + 1))
    pixels = projection.project(np.column_stack([columns.ravel(), rows.ravel()])).astype(np.float32)
    at_x = _spread(pixels[:, 0].reshape(columns.shape), (width, height))
    at_y = _spread(pixels[:, 1].reshape(columns.shape), (width, height))
    flat = cv2.remap(picture, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255)
    return np.asarray(flat, dtype=np.uint8)


def _spread(grid: NDArray[np.float32], size: tuple[int, int]) -> Any:
    """From knots at both ends of a line to each of its pixels."""
    rows, columns = grid.shape
    x = np.linspace(0, columns - 1, size[0], dtype=np.float32)
    y = np.linspace(0, rows - 1, size[1], dtype=np.float32)
    at = np.meshgrid(x, y)
    return cv2.remap(grid, at[0], at[1], cv2.INTER_LINEAR)


def ink_of(flat: Grey) -> Ink:
    """How dark it is against the paper around, whatever light falls on it."""
    small = cv2.resize(flat, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((19, 19), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), 5)
    light = cv2.resize(paper, (flat.shape[1], flat.shape[0]), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    return np.asarray(np.clip(1.0 - flat.astype(np.float32) / np.maximum(light, 1.0), 0.0, 1.0), dtype=np.float32)


def snap(ink: Ink, row: Row) -> tuple[float, float]:
    """By how many millimetres, right and down, a row's boxes lie beside where they should."""
    left, top = min(box.x for box in row.boxes) - 1, min(box.y for box in row.boxes) - 1
    right = max(box.x + box.width for box in row.boxes) + 1
    low = max(box.y + box.height for box in row.boxes) + 1
    half = SCALE / 2
    lines = np.zeros((round((low - top) * half), round((right - left) * half)), np.float32)
    for box in row.boxes:
        corners = [
            (round((box.x - left) * half), round((box.y - top) * half)),
            (round((box.x + box.width - left) * half), round((box.y + box.height - top) * half)),
        ]
        cv2.rectangle(lines, corners[0], corners[1], 1.0 if not box.correction else 0.4, 1)
    reach = round(REACH * half)
    x, y = round(left * half) - reach, round(top * half) - reach
    part = cv2.resize(
        ink[max(2 * y, 0) : 2 * (y + lines.shape[0] + 2 * reach), max(2 * x, 0) : 2 * (x + lines.shape[1] + 2 * reach)],
        None,
        fx=0.5,
        fy=0.5,
        interpolation=cv2.INTER_AREA,
    )
    if part.shape[0] < lines.shape[0] or part.shape[1] < lines.shape[1]:
        return 0.0, 0.0
    found = cv2.matchTemplate(np.minimum(part, 0.6), lines, cv2.TM_CCORR)
    _least, _most, _where, (best_x, best_y) = cv2.minMaxLoc(found)
    return (best_x + max(x, 0) - x - reach + min(x, 0)) / half, (best_y + max(y, 0) - y - reach + min(y, 0)) / half


def crop(ink: Ink, box: Box, shift: tuple[float, float]) -> Ink:
    """A box with a seventh of its width around it."""
    margin = box.width / 7
    x, y = box.x + shift[0] - margin, box.y + shift[1] - margin
    width, height = box.width + 2 * margin, box.height + 2 * margin
    matrix = np.array(
        [[CROP[1] / (width * SCALE), 0, -x * CROP[1] / width], [0, CROP[0] / (height * SCALE), -y * CROP[0] / height]]
    )
    # Blurred before it is made smaller, as a camera with fewer pixels would.
    left, top = max(int(x * SCALE) - 4, 0), max(int(y * SCALE) - 4, 0)
    part = ink[top : top + int(height * SCALE) + 8, left : left + int(width * SCALE) + 8]
    if part.size == 0:
        return np.zeros(CROP, np.float32)
    smooth = cv2.GaussianBlur(part, (0, 0), 0.45 * width * SCALE / CROP[1])
    matrix[:, 2] += matrix[:, :2] @ np.array([left, top])
    return np.asarray(cv2.warpAffine(smooth, matrix, (CROP[1], CROP[0]), flags=cv2.INTER_LINEAR), dtype=np.float32)
