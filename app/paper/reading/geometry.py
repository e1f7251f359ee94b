"""From millimetres on a sheet to pixels of its photo. Pure: numbers in, numbers out.

A photo of a flat page is a homography of it. A page that curls departs from that by a little, which a quadratic in
x and y follows wherever enough markers are seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""N x 2, x and y."""

FOR_CURL = 16
"""So many points, four markers, say how a page curls: three on one edge are enough."""
MOST_CURL = 8.0
"""Millimetres. More than that is not paper that lies on a table but a wrong match."""


class TooFewPoints(ValueError):
    """Less than four, or all on a line."""


@dataclass(frozen=True)
class Projection:
    """`project(mm)` are the pixels. `error` is how far, in millimetres, its own points are from where they should be:
    the median.
    """

    homography: NDArray[np.float64]
    curl: NDArray[np.float64] | None
    centre: tuple[float, float]
    error: float

    def project(self, places: Points) -> Points:
        moved = places if self.curl is None else places + _terms(places, self.centre) @ self.curl
        return _apply(self.homography, moved)


def fit(places: Points, pixels: Points, size: tuple[float, float]) -> Projection:
    """`places` in mm are seen at `pixels`; `size` is the page's, in mm. Raises TooFewPoints."""
    centre = (size[0] / 2, size[1] / 2)
    flat = homography(places, pixels)
    back = _apply(np.asarray(np.linalg.inv(flat), dtype=np.float64), pixels)
    off = back - places
    error = float(np.median(np.hypot(off[:, 0], off[:, 1])))
    if len(places) < FOR_CURL:
        return Projection(flat, None, centre, error)
    terms = _terms(places, centre)
    # A little ridge: what the markers do not show, is not bent.
    bent = np.linalg.solve(terms.T @ terms + 1e-2 * np.eye(terms.shape[1]), terms.T @ off)
    curl = np.asarray(bent, dtype=np.float64)
    left = off - terms @ curl
    error_left = float(np.median(np.hypot(left[:, 0], left[:, 1])))
    corners = np.array([(0.0, 0.0), (size[0], 0.0), (0.0, size[1]), size])
    if error_left >= error or np.abs(_terms(corners, centre) @ curl).max() > MOST_CURL:
        return Projection(flat, None, centre, error)
    return Projection(flat, curl, centre, error_left)


def homography(places: Points, pixels: Points) -> NDArray[np.float64]:
    """The least squares one, by the direct linear transformation over normalised points. Raises TooFewPoints."""
    if len(places) < 4:
        raise TooFewPoints
    (one, from_one), (other, from_other) = _normalised(places), _normalised(pixels)
    lines = []
    for (x, y), (u, v) in zip(one, other, strict=True):
        lines.append([-x, -y, -1, 0, 0, 0, u * x, u * y, u])
        lines.append([0, 0, 0, -x, -y, -1, v * x, v * y, v])
    _left, sizes, right = np.linalg.svd(np.array(lines))
    if sizes[-2] < 1e-6 * sizes[0]:
        raise TooFewPoints
    found = np.linalg.inv(from_other) @ right[-1].reshape(3, 3) @ from_one
    if abs(found[2, 2]) < 1e-12 or abs(np.linalg.det(found)) < 1e-12 * abs(found[2, 2]) ** 3:
        raise TooFewPoints
    return np.asarray(found / found[2, 2], dtype=np.float64)


def _normalised(points: Points) -> tuple[Points, NDArray[np.float64]]:
    middle = points.mean(axis=0)
    spread = float(np.sqrt(((points - middle) ** 2).sum(axis=1)).mean())
    if spread < 1e-9:
        raise TooFewPoints
    scale = np.sqrt(2) / spread
    moved = np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])
    return _apply(moved, points), moved


def _apply(matrix: NDArray[np.float64], points: Points) -> Points:
    whole = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(whole[:, :2] / whole[:, 2:3], dtype=np.float64)


def _terms(places: Points, centre: tuple[float, float]) -> NDArray[np.float64]:
    """In units of 100 mm from the middle of the page, so that all are of about one size."""
    x, y = (places[:, 0] - centre[0]) / 100, (places[:, 1] - centre[1]) / 100
    return np.column_stack([x * x, x * y, y * y, x, y, np.ones(len(places))])
