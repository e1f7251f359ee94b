"""Print and handwriting by the recogniser that comes with rapidocr: a second reader of what stands in boxes, which
learnt from other hands than the first, and the reader of numbers on sheets that Laurel did not print.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

MODEL = "PP-OCRv6_rec_small.onnx"
HEIGHT = 48
"""Pixels, of what it is given."""
DIGITS, NUMBERS = "0123456789", "0123456789.,:"
INSIDE = (slice(5, 35), slice(5, 27))
"""Of a crop, what lies within the box's lines."""
AT_ONCE = 4
"""Strips: it answers with 18,710 numbers for each 8 pixels of each."""

Strip = NDArray[np.float32]
"""HEIGHT high; 1 is paper, -1 is ink."""


def read(strips: Sequence[Strip], letters: str) -> list[str]:
    """What stands on each, of these letters alone."""
    if not strips:
        return []
    found = [""] * len(strips)
    order = sorted(range(len(strips)), key=lambda place: strips[place].shape[1])
    for start in range(0, len(order), AT_ONCE):
        some = order[start : start + AT_ONCE]
        for place, chances in zip(some, _chances([strips[place] for place in some], letters), strict=True):
            found[place] = _decoded(chances, letters)
    return found


def of_boxes(boxes: NDArray[np.float32]) -> Strip:
    """N x 40 x 32 of ink, the boxes of a mark that have something in them: side by side, as print would stand."""
    wide = np.pad(np.hstack([box[INSIDE] for box in boxes]), ((4, 4), (8, 8)))
    dark = max(float(np.quantile(wide, 0.98)), 0.15)
    return _scaled(np.asarray(1 - 2 * np.clip((wide - 0.04) / dark, 0, 1), np.float32))


def of_photo(grey: NDArray[np.uint8]) -> Strip:
    """A line of words, cut out."""
    return _scaled(np.asarray(grey, np.float32) / np.float32(127.5) - 1)


def _scaled(picture: NDArray[np.float32]) -> Strip:
    wide = max(round(picture.shape[1] * HEIGHT / picture.shape[0] / 8), 1) * 8
    return np.asarray(cv2.resize(picture, (wide, HEIGHT), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _chances(strips: Sequence[Strip], letters: str) -> NDArray[np.float32]:
    """Strips x steps x (nothing, and the letters)."""
    session, place_of = _model()
    paper = np.ones((len(strips), 3, HEIGHT, max(one.shape[1] for one in strips)), np.float32)
    for number, one in enumerate(strips):
        paper[number, :, :, : one.shape[1]] = one
    [chances] = session.run(None, {"x": paper})
    return np.asarray(chances[:, :, [0, *(place_of[letter] for letter in letters)]], dtype=np.float32)


def _decoded(chances: NDArray[np.float32], letters: str) -> str:
    """What is likeliest at each step; a letter once, however long it lasts."""
    best = chances.argmax(1)
    return "".join(letters[one - 1] for place, one in enumerate(best) if one and (place == 0 or best[place - 1] != one))


@cache
def _model() -> tuple[Any, dict[str, int]]:
    """And which of its classes each letter is; 0 is none."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    path = Path(str(files("rapidocr").joinpath("models", MODEL)))
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    letters = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    return session, {letter: number + 1 for number, letter in enumerate(letters)}
