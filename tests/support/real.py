"""Input that people outside of this project produced, where it lies beside the project; not everybody has it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

PLACES = tuple(folder / "shared" / "data" for folder in Path(__file__).parents)


def find(name: str) -> Path | None:
    return next((place / name for place in PLACES if (place / name).exists()), None)


def file(name: str) -> Path:
    """The test is skipped where it is not there."""
    return find(name) or pytest.skip(f"{name} is not here")


def rows(name: str) -> list[dict[str, str]]:
    return rows_in(file(name))


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))
