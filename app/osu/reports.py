"""A lost-scores report, read and worked out anew. Pure calculation, in decimals.

The figures that a report says of itself are not believed: they come out of its scores, or it is refused with what
differs. Rules: a play counts 0.95 to the power of its rank; the rest of somebody's pp is a bonus that stays the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

COUNTED = 200
"""How many plays count."""
MOST_LOST = 5000
WEIGHT = Decimal("0.95")
CENT = Decimal("0.01")
PP_TOLERANCE, ACCURACY_TOLERANCE = Decimal("0.01"), Decimal("0.0001")
MOST_PP = Decimal(5000)
FORBIDDEN_MODS = {"RX", "AP", "SCOREV2", "SV2"}
KEPT_BY_SCORE_UNTIL = datetime(2024, 10, 28, 11, 17, tzinfo=UTC)
"""From then on osu! keeps the play with the most pp, and nothing is lost."""
WHOLE_NAME = re.compile(r"(?P<artist>.+?) - (?P<title>.+) \((?P<creator>[^()]*)\) \[(?P<version>.*)\]")
DATE = "%d-%m-%Y %H-%M-%S"


class BadReport(ValueError):
    """It cannot be read, or does not add up; the words say what is wrong."""


@dataclass(frozen=True)
class Play:
    """One play. `score_id` is None for a lost one. `key` tells maps apart: their id, or the md5 of one without."""

    pp: Decimal
    beatmap_id: int | None
    md5: str
    artist: str
    title: str
    creator: str
    version: str
    mods: tuple[str, ...]
    count100: int
    count50: int
    misses: int
    accuracy: Decimal
    score: int
    at: str
    grade: str
    score_id: int | None = None

    @property
    def key(self) -> str:
        return str(self.beatmap_id) if self.beatmap_id else self.md5

    @property
    def is_lost(self) -> bool:
        return self.score_id is None


@dataclass(frozen=True)
class Figures:
    """What the plays add up to: pp to two places, accuracy in percent."""

    current_pp: Decimal
    potential_pp: Decimal
    delta_pp: Decimal
    potential_acc: Decimal
    weighted_current: Decimal
    weighted_potential: Decimal


@dataclass(frozen=True)
class Report:
    """`top` is what counts now, `lost` what would count; `shown` are those that the analyser's own list names."""

    made_at: str
    said_name: str
    current_acc: Decimal
    lost_found: int
    top: tuple[Play, ...]
    lost: tuple[Play, ...]
    shown: tuple[Play, ...]
    figures: Figures


def read(data: bytes) -> Report:
    """Raises BadReport."""
    try:
        told = json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise BadReport("The report is not JSON.") from None
    if not isinstance(told, dict):
        raise BadReport("The report is not an object.")
    summary = told.get("summary_stats", told.get("summary"))
    if not isinstance(summary, dict):
        raise BadReport("summary_stats is missing.")
    given = told.get("metadata")
    metadata: Mapping[str, Any] = given if isinstance(given, dict) else {}
    top = _plays(told, "parsed_top", COUNTED)
    with_lost = _plays(told, "top_with_lost", MOST_LOST)
    shown = told.get("lost_scores", (told.get("score_lists") or {}).get("lost_scores", []))
    lost = tuple(one for one in with_lost if one.is_lost)
    found = figures(top, lost, _number(summary, "current_pp", MOST_PP * 10))
    _refuse_what_differs(found, summary)
    _refuse_what_is_not_lost(lost)
    return Report(
        made_at=_text(metadata, "analysis_timestamp", 40),
        said_name=_text(metadata, "user_identifier", 60),
        current_acc=_number(summary, "current_acc", Decimal(100), default=Decimal(0)),
        lost_found=len(lost),
        top=top,
        lost=lost,
        shown=_plays({"lost_scores": shown}, "lost_scores", MOST_LOST),
        figures=found,
    )


def figures(top: Sequence[Play], lost: Iterable[Play], current_pp: Decimal) -> Figures:
    whole = merged(top, lost)
    current = sorted(top, key=lambda play: -play.pp)[:COUNTED]
    weighted_current, weighted_potential = weighted(current), weighted(whole)
    bonus = current_pp - weighted_current
    potential = weighted_potential + bonus
    return Figures(
        current_pp=current_pp,
        potential_pp=potential,
        delta_pp=potential - current_pp,
        potential_acc=accuracy(whole),
        weighted_current=weighted_current,
        weighted_potential=weighted_potential,
    )


def merged(top: Sequence[Play], lost: Iterable[Play]) -> list[Play]:
    """What would count: of each map the play with the most pp, and of those the best 200, the most pp first."""
    best: dict[str, Play] = {}
    for play in (*top, *lost):
        if play.key not in best or play.pp > best[play.key].pp:
            best[play.key] = play
    return sorted(best.values(), key=lambda play: -play.pp)[:COUNTED]


def weighted(plays: Sequence[Play]) -> Decimal:
    """Each rounded to two places, as the analyser does."""
    return sum((weighted_pp(play.pp, rank) for rank, play in enumerate(plays)), Decimal(0))


def weighted_pp(pp: Decimal, rank: int) -> Decimal:
    """Of the play at this rank, counted from 0."""
    return (pp * WEIGHT**rank).quantize(CENT, ROUND_HALF_UP)


