"""A hand of our own: digits as tracks of a pen, on a square of 100 with its origin at the upper left."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

STROKES: dict[int, list[list[tuple[int, int]]]] = {
    0: [[(55, 12), (32, 22), (24, 50), (32, 80), (52, 90), (70, 78), (77, 50), (70, 22), (55, 12)]],
    1: [[(35, 30), (54, 12), (54, 90)]],
    2: [[(28, 30), (36, 15), (56, 11), (70, 24), (66, 44), (46, 66), (26, 88), (76, 88)]],
    3: [[(28, 18), (50, 10), (68, 22), (62, 42), (44, 48), (64, 54), (72, 72), (56, 89), (28, 84)]],
    4: [[(52, 12), (24, 62), (78, 62)], [(60, 36), (60, 92)]],
    5: [[(70, 13), (36, 13), (32, 46), (54, 42), (72, 56), (70, 78), (50, 90), (28, 84)]],
    6: [[(64, 12), (42, 30), (30, 60), (36, 84), (56, 90), (70, 76), (66, 58), (48, 52), (33, 64)]],
    7: [[(26, 14), (74, 14), (56, 48), (44, 90)]],
    8: [[(66, 22), (50, 11), (34, 22), (38, 40), (62, 56), (70, 76), (52, 90), (32, 78), (38, 58), (62, 38), (66, 22)]],
    9: [[(68, 30), (52, 11), (34, 24), (36, 44), (54, 50), (67, 36), (68, 30), (64, 64), (54, 91)]],
}


def digit(number: int) -> NDArray[np.uint8]:
    """28 x 28, ink 255."""
    big = np.zeros((112, 112), np.uint8)
    for stroke in STROKES[number]:
        places = [(round(x * 1.0) + 6, round(y * 1.0) + 6) for x, y in stroke]
        cv2.polylines(big, [np.array(places, np.int32)], False, 255, 9, cv2.LINE_AA)
    return np.asarray(cv2.resize(big, (28, 28), interpolation=cv2.INTER_AREA), dtype=np.uint8)
