"""Which digit stands in a box, by a small network of our own: docs/digits.md says how it was made."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODEL = Path(__file__).with_name("digits.onnx")
CARD = Path(__file__).with_name("digits.json")
CLASSES = 12
"""The digits, blank, struck."""
BLANK = 10
FAINT = 0.21
"""No stroke of a pen or a pencil is lighter, once noise is smoothed away."""
INSIDE = (slice(7, 33), slice(6, 26))
"""Of a crop, what is clear of the box's own lines."""


def probabilities(crops: NDArray[np.float32]) -> NDArray[np.float32]:
    """N x 40 x 32 of ink, 0 is paper, to N x 12, each row of which adds up to 1."""
    if not len(crops):
        return np.zeros((0, CLASSES), np.float32)
    session, temperature = _model()
    [logits] = session.run(None, {"ink": crops[:, None].astype(np.float32)})
    raised = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    found = np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
    # Noise in a box that nobody wrote in may look like anything to the network.
    found[[_darkest(crop) < FAINT for crop in crops]] = _SURELY_BLANK
    return found


_SURELY_BLANK = np.full(CLASSES, 1e-5, np.float32)
_SURELY_BLANK[BLANK] = 1 - (CLASSES - 1) * 1e-5


def _darkest(crop: NDArray[np.float32]) -> float:
    import cv2

    return float(cv2.GaussianBlur(crop, (0, 0), 1.0)[INSIDE].max())


@cache
def _model() -> tuple[Any, float]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])
    return session, float(json.loads(CARD.read_text())["temperature"])
