"""The model that reads digits, on boxes drawn by our own hand and, where they are at hand, on digits it never saw."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from app.config import ROOT
from app.paper.reading import digits
from app.paper.reading.confidence import SURE
from app.paper.reading.digits import CARD, MODEL, probabilities
from bench.digits import boxes
from bench.digits.boxes import BLANK
from tests.support import hand, real


def drawn(kind: int, seed: int) -> boxes.Ink:
    rng = np.random.default_rng(seed)
    glyphs = np.array([hand.digit(number) for number in range(10)])
    return boxes.box(glyphs[kind % 10], kind, rng, glyphs)


def test_no_boxes_are_no_answers_and_each_answer_adds_up() -> None:
    assert probabilities(np.zeros((0, 40, 32), np.float32)).shape == (0, 12)
    some = probabilities(np.array([drawn(kind, kind) for kind in range(12)]))
    assert some.shape == (12, 12)
    assert np.allclose(some.sum(axis=1), 1, atol=1e-4)


def test_blank_boxes_are_blank_and_struck_ones_are_not() -> None:
    blank = probabilities(np.array([drawn(BLANK, seed) for seed in range(60)])).argmax(axis=1)
    struck = probabilities(np.array([drawn(boxes.STRUCK, seed) for seed in range(60)])).argmax(axis=1)
    assert (blank == BLANK).mean() >= 0.95
    assert (struck == BLANK).mean() <= 0.02


@pytest.mark.parametrize("dark", [0.25, 0.35, 0.5])
def test_a_faint_pencil_is_never_taken_for_nothing(dark: float) -> None:
    """A number without its first digit would look like another number."""
    rng = np.random.default_rng(3)
    found = []
    for number in range(10):
        for _one in range(12):
            paper = np.zeros((boxes.HEIGHT, boxes.WIDTH), np.float32)
            glyph = hand.digit(number)[2:26, 4:24].astype(np.float32) / 255
            paper[8:32, 6:26] = glyph * dark
            noise = cv2.GaussianBlur(rng.normal(0, 0.03, paper.shape).astype(np.float32), (0, 0), 0.7)
            found.append(np.clip(paper + noise, 0, 1))
    said = probabilities(np.array(found, np.float32))
    assert said[:, BLANK].max() < 0.5


def test_a_one_with_a_long_upstroke_is_no_seven_without_a_doubt() -> None:
    said = probabilities(np.array([drawn(1, seed) for seed in range(100)]))
    assert (said[:, 7] > SURE).mean() <= 0.01


def test_it_is_small_and_says_what_it_was_made_from() -> None:
    assert MODEL.stat().st_size < 3 * 1024**2
    card = json.loads(CARD.read_text())
    words = (ROOT / "docs" / "digits.md").read_text()
    for source in ("mnist_train", "semeion", "pendigits"):
        found = card[f"held back {source}"]
        assert f"{100 * found['digits right']:.1f} %" in words
        assert f"{found['calibration error']:.3f}" in words
    assert f"temperature {card['temperature']}" in words
    assert set(card["files"]) == {"mnist_train.npz", "pendigits.csv", "semeion.npz"}
    assert len(card["classes"]) == digits.CLASSES


@pytest.mark.parametrize(("source", "least"), [("mnist_train", 0.95), ("semeion", 0.95), ("pendigits", 0.92)])
def test_it_reads_what_it_never_saw(source: str, least: float) -> None:
    folder = real.file("digits/mnist_train.npz").parent
    glyphs, labels, sources = boxes.held_back(folder)
    own = np.nonzero(sources == boxes.SOURCES.index(source))[0][:600]
    rng = np.random.default_rng(1)
    crops = np.array([boxes.box(glyphs[one], int(labels[one]), rng, glyphs) for one in own])
    assert (probabilities(crops).argmax(axis=1) == labels[own]).mean() >= least
