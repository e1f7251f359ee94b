"""Words on a photo, by rapidocr with the models in its package: nothing is fetched, nothing is sent."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .foreign import Piece

SIDE = 1800
"""Pixels of the longer side: words are found on a smaller picture just as well."""
SETTINGS: dict[str, Any] = {
    "Global.log_level": "warning",
    "Global.use_cls": False,
    "Global.max_side_len": SIDE,
    "Rec.rec_batch_num": 2,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


def pieces_of(grey: NDArray[np.uint8]) -> list[Piece]:
    from rapidocr import RapidOCR

    found: Any = RapidOCR(params=SETTINGS)(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    if found.boxes is None or found.txts is None or found.scores is None:
        return []
    pieces = []
    for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        left, top, right, low = (float(one) for one in (*corners.min(axis=0), *corners.max(axis=0)))
        pieces.append(Piece(text.strip(), left, top, right, low, float(score)))
    return pieces