def accuracy(plays: Sequence[Play]) -> Decimal:
    weights = [WEIGHT**rank for rank in range(len(plays))]
    if not weights:
        return Decimal(0)
    return sum((play.accuracy * weight for play, weight in zip(plays, weights, strict=True)), Decimal(0)) / sum(weights)


# What is refused ----------------------------------------------------------------------------------------------------


def _refuse_what_differs(found: Figures, summary: Mapping[str, Any]) -> None:
    said = {
        "weighted_pp_current": (found.weighted_current, PP_TOLERANCE),
        "weighted_pp_potential": (found.weighted_potential, PP_TOLERANCE),
        "potential_pp": (found.potential_pp, PP_TOLERANCE),
        "delta_pp": (found.delta_pp, PP_TOLERANCE),
        "potential_acc": (found.potential_acc, ACCURACY_TOLERANCE),
    }
    wrong = [
        f"{name} is {summary.get(name)}, and its scores make {value.quantize(tolerance)}"
        for name, (value, tolerance) in said.items()
        if name in summary and abs(_number(summary, name, MOST_PP * 10, least=-MOST_PP) - value) > tolerance
    ]
    missing = [name for name in ("potential_pp", "delta_pp") if name not in summary]
    if wrong or missing:
        raise BadReport("; ".join([*wrong, *(f"{name} is missing" for name in missing)]) + ".")


def _refuse_what_is_not_lost(lost: Sequence[Play]) -> None:
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for play in lost:
        name = f"{play.artist} - {play.title} [{play.version}]"
        if FORBIDDEN_MODS & set(play.mods):
            raise BadReport(f"{name}: plays with {'+'.join(play.mods)} count no pp.")
        if _moment(play.at, name) >= KEPT_BY_SCORE_UNTIL:
            raise BadReport(f"{name}: since 28 October 2024 osu! keeps the play with the most pp.")
        if (play.key, play.mods) in seen:
            raise BadReport(f"{name} is in the report twice.")
        seen.add((play.key, play.mods))


def _moment(text: str, name: str) -> datetime:
    try:
        return datetime.strptime(text, DATE).replace(tzinfo=UTC)
    except ValueError:
        raise BadReport(f"{name}: {text!r} is no date.") from None


# Reading ------------------------------------------------------------------------------------------------------------


def _plays(told: Mapping[str, Any], name: str, most: int) -> tuple[Play, ...]:
    rows = told.get(name)
    if not isinstance(rows, list):
        raise BadReport(f"{name} is missing.")
    if len(rows) > most:
        raise BadReport(f"{name} has more than {most} rows.")
    return tuple(_play(row, f"{name}[{number}]") for number, row in enumerate(rows))


def _play(row: Any, where: str) -> Play:
    if not isinstance(row, dict):
        raise BadReport(f"{where} is not an object.")
    try:
        mods = row.get("mods") or []
        score_id = row.get("score_id", "LOST" if row.get("status") == "lost" or "score_time" in row else None)
        names = _names(row)
        return Play(
            pp=_number(row, "pp", MOST_PP),
            beatmap_id=int(row["beatmap_id"]) if row.get("beatmap_id") else None,
            md5=str(row.get("beatmap_md5") or "")[:32].lower(),
            artist=names["artist"][:200],
            title=names["title"][:200],
            creator=names["creator"][:60],
            version=names["version"][:120],
            mods=tuple(str(mod)[:8].upper() for mod in mods if str(mod).upper() != "NM")[:20],
            count100=_count(row, "count100"),
            count50=_count(row, "count50"),
            misses=_count(row, "countMiss"),
            accuracy=_number(row, "accuracy", Decimal(100)),
            score=_count(row, "total_score" if "total_score" in row else "score"),
            at=str(row.get("score_time", row.get("date", "")))[:40],
            grade=str(row.get("rank", ""))[:3],
            score_id=None if str(score_id) == "LOST" else int(score_id or 0),
        )
    except BadReport as problem:
        raise BadReport(f"{where}: {problem}") from None
    except (TypeError, ValueError, KeyError):
        raise BadReport(f"{where} cannot be read.") from None


def _names(row: Mapping[str, Any]) -> dict[str, str]:
    """A map's, each by itself or all in one line: "Artist - Title (Creator) [Version]"."""
    if row.get("title"):
        return {name: str(row.get(name) or "") for name in ("artist", "title", "creator", "version")}
    whole = str(row.get("beatmap") or "")
    found = WHOLE_NAME.fullmatch(whole)
    return found.groupdict() if found else {"artist": "", "title": whole, "creator": "", "version": ""}


def _number(
    told: Mapping[str, Any], name: str, most: Decimal, *, least: Decimal = Decimal(0), default: Decimal | None = None
) -> Decimal:
    value = told.get(name, default)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadReport(f"{name} is not a number.") from None
    if isinstance(value, bool) or not number.is_finite() or not least <= number <= most:
        raise BadReport(f"{name} is not from {least} to {most}.")
    return number


def _count(row: Mapping[str, Any], name: str) -> int:
    number = int(str(row.get(name, 0) or 0).replace(" ", ""))
    if not 0 <= number < 2**40:
        raise BadReport(f"{name} is not a count.")
    return number


def _text(told: Mapping[str, Any], name: str, longest: int) -> str:
    return str(told.get(name, ""))[:longest]
