"""What a replay proves of a report. The file is read in a process of its own; the verdict is pure."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import difficulty, unreel
from .models import LostReplayState

LARGEST = 5 * 1024 * 1024
LARGEST_MAP = 10 * 1024 * 1024
PATIENCE = 30
WITHIN = Decimal(1)
"""pp by which what a replay makes may differ from what the report says."""

BITS = {
    0: "NF",
    1: "EZ",
    3: "HD",
    4: "HR",
    5: "SD",
    6: "DT",
    7: "RX",
    8: "HT",
    9: "NC",
    10: "FL",
    12: "SO",
    13: "AP",
    14: "PF",
    29: "SCOREV2",
}
"""What a bit of a replay's mods stands for."""
SAME = {"NC": "DT", "PF": "SD", "SV2": "SCOREV2"}
"""What counts the same, and is written with the bit of the other beside its own."""

REASONS = {
    unreel.BROKEN: "This is not a replay, or it is cut short.",
    unreel.OTHER_MAP: "This is not the version of the map that was played.",
    unreel.BAD_MAP: "The map cannot be worked out.",
}
TOO_LARGE = "It unpacks to far more than a replay has."


class BadReplay(ValueError):
    """It cannot be read; the words say why."""


@dataclass(frozen=True)
class Replay:
    """What a replay says. `pp` is there where the map's file was."""

    player: str
    md5: str
    mods: frozenset[str]
    count100: int
    count50: int
    misses: int
    score: int
    pp: Decimal | None


@dataclass(frozen=True)
class Verdict:
    state: LostReplayState
    reason: str
    position: int | None = None


def read(data: bytes, beatmap: bytes = b"") -> Replay:
    """Raises BadReplay."""
    if len(data) > LARGEST:
        raise BadReplay("A replay is at most 5 MB.")
    told = _told_by(unreel.__file__, struct.pack("<I", len(data)) + data + beatmap)
    return Replay(
        player=str(told["player"] or ""),
        md5=str(told["md5"]),
        mods=mods_of(int(told["mods"])),
        count100=told["count100"],
        count50=told["count50"],
        misses=told["misses"],
        score=told["score"],
        pp=Decimal(str(told["pp"])) if "pp" in told else None,
    )


def difficulties(beatmap: bytes) -> dict[str, Any]:
    """By mods, `stars` and the `pp` of a perfect play. Raises BadReplay."""
    return _told_by(difficulty.__file__, beatmap)


def _told_by(program: str, given: bytes) -> dict[str, Any]:
    """By a program of its own, which may end without harm. Raises BadReplay."""
    command = [sys.executable, "-I", str(Path(program))]
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise BadReplay(TOO_LARGE) from None
    if done.returncode:
        raise BadReplay(REASONS.get(done.returncode, TOO_LARGE))
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def mods_of(bits: int) -> frozenset[str]:
    return alike({name for bit, name in BITS.items() if bits >> bit & 1})


def alike(mods: Collection[str]) -> frozenset[str]:
    return frozenset(SAME.get(mod, mod) for mod in mods)


def verdict(replay: Replay, plays: Sequence[Mapping[str, Any]], names: Collection[str]) -> Verdict:
    """What it proves of these lost plays of somebody who is, or was, called one of `names`."""
    if replay.player.casefold() not in {name.casefold() for name in names}:
        return Verdict(LostReplayState.REJECTED, f"It is a play of {replay.player[:40] or 'nobody'}.")
    on_map = [number for number, play in enumerate(plays) if play["md5"] == replay.md5]
    if not on_map:
        return Verdict(LostReplayState.REJECTED, "The report has no lost play on this map.")
    same_mods = [number for number in on_map if alike(plays[number]["mods"]) == replay.mods]
    if not same_mods:
        said = "+".join(sorted(replay.mods)) or "no mods"
        return Verdict(LostReplayState.REJECTED, f"It was played with {said}, unlike in the report.", on_map[0])
    counts = replay.count100, replay.count50, replay.misses
    number = next((one for one in same_mods if _counts(plays[one]) == counts), None)
    if number is None:
        found = " / ".join(map(str, counts))
        return Verdict(LostReplayState.REJECTED, f"It has {found} of 100, 50 and misses: another play.", same_mods[0])
    if replay.pp is None:
        return Verdict(LostReplayState.UNPROVEN, "The map's file is missing, so its pp is not known.", number)
    claimed = Decimal(plays[number]["pp"])
    if abs(replay.pp - claimed) > WITHIN:
        return Verdict(LostReplayState.UNPROVEN, f"It makes {replay.pp:.2f} pp, and the report says {claimed}.", number)
    return Verdict(LostReplayState.VERIFIED, "", number)


def _counts(play: Mapping[str, Any]) -> tuple[int, int, int]:
    return play["count100"], play["count50"], play["misses"]
