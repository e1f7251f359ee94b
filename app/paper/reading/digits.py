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


def probabilities(crops: NDArray[np.float32]) -> NDArray[np.float32]:
    """N x 40 x 32 of ink, 0 is paper, to N x 12, each row of which adds up to 1."""
    if not len(crops):
        return np.zeros((0, CLASSES), np.float32)
    session, temperature = _model()
    [logits] = session.run(None, {"ink": crops[:, None].astype(np.float32)})
    raised = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


@cache
def _model() -> tuple[Any, float]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])
    return session, float(json.loads(CARD.read_text())["temperature"])
