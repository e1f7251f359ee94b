"""Sheets that Laurel did not print: which words stand in one row, and whose row it is. Pure.

A name counts only where it can be nobody else's. Between Jan and Ján, whom a reader of print may not tell apart, a
person decides, and so where two rows could be one person's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

ALIKE, APART = 88.0, 8.0
"""Of 100: how like a name has to be, and how much less like it everybody else's."""
SHORT = 5
"""Letters: in names no longer than this one wrong letter makes another name."""
TICKS = {"DNS", "DNF"}
NUMBER = re.compile(r"(?:\d{1,3}:)?\d{1,6}(?:[.,]\d{1,4})?")
WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Piece:
    """Some words on a photo, with their corners in pixels."""

    text: str
    left: float
    top: float
    right: float
    low: float
    score: float = 1.0

    @property
    def middle(self) -> float:
        return (self.top + self.low) / 2

    def inside(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Where it is in a picture of that height and width."""
        top, left = max(round(self.top), 0), max(round(self.left), 0)
        return slice(top, max(min(round(self.low), shape[0]), top + 1)), slice(
            left, max(min(round(self.right), shape[1]), left + 1)
        )


@dataclass(frozen=True)
class TableRow:
    """A name with the numbers to its right, and all that stands in their row."""

    name: str
    numbers: tuple[str, ...]
    tick: str
    pieces: tuple[Piece, ...]

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Left, top, right, low."""
        return (
            min(piece.left for piece in self.pieces),
            min(piece.top for piece in self.pieces),
            max(piece.right for piece in self.pieces),
            max(piece.low for piece in self.pieces),
        )

    @property
    def score(self) -> float:
        return min(piece.score for piece in self.pieces)


def rows_of(pieces: Sequence[Piece]) -> list[TableRow]:
    """The rows of a table in which somebody's name stands, from the top down."""
    found = []
    for line in _lines(pieces):
        ticks = [piece.text.upper() for piece in line if piece.text.upper() in TICKS]
        named = [
            place for place, piece in enumerate(line) if WORDS.search(piece.text) and piece.text.upper() not in TICKS
        ]
        if not named:
            continue
        # A name is often two pieces, and at times a number stands in the same one.
        words = " ".join(piece.text for piece in line[named[0] : named[-1] + 1])
        name = re.sub(r"[\d.,:|_]+", " ", words)
        numbers = _numbers(words[_end_of_letters(words) :])
        numbers += [number for piece in line[named[-1] + 1 :] for number in _numbers(piece.text)]
        found.append(TableRow(" ".join(name.split()), tuple(numbers), "".join(ticks[:1]), tuple(line)))
    return found


def _lines(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces whose middles are at one height, each line from the left."""
    if not pieces:
        return []
    height = median(piece.low - piece.top for piece in pieces)
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        if lines and piece.middle - sum(one.middle for one in lines[-1]) / len(lines[-1]) < height * 0.6:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.left) for line in lines]


def _end_of_letters(words: str) -> int:
    return max(match.end() for match in WORDS.finditer(words))


def _numbers(text: str) -> list[str]:
    """Whole ones only: of `12a4` there is none."""
    return [part for part in text.split() if NUMBER.fullmatch(part)]


def match(names: Sequence[str], people: Mapping[int, str]) -> list[int | None]:
    """Whose name each is, by number; None where that is not sure."""
    claims = [_claim(name, people) for name in names]
    # Once Ján is read with his accent, a bare Jan is not his.
    taken = {
        claim for claim, name in zip(claims, names, strict=True) if claim and _plain(name) == _plain(people[claim])
    }
    left = {number: name for number, name in people.items() if number not in taken}
    claims = [claim or _only(_alike(name, left)) for claim, name in zip(claims, names, strict=True)]
    return [claim if claims.count(claim) == 1 else None for claim in claims]


def _claim(name: str, people: Mapping[int, str]) -> int | None:
    from rapidfuzz import fuzz, process

    alike = _alike(name, people)
    if len(alike) > 1:
        # An accent that is read is there; one that is not read may still be.
        exact = [number for number in alike if _plain(people[number]) == _plain(name)]
        return _only(exact) if _plain(name) != _folded(name) else None
    if alike or len(_folded(name)) <= SHORT:
        return _only(alike)
    folded = {number: _folded(one) for number, one in people.items()}
    best = process.extract(_folded(name), folded, scorer=fuzz.ratio, limit=2)
    if not best or best[0][1] < ALIKE or (len(best) > 1 and best[0][1] - best[1][1] < APART):
        return None
    return int(best[0][2])


def _alike(name: str, people: Mapping[int, str]) -> list[int]:
    """Whose name is the same but for accents, case and the order of its words."""
    return [number for number, one in people.items() if _folded(one) == _folded(name)]


def _only(numbers: Sequence[int]) -> int | None:
    return numbers[0] if len(numbers) == 1 else None


def _plain(name: str) -> str:
    return " ".join(sorted(name.casefold().replace(",", " ").split()))


def _folded(name: str) -> str:
    parts = unicodedata.normalize("NFKD", _plain(name))
    return "".join(one for one in parts if not unicodedata.combining(one))
